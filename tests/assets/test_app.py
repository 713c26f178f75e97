"""What every page can do: keys, questions before deeds, messages in passing, picking rows."""

from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.assets.site import STATIC, Site, serving
from tests.conftest import Axe

pytestmark = pytest.mark.skipif(not (STATIC / "dist/manifest.json").exists(), reason="run make setup first")
TONES = ("blue", "azure", "indigo", "purple", "pink", "red", "orange", "yellow", "lime", "green", "teal", "cyan")
LIST = """<nav><a href="/letters" data-goto="l">Letters</a></nav>
<form data-picking><label>Search <input data-search></label>
<label><input type="checkbox" data-pick-all> All</label>
<span data-when-picked hidden><b data-picked-count></b> selected</span>
<table class="table table-cards"><thead><tr><th>Pick</th><th>Debtor</th><th>Take</th></tr></thead><tbody data-rows>
<tr><td><input type="checkbox" data-pick aria-label="Pick A"></td><td><a href="/a">Alfa</a></td>
<td><button type="button" data-key="t" aria-label="Take Alfa" data-toaster="Alfa">Take</button></td></tr>
<tr><td><input type="checkbox" data-pick aria-label="Pick B"></td><td><a href="/b">Beta</a></td>
<td><button type="button" data-key="t" aria-label="Take Beta">Take</button></td></tr></tbody></table></form>
<template data-toast="success">Saved</template>
<a href="/gone" class="btn" data-confirm="Write off 3 cases?" data-confirm-verb="Write off">Write them off</a>"""


@pytest.fixture
def site(page: Page) -> Iterator[Site]:
    with serving() as site:
        for path in ("/letters", "/a", "/b", "/gone"):
            site.pages[path] = f"<!doctype html><title>{path}</title>"
        page.goto(site.put(LIST))
        page.get_by_text("Saved").wait_for()  # the scripts have started
        yield site


def test_the_page_is_accessible(page: Page, site: Site, axe: Axe) -> None:
    axe(page)
    page.locator("html").evaluate("page => page.dataset.bsTheme = 'dark'")
    axe(page)
    assert site


def tones() -> str:
    """Show every tone in every use."""
    names = ("primary", "secondary", "success", "info", "warning", "danger", *TONES)
    return "".join(
        f"""<p class="text-{tone}">Text</p><a class="btn btn-{tone}" href="/">Button</a>
        <span class="badge bg-{tone} text-{tone}-fg">3</span> <span class="badge bg-{tone}-lt">3</span>
        <a class="btn btn-outline-{tone}" href="/">Button</a><div class="alert alert-{tone}">Said</div>"""
        for tone in names
    )


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_every_tone_is_readable(page: Page, site: Site, axe: Axe, theme: str) -> None:
    page.goto(site.put(f'<div class="card"><div class="card-body">{tones()}</div></div>{tones()}'))
    page.evaluate("theme => document.documentElement.dataset.bsTheme = theme", theme)
    axe(page)


def test_rows_are_walked_and_opened(page: Page, site: Site) -> None:
    for key in "jjjk":
        page.keyboard.press(key)
    expect(page.get_by_role("link", name="Alfa")).to_be_focused()
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    page.wait_for_url(site.address + "/b")


def test_a_key_presses_the_button_of_its_row(page: Page, site: Site) -> None:
    page.evaluate("document.addEventListener('click', (e) => document.title = e.target.ariaLabel)")
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("t")
    expect(page).to_have_title("Take Beta")
    assert site


@pytest.mark.parametrize("key", ["/", "Control+k"])
def test_search_and_typing(page: Page, site: Site, key: str) -> None:
    page.keyboard.press(key)
    expect(page.get_by_label("Search")).to_be_focused()
    page.keyboard.type("gl?")
    expect(page.get_by_label("Search")).to_have_value("gl?")
    assert page.url == site.address + "/"


def test_going_to_a_page(page: Page, site: Site) -> None:
    page.keyboard.press("g")
    page.keyboard.press("l")
    page.wait_for_url(site.address + "/letters")


def test_the_keys_are_listed(page: Page, site: Site, axe: Axe) -> None:
    page.keyboard.press("?")
    dialog = page.get_by_role("dialog", name="Keys of this page")
    expect(dialog).to_contain_text("Letters")
    expect(dialog).to_contain_text("Take Alfa")
    axe(page)
    page.keyboard.press("Escape")
    expect(dialog).to_have_count(0)
    assert site


def test_a_deed_is_asked_about_once(page: Page, site: Site, axe: Axe) -> None:
    page.get_by_role("link", name="Write them off").click()
    axe(page)
    page.get_by_role("button", name="Cancel").click()
    assert page.url == site.address + "/"
    page.get_by_role("link", name="Write them off").click()
    page.get_by_role("button", name="Write off").click()
    page.wait_for_url(site.address + "/gone")


def test_picking_rows(page: Page, site: Site) -> None:
    page.get_by_label("Pick A").check()
    expect(page.get_by_text("1 selected")).to_be_visible()
    page.get_by_label("All").check()
    expect(page.get_by_text("2 selected")).to_be_visible()
    page.get_by_label("All").uncheck()
    expect(page.get_by_text("selected")).to_be_hidden()
    assert site
