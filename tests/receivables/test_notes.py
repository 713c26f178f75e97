from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from receivables.errors import AlreadyDone, Refused
from receivables.facts import load_facts
from receivables.notes import NewCall, add_note, mark_read, note_call, notes_of, tell_staff, unread_notices
from receivables.notices import item_levels, notices_of, record_notices
from tests.receivables.books import NOW, TODAY, Books

LATER = NOW + timedelta(hours=2)


def test_an_item_has_the_highest_level_that_was_sent(books: Books, session: Session) -> None:
    debtor = books.debtor()
    old, new = books.invoice(debtor), books.invoice(debtor, overdue=1)
    case = books.open_case(debtor)
    assert record_notices(session, case.id, [old.id], level=1, key="m-1", sent_on=TODAY) == 1
    assert record_notices(session, case.id, [old.id, new.id], level=2, key="m-2", sent_on=TODAY) == 2
    assert record_notices(session, case.id, [old.id, new.id], level=2, key="m-2", sent_on=TODAY) == 0
    assert record_notices(session, case.id, [new.id, new.id], level=1, key="m-3", sent_on=TODAY) == 1
    assert item_levels(session, [old.id, new.id, 10**6]) == {old.id: 2, new.id: 2, 10**6: 0}
    assert len(notices_of(session, case.id)) == 4


def test_each_item_keeps_its_own_level(books: Books, session: Session) -> None:
    debtor = books.debtor()
    old = books.invoice(debtor)
    case = books.open_case(debtor)
    record_notices(session, case.id, [old.id], level=3, key="m-1", sent_on=TODAY)
    books.invoice(debtor, overdue=1)
    books.open_cases()
    facts = load_facts(session, [case.number], TODAY)[case.number]
    assert [item.level for item in facts.items] == [3, 0]
    assert facts.level == 3


def test_the_last_call_is_what_counts(books: Books, session: Session) -> None:
    debtor = books.debtor()
    books.invoice(debtor)
    case = books.open_case(debtor)
    note_call(session, case, NewCall(reached=True, outcome="promised", reason="cash flow"), by="anna", now=LATER)
    note_call(session, case, NewCall(reached=False), by="anna", now=NOW)
    add_note(session, case, " asks for copies ", by="anna", now=LATER)
    assert load_facts(session, [case.number], TODAY)[case.number].last_call_outcome == "promised"
    assert [note.text or note.outcome for note in notes_of(session, case)] == [
        "asks for copies",
        "promised",
        "not_reached",
    ]
    with pytest.raises(Refused, match="note is empty"):
        add_note(session, case, " ", by="anna", now=NOW)


def test_staff_read_what_they_or_their_groups_were_told(books: Books, session: Session) -> None:
    books.person("anna")
    books.person("ben")
    mine = tell_staff(session, "call back", now=NOW, username="anna")
    ours = tell_staff(session, "a task is late", now=LATER, group_key="collections")
    assert unread_notices(session, "anna") == [ours, mine]
    assert unread_notices(session, "ben") == [ours]
    assert unread_notices(session, "nobody") == []
    mark_read(session, ours, by="ben", now=LATER)
    assert unread_notices(session, "anna") == [mine]
    with pytest.raises(AlreadyDone, match="ben read this"):
        mark_read(session, ours, by="anna", now=LATER)
    with pytest.raises(Refused, match="who is to be told"):
        tell_staff(session, "nobody", now=NOW)
