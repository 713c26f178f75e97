import re
from collections.abc import Callable

import pytest
from flask import Flask
from playwright.sync_api import Page, expect

from tests.web.conftest import OpenAs
from web import people
from web.context import Context
from web.jobs.run import start

PAGES = (
    "/profile",
    "/change-password",
    "/verify",
    "/administration/",
    "/administration/people/",
    "/administration/people/new",
    "/administration/people/collector",
    "/administration/groups/",
    "/administration/groups/new",
    "/administration/creditor/",
    "/administration/product-groups/",
    "/jobs/",
    "/nowhere",
)
WIDTHS = (1440, 390)


@pytest.fixture
def work(parts: Context) -> None:
    with parts.unit_of_work() as session:
        for number in range(60):
            start(session, parts, "count", f"Import file {number:02}", {}, by="administrator")


@pytest.mark.parametrize("width", WIDTHS)
def test_pages_are_accessible_and_fit(open_as: OpenAs, axe: Callable[..., None], width: int) -> None:
    for path in PAGES:
        page = open_as("administrator", path)
        page.set_viewport_size({"width": width, "height": 900})
        axe(page)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, f"{path} is wider than {width}"


def test_the_door_is_accessible_and_opens(
    app: Flask, parts: Context, served: str, page: Page, axe: Callable[..., None]
) -> None:
    with app.app_context(), parts.unit_of_work() as session:
        people.set_password(people.find(session, "auditor"), "correct horse battery")
    page.goto(f"{served}/profile")
    axe(page)
    page.get_by_label("User name or e-mail").fill("auditor")
    page.get_by_label("Password", exact=True).fill("correct horse battery")
    page.get_by_role("button", name="Sign in").click()
    expect(page).to_have_url(f"{served}/profile")
    page.get_by_role("button", name="Auditor").click()
    page.get_by_role("button", name="Sign out").click()
    expect(page).to_have_url(re.compile("/sign-in"))


@pytest.mark.usefixtures("work")
def test_a_list_is_searched_sorted_and_paged_in_place(open_as: OpenAs) -> None:
    page = open_as("administrator", "/jobs/")
    rows = page.locator("tbody tr")
    page.get_by_role("link", name="Next page").click()
    expect(rows).to_have_count(10)
    page.get_by_role("link", name="Work", exact=True).click()
    expect(rows.first).to_contain_text("Import file 00")
    page.get_by_role("searchbox", name="Search this list").fill("file 4")
    expect(rows).to_have_count(10)
    expect(page).to_have_url(re.compile("q=file"))


@pytest.mark.usefixtures("work")
def test_the_keyboard_walks_rows_and_places(open_as: OpenAs) -> None:
    page = open_as("administrator", "/jobs/")
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="Import file 58")).to_be_visible()
    page.keyboard.press("g")
    page.keyboard.press("a")
    expect(page).to_have_url(re.compile("/administration/$"))


def test_on_a_phone_the_menu_slides_in(open_as: OpenAs) -> None:
    page = open_as("administrator", "/profile")
    page.set_viewport_size({"width": 390, "height": 844})
    entry = page.get_by_role("link", name="Administration")
    expect(entry).not_to_be_visible()
    page.get_by_role("button", name="Menu", exact=True).click()
    entry.click()
    expect(page.get_by_role("heading", name="Administration")).to_be_visible()


def test_dark_stays_dark(open_as: OpenAs, axe: Callable[..., None]) -> None:
    page = open_as("administrator", "/administration/")
    page.get_by_role("button", name="Dark").click()
    page.reload()
    expect(page.locator("html")).to_have_attribute("data-bs-theme", "dark")
    axe(page)
