from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from receivables.contacts import (
    NewContact,
    add_contact,
    correct_contact,
    debtors_with_contact,
    end_contact,
    valid_contacts,
)
from receivables.errors import AlreadyDone, NotKnown, Refused
from receivables.facts import load_facts
from tests.receivables.books import TODAY, Books

TOMORROW = TODAY + timedelta(days=1)
POSTAL = NewContact("postal", "Firm", street="Long 1", city="Łódź", postcode="90-001", country="PL")


def test_a_correction_ends_the_old_and_starts_the_new(books: Books, session: Session) -> None:
    debtor = books.debtor()
    old = add_contact(session, debtor.id, NewContact("email", "old@firm.test"), today=TODAY)
    new = correct_contact(session, old.id, NewContact("email", " new@firm.test "), today=TOMORROW)
    assert valid_contacts(session, debtor.id, TODAY) == [old]
    assert valid_contacts(session, debtor.id, TOMORROW) == [new]
    assert debtors_with_contact(session, "email", "NEW@firm.test", TOMORROW) == [debtor.id]
    with pytest.raises(AlreadyDone, match="no longer valid"):
        end_contact(session, old.id, today=TOMORROW)


def test_facts_carry_the_newest_valid_contact_of_each_channel(books: Books, session: Session) -> None:
    debtor = books.debtor()
    books.invoice(debtor)
    for wish in (NewContact("phone", "+48 22 123"), NewContact("phone", "+48 22 456"), POSTAL):
        add_contact(session, debtor.id, wish, today=TODAY)
    facts = load_facts(session, [books.open_case(debtor).number], TODAY)[1].debtor
    assert (facts.email, facts.phone) == (None, "+48 22 456")
    assert facts.postal is not None
    assert facts.postal.city == "Łódź"


def test_what_is_known_is_not_added_again(books: Books, session: Session) -> None:
    debtor = books.debtor()
    first = add_contact(session, debtor.id, POSTAL, today=TODAY)
    assert add_contact(session, debtor.id, POSTAL, today=TOMORROW) is first


@pytest.mark.parametrize(
    ("wish", "why"),
    [
        (NewContact("email", "nobody"), "not an e-mail"),
        (NewContact("email", "a@b.c, d@e.f"), "not an e-mail"),
        (NewContact("phone", "call me"), "not a phone number"),
        (NewContact("postal", "Firm"), "needs the addressee"),
        (NewContact("pigeon", "coo"), "no channel"),
    ],
)
def test_what_reaches_nobody_is_refused(books: Books, wish: NewContact, why: str) -> None:
    with pytest.raises(Refused, match=why):
        add_contact(books.session, books.debtor().id, wish, today=TODAY)


def test_nobody_unknown_gets_a_contact(session: Session) -> None:
    with pytest.raises(NotKnown):
        add_contact(session, 10**6, POSTAL, today=TODAY)
    with pytest.raises(NotKnown):
        end_contact(session, 10**6, today=TODAY)
