"""Payments: entered with a look ahead, heard by cases, taken back, and in a browser."""

from collections.abc import Callable
from datetime import date

import pytest
from playwright.sync_api import expect
from sqlalchemy import select

from engine.tables import HistoryRow, InboxRow
from receivables.case import Case
from receivables.payment import Payment
from service_tasks.keys import key_of
from tests.web.at_work import parts
from tests.web.conftest import OpenAs, SignIn
from tests.web.test_cases import item_of, number_of, read, status_of
from web.context import Context

__all__ = ["parts"]


def debtor_of(parts: Context, name: str) -> int:
    with parts.reading() as session:
        return session.scalars(select(Case.debtor_id).where(Case.number == number_of(parts, name))).one()


def form_of(parts: Context, name: str, amount: str, **more: str) -> dict[str, str]:
    plain = {"debtor": str(debtor_of(parts, name)), "received_on": "2026-03-02", "amount": amount, "currency": "EUR"}
    return plain | more


def payment(parts: Context) -> Payment:
    with parts.reading() as session:
        return session.scalars(select(Payment)).one()


def test_who_paid_is_found_by_whatever_is_known(parts: Context, sign_in: SignIn) -> None:
    client = sign_in("collector")
    for text in ("amber", "D-0", "INV-0", str(number_of(parts, "Amber"))):
        assert f"debtor={debtor_of(parts, 'Amber')}" in read(client, f"/payments/new?text={text}")


def test_it_is_said_before_what_it_will_pay(parts: Context, sign_in: SignIn) -> None:
    client = sign_in("collector")
    page = client.post("/payments/preview", data=form_of(parts, "Amber", "6000")).text
    assert "then paid in full" in page
    assert "€1,000.00" in page
    named = form_of(parts, "Amber", "1.000,50", item=str(item_of(parts, "Amber")))
    page = client.post("/payments/preview", data=named).text
    assert "€3,999.50" in page
    assert "named" in page
    with parts.reading() as session:
        assert session.scalars(select(Payment)).all() == []


def test_a_part_lowers_what_the_case_asks_for(parts: Context, sign_in: SignIn) -> None:
    client, number = sign_in("collector"), number_of(parts, "Amber")
    client.post("/payments/", data=form_of(parts, "Amber", "1000", reference="RF 12"))
    page = read(client, f"/cases/{number}")
    assert "€4,000.00" in page
    assert "Payment of €1,000.00" in page
    with parts.reading() as session:
        heard = select(InboxRow.name).where(InboxRow.business_key == key_of(number)).order_by(InboxRow.id.desc())
        assert session.scalars(heard).first() == "payment_received"
        record = select(HistoryRow.who).where(HistoryRow.kind == "payment")
        assert session.scalars(record).all() == ["collector"]


def test_who_paid_everything_is_left_alone_and_the_rest_is_credit(parts: Context, sign_in: SignIn) -> None:
    client, number = sign_in("collector"), number_of(parts, "Amber")
    answer = client.post("/payments/", data=form_of(parts, "Amber", "5100"), follow_redirects=True)
    assert "€100.00" in answer.text
    assert status_of(parts, number) == "ended"
    assert "Paid and closed on" in read(client, f"/cases/{number}")
    assert "€100.00" in read(client, f"/debtors/{debtor_of(parts, 'Amber')}")


def test_a_payment_is_taken_back_for_a_reason(parts: Context, sign_in: SignIn) -> None:
    client, number = sign_in("collector"), number_of(parts, "Amber")
    client.post("/payments/", data=form_of(parts, "Amber", "1000"))
    address = f"/payments/{payment(parts).id}/reverse"
    assert "Say why" in client.post(address, data={"reason": " "}).text
    client.post(address, data={"reason": "Wrong debtor"})
    assert payment(parts).reversed_on == date(2026, 3, 2)
    assert "€5,000.00" in read(client, f"/cases/{number}")
    assert "taken back" in read(client, "/payments/?state=reversed")


def test_what_cannot_be_entered_is_asked_again(parts: Context, sign_in: SignIn) -> None:
    client = sign_in("collector")
    for wrong, said in (
        ({"amount": "0"}, "above zero"),
        ({"received_on": "2026-04-01"}, "still to come"),
        ({"currency": "XX"}, "three letters"),
        ({"item": str(item_of(parts, "Fir"))}, "is not this debtor"),
    ):
        page = client.post("/payments/", data=form_of(parts, "Amber", "10") | wrong).text
        assert said in page
    assert client.get("/payments/99").status_code == 404
    assert sign_in("auditor").get("/payments/new").status_code == 403


@pytest.mark.parametrize("width", [1440, 390])
def test_payment_pages_are_accessible_and_fit(
    parts: Context, sign_in: SignIn, open_as: OpenAs, axe: Callable[..., None], width: int
) -> None:
    parts_of_form = form_of(parts, "Amber", "1000")
    sign_in("collector").post("/payments/", data={**parts_of_form, "csrf_token": ""})
    for path in ("/payments/", "/payments/new", f"/payments/new?debtor={debtor_of(parts, 'Birch')}"):
        page = open_as("collector", path)
        page.set_viewport_size({"width": width, "height": 900})
        axe(page)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, f"{path} is wider than {width}"


def test_a_payment_is_entered_in_the_browser(open_as: OpenAs) -> None:
    page = open_as("collector", "/payments/new")
    page.get_by_role("searchbox", name="Who paid?").fill("Birch")
    page.get_by_role("link", name="Birch Ltd").click()
    page.get_by_label("Amount").fill("5000")
    expect(page.get_by_text("then open:")).to_be_visible()
    page.get_by_role("button", name="Enter the payment").click()
    expect(page.get_by_role("heading", name="Payment of Birch Ltd")).to_be_visible()
    expect(page.get_by_text("allocated", exact=True)).to_be_visible()
