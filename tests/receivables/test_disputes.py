import pytest
from sqlalchemy.orm import Session

from receivables.disputes import all_disputed, close_dispute, disputes_of, open_case_of, open_dispute
from receivables.errors import AlreadyDone, NotKnown, Refused
from receivables.facts import load_facts
from tests.receivables.books import TODAY, Books


def test_a_dispute_takes_its_item_out_of_what_is_demanded(books: Books, session: Session) -> None:
    debtor = books.debtor()
    wrong, _right = books.invoice(debtor, 300, overdue=90), books.invoice(debtor, 200)
    case = books.open_case(debtor)
    dispute = open_dispute(session, wrong.id, " not ordered ", by="anna", today=TODAY)
    facts = load_facts(session, [case.number], TODAY)[case.number]
    assert (facts.balance, facts.total_open, facts.days_overdue) == ({"EUR": 200}, {"EUR": 500}, 10)
    assert not all_disputed(session, case, TODAY)
    close_dispute(session, dispute, "delivery note found", by="ben", today=TODAY)
    assert load_facts(session, [case.number], TODAY)[case.number].balance == {"EUR": 500}
    assert [each.reason for each in disputes_of(session, case)] == ["not ordered"]


def test_a_case_is_all_disputed_when_whatever_it_owes_is(books: Books, session: Session) -> None:
    debtor = books.debtor()
    one, paid = books.invoice(debtor), books.invoice(debtor)
    case = books.open_case(debtor)
    books.post(paid, -10_000)
    assert not all_disputed(session, case, TODAY)
    open_dispute(session, one.id, "broken", by="anna", today=TODAY)
    assert all_disputed(session, case, TODAY)
    assert open_case_of(session, one.id) is case
    assert load_facts(session, [case.number], TODAY)[case.number].balance == {}


def test_disputes_open_and_close_once_and_with_words(books: Books, session: Session) -> None:
    item = books.invoice(books.debtor())
    with pytest.raises(Refused, match="Say why F-1 is disputed"):
        open_dispute(session, item.id, " ", by="anna", today=TODAY)
    with pytest.raises(NotKnown):
        open_dispute(session, 10**6, "why", by="anna", today=TODAY)
    dispute = open_dispute(session, item.id, "broken", by="anna", today=TODAY)
    with pytest.raises(AlreadyDone, match="F-1 is disputed since 2026-05-04"):
        open_dispute(session, item.id, "again", by="anna", today=TODAY)
    with pytest.raises(Refused, match="how the dispute"):
        close_dispute(session, dispute, "", by="ben", today=TODAY)
    close_dispute(session, dispute, "replaced", by="ben", today=TODAY)
    with pytest.raises(AlreadyDone, match="closed on 2026-05-04 by ben: replaced"):
        close_dispute(session, dispute, "replaced", by="ben", today=TODAY)
    open_dispute(session, item.id, "broken again", by="anna", today=TODAY)
    assert open_case_of(session, item.id) is None
