"""htmx as the pages use it: with the token, with messages in passing, with islands in what it brings."""

import json
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.assets.samples import FORM
from tests.assets.site import STATIC, Site, serving

pytestmark = pytest.mark.skipif(not (STATIC / "dist/manifest.json").exists(), reason="run make setup first")
BUTTON = '<button hx-post="/take" hx-target="#pane">Take</button><div id="pane"></div>'


@pytest.fixture
def site() -> Iterator[Site]:
    with serving() as site:
        yield site


def test_what_htmx_brings_comes_alive(page: Page, site: Site) -> None:
    schema = json.dumps({"schema": FORM})
    form = f'<div data-island="form" data-action="/done"><script type="application/json">{schema}</script></div>'
    toast = json.dumps({"toast": {"text": "Taken", "tone": "success"}})
    site.answer = lambda _body: (200, {"html": form, "headers": {"HX_Trigger": toast}})
    page.goto(site.put(BUTTON))
    page.get_by_role("button", name="Take").click()
    expect(page.get_by_label("Note")).to_be_visible()
    expect(page.get_by_role("status").filter(has_text="Taken")).to_be_visible()
    assert site.posts == [{"token": "a token"}]


def test_a_refusal_is_shown_where_the_answer_goes(page: Page, site: Site) -> None:
    site.answer = lambda _body: (409, {"html": "Anna has it"})
    page.goto(site.put(BUTTON))
    page.get_by_role("button", name="Take").click()
    expect(page.locator("#pane")).to_have_text("Anna has it")


def test_a_form_leads_on_within_the_page(page: Page, site: Site) -> None:
    schema = json.dumps({"schema": {"type": "default", "components": []}})
    site.pages["/next"] = "<!doctype html><p>The next task</p>"
    site.answer = lambda _body: (200, {"next": "/next"})
    script = f'<script type="application/json">{schema}</script>'
    form = f'<div data-island="form" data-action="/done" data-target="#pane">{script}</div>'
    page.goto(site.put(f'<div id="pane">{form}</div>'))
    page.get_by_role("button", name="Done").click()
    expect(page.locator("#pane")).to_have_text("The next task")
    assert page.url == site.address + "/"
