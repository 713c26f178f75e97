"""The islands in a real browser, under the product's Content-Security-Policy."""

import json
import re
from collections.abc import Iterator

import pytest
from playwright.sync_api import Page, expect

from tests.assets.samples import BPMN, CHART, DMN, FORM, TRAIL
from tests.assets.site import STATIC, Answer, Site, letter, serving
from tests.conftest import Axe

pytestmark = pytest.mark.skipif(not (STATIC / "dist/manifest.json").exists(), reason="run make setup first")
EXPECTED = re.compile(r"status of 4\d\d|did not work \(404\)")  # what a test had the server refuse


@pytest.fixture
def site() -> Iterator[Site]:
    with serving() as site:
        yield site


@pytest.fixture(autouse=True)
def no_complaints(page: Page) -> Iterator[None]:
    """Every error in the browser's console fails the test, violations of the policy among them."""
    complaints: list[str] = []
    page.on("pageerror", lambda error: complaints.append(str(error)))
    page.on("console", lambda said: complaints.append(said.text) if said.type == "error" else None)
    yield
    assert [said for said in complaints if not EXPECTED.search(said)] == []


def island(name: str, content: object = None, **attributes: str) -> str:
    script = f'<script type="application/json">{json.dumps(content)}</script>' if content else ""
    written = " ".join(f'data-{key.replace("_", "-")}="{value}"' for key, value in attributes.items())
    return f'<div id="host" data-island="{name}" {written}>{script}</div>'


def shown(page: Page, address: str) -> None:
    page.goto(address)
    page.locator("#host[data-mounted=yes], #host[data-mounted=failed]").wait_for()
    assert page.locator("#host").get_attribute("data-mounted") == "yes", page.locator("#host").inner_text()


def test_a_form_is_sent_and_leads_on(page: Page, site: Site, axe: Axe) -> None:
    site.pages["/next"] = "<!doctype html><title>Next</title>The next task"
    site.answer = lambda _body: (200, {"next": "/next"})
    extra = '<div data-extra><label>Annotation <input name="annotation"></label></div></div>'
    form = island("form", {"schema": FORM, "data": {"amount": 5}}, action="/done", more="{&quot;revision&quot;: 3}")
    shown(page, site.put(form.removesuffix("</div>") + extra))
    axe(page)
    page.get_by_label("Annotation").fill("as agreed")
    page.get_by_label("Note").fill("called twice")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_text("The next task")).to_be_visible()
    (sent,) = site.posts
    assert (sent["revision"], sent["annotation"], sent["token"]) == (3, "as agreed", "a token")
    assert sent["data"]["note"] == "called twice"
    assert sent["data"]["amount"] == 5
    assert sent["data"]["outcome"] is None


def test_what_is_wrong_below_the_fold_comes_into_view(page: Page, site: Site) -> None:
    lines = "".join("<p>line</p>" for _ in range(60))
    page.set_viewport_size({"width": 1280, "height": 600})
    shown(page, site.put(f"<div data-form-scope>{lines}{island('form', {'schema': FORM}, action='/done')}</div>"))
    page.evaluate("document.querySelector('[data-form-scope]').tabIndex = 0")
    page.evaluate("document.querySelector('[data-form-scope]').focus({ preventScroll: true }); scrollTo(0, 0)")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_label("Note")).to_be_focused()
    expect(page.get_by_text("Field is required.")).to_be_in_viewport(ratio=1)


def test_a_form_shows_what_the_server_refuses(page: Page, site: Site, axe: Axe) -> None:
    answers: Iterator[Answer] = iter(
        [(422, {"errors": {"amount": "More than is owed"}}), (409, {"message": "Anna did it at 14:02"})]
    )
    site.answer = lambda _body: next(answers)
    shown(page, site.put(island("form", {"schema": FORM}, action="/done")))
    button = page.get_by_role("button", name="Done")
    button.click()
    expect(page.get_by_text("Field is required.")).to_be_visible()
    assert site.posts == []
    page.get_by_label("Note").fill("called")
    button.click()
    expect(page.get_by_text("More than is owed")).to_be_visible()
    axe(page)
    button.click()
    expect(page.get_by_text("Anna did it at 14:02")).to_be_visible()


def test_a_course_shows_the_path(page: Page, site: Site, axe: Axe) -> None:
    site.pages |= {"/xml": BPMN}
    site.put_json("/trail", TRAIL)
    shown(page, site.put(island("course", xml_url="/xml", trail_url="/trail", title="Course of case 7")))
    for visited in ("start", "remind", "f1", "f2", "call"):
        expect(page.locator(f"g[data-element-id={visited}].course-visited")).to_be_attached()
    expect(page.locator("g[data-element-id=call].course-current")).to_be_attached()
    expect(page.locator("a.course-count")).to_have_text("3")
    page.locator("g[data-element-id=remind] .djs-hit").hover()
    expect(page.locator(".course-tip")).to_contain_text("duly")
    expect(page.locator(".bjs-powered-by")).to_be_visible()
    page.get_by_role("button", name="Zoom in").click()
    page.get_by_text("The course as a list").click()
    axe(page)


def test_a_letter_is_previewed(page: Page, site: Site, axe: Axe) -> None:
    site.pages["/letter"] = letter()
    page.set_viewport_size({"width": 390, "height": 800})
    shown(page, site.put(island("letter", url="/letter", title="Demand")))
    expect(page.get_by_role("region", name="Preview: Demand")).to_contain_text("Nováková")
    assert page.evaluate("document.documentElement.scrollWidth") <= 390
    axe(page)


@pytest.mark.parametrize("width", [340, 430, 700])
def test_a_letter_is_shown_whole_in_any_column(page: Page, site: Site, width: int) -> None:
    site.pages["/letter"] = letter()
    shown(page, site.put(f'<div style="width: {width}px">{island("letter", url="/letter")}</div>'))
    expect(page.get_by_role("region", name="Preview")).to_contain_text("Invoice 17")
    beyond = "scrollWidth - document.querySelector('.letter-window').clientWidth"
    assert page.evaluate(f"document.querySelector('.letter-window').{beyond}") <= 1


def test_a_decision_is_readable(page: Page, site: Site, axe: Axe) -> None:
    site.pages["/dmn"] = DMN
    shown(page, site.put(island("decision", xml_url="/dmn", title="Which strategy")))
    expect(page.get_by_text('"gentle"')).to_be_visible()
    axe(page)


def test_a_chart_leads_to_the_cases(page: Page, site: Site, axe: Axe) -> None:
    shown(page, site.put(island("charts", CHART)))
    expect(page.locator(".chart svg path").first).to_be_attached()
    page.get_by_text("The figures as a table").click()
    assert page.get_by_role("link", name="€121").get_attribute("href") == "/cases?from=1"
    axe(page)


def test_a_missing_diagram_is_said(page: Page, site: Site) -> None:
    page.goto(site.put(island("decision", xml_url="/none")))
    expect(page.get_by_role("alert")).to_contain_text("could not be shown")
