"""Search: over everything, grouped, straight there where only one thing fits."""

from collections.abc import Callable

import pytest
from playwright.sync_api import expect

from tests.web.at_work import parts
from tests.web.conftest import OpenAs, SignIn
from tests.web.test_cases import number_of, read
from tests.web.test_payments import debtor_of
from web.context import Context

__all__ = ["parts"]


def test_one_result_is_opened_at_once(parts: Context, sign_in: SignIn) -> None:
    client, case = sign_in("collector"), number_of(parts, "Elder")
    places = {
        text: client.get("/search", query_string={"q": text}).headers.get("Location")
        for text in ("Elder Ltd", "D-4", "INV-4", f"#{case}", "elder@debtors.test")
    }
    debtor = f"/debtors/{debtor_of(parts, 'Elder')}"
    assert places["Elder Ltd"] == places["D-4"] == debtor
    assert places["INV-4"] == f"/cases/{case}/receivables?q=INV-4"
    assert places[f"#{case}"] == f"/cases/{case}"
    assert places["elder@debtors.test"] == f"{debtor}#contacts"


def test_several_results_are_grouped(sign_in: SignIn) -> None:
    page = read(sign_in("auditor"), "/search?q=ltd")
    assert "Debtors" in page
    assert page.index("Amber Ltd") < page.index("Fir Ltd")
    assert "Receivables" in read(sign_in("auditor"), "/search?q=inv")


def test_nothing_and_nonsense_are_answered(sign_in: SignIn) -> None:
    client = sign_in("auditor")
    assert "What are you looking for?" in read(client, "/search?q=")
    for text in ("%25", "'", "%00", "zzzz", "_"):
        assert "Nothing fits" in read(client, f"/search?q={text}")


@pytest.mark.parametrize("width", [1440, 390])
def test_the_box_shows_the_first_results(parts: Context, open_as: OpenAs, axe: Callable[..., None], width: int) -> None:
    page = open_as("collector", "/search?q=ltd")
    page.set_viewport_size({"width": width, "height": 900})
    axe(page)
    page.keyboard.press("/")
    page.get_by_role("searchbox", name="Search everything").fill("Elder")
    result = page.locator("#quick").get_by_role("link", name="Elder Ltd")
    expect(result.first).to_be_visible()
    axe(page)
    result.first.click()
    expect(page).to_have_url(f"{page.url.partition('/debtors')[0]}/debtors/{debtor_of(parts, 'Elder')}")
