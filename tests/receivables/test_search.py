from datetime import date

import pytest
from sqlalchemy.orm import Session

from receivables.contacts import NewContact, add_contact
from receivables.creditor import CreditorAccount
from receivables.debtor import Debtor, FormerName
from receivables.payments import NewPayment, enter_payment
from receivables.search import find
from tests.receivables.books import NOW, TODAY, Books

DATABASES = ("sqlite", "postgresql")


@pytest.fixture
def debtor(books: Books) -> Debtor:
    debtor = books.debtor("K-100_7")
    debtor.name, debtor.tax_id = "Żółw i Synowie", "5250000000"
    books.session.add(FormerName(debtor_id=debtor.id, name="Jaskółka", until=date(2020, 1, 1)))
    books.invoice(debtor)
    books.open_cases()
    add_contact(books.session, debtor.id, NewContact("email", "office@zolw.test"), today=TODAY)
    wish = NewPayment(debtor.id, TODAY, 5, "EUR", "VS 4711")
    enter_payment(books.session, wish, by="anna", now=NOW, today=TODAY)
    account = CreditorAccount(creditor_id=books.creditor.id, iban="PL61109010140000071219812874", currency="PLN")
    books.session.add(account)
    books.session.flush()
    return debtor


@pytest.mark.parametrize(
    ("text", "kind", "title"),
    [
        ("1", "case", "Case 1"),
        ("case 1", "case", "Case 1"),
        ("#1", "case", "Case 1"),
        ("k-100_7", "debtor", "Żółw i Synowie"),
        ("  i   synowie ", "debtor", "Żółw i Synowie"),
        ("ŻÓŁW", "debtor", "Żółw i Synowie"),
        ("zolw i syn", "debtor", "Żółw i Synowie"),
        ("jaskółka", "debtor", "Żółw i Synowie"),
        ("5250000000", "debtor", "Żółw i Synowie"),
        ("f-1", "receivable", "F-1"),
        ("OFFICE@zolw", "contact", "office@zolw.test"),
        ("4711", "payment", "VS 4711"),
        ("pl61 1090 1014", "account", "PL61109010140000071219812874"),
    ],
)
def test_everything_is_found_by_what_people_type(
    debtor: Debtor, session: Session, text: str, kind: str, title: str
) -> None:
    hit = next(each for each in find(session, text) if each.kind == kind)
    assert hit.title == title
    if kind != "account":
        assert (hit.debtor_id, hit.case_number) == (debtor.id, 1)


def test_wildcards_are_plain_letters(debtor: Debtor, session: Session) -> None:
    assert debtor.id
    for text in ("%%", "100__", "", "z"):
        assert find(session, text) == []


def test_whole_matches_come_first_and_few_are_shown(books: Books, session: Session) -> None:
    for reference in ("A-12", "12", "123", "B-12"):
        books.debtor(reference)
    hits = [hit.detail for hit in find(session, "12") if hit.kind == "debtor"]
    assert hits[:2] == ["12", "123"]
    assert len(find(session, "12", limit=2)) == 2
