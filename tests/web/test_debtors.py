"""Debtors: the list, what a debtor's page says, contacts and data that people change, and in a browser."""

import csv
import io
from collections.abc import Callable

import pytest
from sqlalchemy import select

from receivables.debtor import Contact, Debtor, FormerName
from tests.web.at_work import parts
from tests.web.conftest import OpenAs, SignIn
from tests.web.test_cases import kinds, number_of, read
from tests.web.test_payments import debtor_of, form_of
from web.context import Context

__all__ = ["parts"]


def contact_of(parts: Context, name: str, channel: str) -> Contact:
    with parts.reading() as session:
        query = select(Contact).where(Contact.debtor_id == debtor_of(parts, name), Contact.channel == channel)
        return session.scalars(query.order_by(Contact.id.desc())).first() or pytest.fail(f"{name} has no {channel}")


def test_the_list_says_what_each_owes(sign_in: SignIn) -> None:
    client = sign_in("auditor")
    rows = list(csv.reader(io.StringIO(client.get("/debtors/?sort=-owed&export=csv").text)))
    assert [row[0] for row in rows[1:3]] == ["Fir Ltd", "Elder Ltd"]
    assert "€5,000.00" in read(client, "/debtors/?q=D-0")


def test_a_debtor_is_found_by_a_former_name(parts: Context, sign_in: SignIn) -> None:
    with parts.unit_of_work() as session:
        debtor = session.get_one(Debtor, debtor_of(parts, "Fir"))
        debtor.former_names.append(FormerName(name="Spruce Brothers", until=parts.today()))
    page = read(sign_in("auditor"), f"/debtors/{debtor_of(parts, 'Fir')}")
    assert "Spruce Brothers" in page


def test_the_statement_says_the_balance_of_each_day(parts: Context, sign_in: SignIn) -> None:
    client, number = sign_in("collector"), debtor_of(parts, "Amber")
    client.post("/payments/", data=form_of(parts, "Amber", "1000"))
    page = read(client, f"/debtors/{number}/statement")
    for part in ("Invoice", "Payment", "-€1,000.00", "€4,000.00", "€5,000.00"):
        assert part in page
    assert "INV-0" in read(client, f"/debtors/{number}/receivables?open=yes")
    assert "allocated" in read(client, f"/debtors/{number}/payments")


def test_a_contact_is_added_corrected_and_ended(parts: Context, sign_in: SignIn) -> None:
    client, number = sign_in("collector"), debtor_of(parts, "Fir")
    base = f"/debtors/{number}/contacts"
    assert "is not an e-mail address" in client.post(f"{base}/new", data={"channel": "email", "value": "nobody"}).text
    client.post(f"{base}/new", data={"channel": "email", "value": "owner@fir.test"})
    added = contact_of(parts, "Fir", "email")
    assert (added.value, added.source) == ("owner@fir.test", "hand")
    client.post(f"{base}/{added.id}", data={"channel": "email", "value": "boss@fir.test"})
    corrected = contact_of(parts, "Fir", "email")
    assert corrected.value == "boss@fir.test"
    client.post(f"{base}/{corrected.id}/end")
    assert contact_of(parts, "Fir", "email").valid_until is not None
    assert kinds(parts, number_of(parts, "Fir")).count("contact_changed") == 3
    assert "owner@fir.test → boss@fir.test" in read(client, f"/debtors/{number}/changes")


def test_data_are_changed_and_the_change_is_on_record(parts: Context, sign_in: SignIn) -> None:
    client, number = sign_in("collector"), debtor_of(parts, "Fir")
    form = {"segment": "Gold", "risk_rating": "C", "language": "PL", "country": "pl", "tax_id": "PL525"}
    assert "Two letters" in client.post(f"/debtors/{number}/edit", data=form | {"language": "polski"}).text
    client.post(f"/debtors/{number}/edit", data=form)
    with parts.reading() as session:
        debtor = session.get_one(Debtor, number)
    assert (debtor.segment, debtor.language, debtor.country) == ("Gold", "pl", "PL")
    assert "Segment: – → Gold" in read(client, f"/debtors/{number}/changes")


def test_nobody_contacts_whom_it_is_forbidden_to(parts: Context, sign_in: SignIn) -> None:
    client, number = sign_in("collector"), debtor_of(parts, "Fir")
    client.post(f"/debtors/{number}/do-not-contact")
    assert "do not contact" in read(client, f"/cases/{number_of(parts, 'Fir')}")
    client.post(f"/debtors/{number}/do-not-contact")
    assert "debtor_changed" in kinds(parts, number_of(parts, "Fir"))


def test_who_may_only_look_changes_nothing(parts: Context, sign_in: SignIn) -> None:
    client, number = sign_in("auditor"), debtor_of(parts, "Fir")
    assert client.post(f"/debtors/{number}/edit", data={}).status_code == 403
    assert client.get(f"/debtors/{number}/contacts/new").status_code == 403
    assert client.get("/debtors/999").status_code == 404


@pytest.mark.parametrize("width", [1440, 390])
def test_debtor_pages_are_accessible_and_fit(
    parts: Context, open_as: OpenAs, axe: Callable[..., None], width: int
) -> None:
    base = f"/debtors/{debtor_of(parts, 'Cedar')}"
    tabs = ("receivables", "statement", "changes", "edit", "contacts/new")
    for path in ("/debtors/", base, *(f"{base}/{tab}" for tab in tabs)):
        page = open_as("collector", path)
        page.set_viewport_size({"width": width, "height": 900})
        axe(page)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, f"{path} is wider than {width}"
