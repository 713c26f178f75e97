from datetime import timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from receivables.balance import open_amounts
from receivables.debtor import Debtor
from receivables.errors import AlreadyDone, NotKnown, Refused
from receivables.payment import Payment
from receivables.payments import (
    Entered,
    NewPayment,
    allocate_credit,
    credit,
    enter_payment,
    reverse_payment,
    share_out,
)
from receivables.posting import Posting
from tests.receivables.books import NOW, TODAY, Books

LATER = TODAY + timedelta(days=30)


def pay(books: Books, debtor: Debtor, amount: int, *designated: int, currency: str = "EUR") -> Entered:
    wish = NewPayment(debtor.id, TODAY, amount, currency, "thanks", designated)
    return enter_payment(books.session, wish, by="anna", now=NOW, today=TODAY)


def test_what_fell_due_first_is_paid_first(books: Books, session: Session) -> None:
    debtor = books.debtor()
    undated, new, old = (books.invoice(debtor, 100, overdue=days) for days in (None, 5, 50))
    entered = pay(books, debtor, 250)
    assert entered.allocated == {old.id: 100, new.id: 100, undated.id: 50}
    assert open_amounts(session, TODAY) == {old.id: 0, new.id: 0, undated.id: 50}


def test_what_the_debtor_names_is_paid_before_all_else(books: Books) -> None:
    debtor = books.debtor()
    old, new = books.invoice(debtor, 100, overdue=50), books.invoice(debtor, 100, overdue=5)
    assert pay(books, debtor, 120, new.id).allocated == {new.id: 100, old.id: 20}


def test_what_is_too_much_stays_the_debtors_credit(books: Books, session: Session) -> None:
    debtor = books.debtor()
    books.invoice(debtor, 100)
    books.invoice(debtor, 100, currency="PLN")
    assert pay(books, debtor, 130).unallocated == 30
    assert credit(session, debtor.id) == {"EUR": 30}
    new = books.invoice(debtor, 20)
    assert allocate_credit(session, debtor.id, by="anna", now=NOW, today=TODAY, designated=[new.id]) == {new.id: 20}
    assert credit(session, debtor.id) == {"EUR": 10}


def test_credit_notes_take_no_payment(books: Books) -> None:
    debtor = books.debtor()
    books.invoice(debtor, -100, overdue=None)
    assert pay(books, debtor, 50).allocated == {}


def test_a_reversal_restores_what_is_owed_and_keeps_both_postings(books: Books, session: Session) -> None:
    debtor = books.debtor()
    item = books.invoice(debtor, 100)
    entered = pay(books, debtor, 130)
    assert reverse_payment(session, entered.payment.id, by="ben", now=NOW, today=LATER) == {item.id: 100}
    assert open_amounts(session, LATER) == {item.id: 100}
    assert open_amounts(session, TODAY) == {item.id: 0}
    assert credit(session, debtor.id) == {}
    assert session.scalar(select(func.count()).where(Posting.payment_id == entered.payment.id)) == 2
    with pytest.raises(AlreadyDone, match="was reversed on 2026-06-03 by ben"):
        reverse_payment(session, entered.payment.id, by="ben", now=NOW, today=LATER)


def test_a_payment_the_erp_knows_already_is_told(books: Books) -> None:
    debtor = books.debtor()
    item = books.invoice(debtor, 100)
    books.post(item, -40, source="erp", on=TODAY)
    assert pay(books, debtor, 60).known_to_erp == 60


@pytest.mark.parametrize(
    ("changes", "error", "why"),
    [
        ({"amount": 0}, Refused, "above zero"),
        ({"amount": -5}, Refused, "above zero, not -0.05 EUR"),
        ({"currency": "ZZZ"}, Refused, "not a known currency"),
        ({"received_on": LATER}, Refused, "still to come"),
        ({"debtor_id": 10**6}, NotKnown, "no debtor 1000000"),
        ({"designated": (10**6,)}, Refused, "not this debtor's"),
    ],
)
def test_what_cannot_be_is_refused(books: Books, changes: dict[str, object], error: type[Exception], why: str) -> None:
    debtor = books.debtor()
    wish = {"debtor_id": debtor.id, "received_on": TODAY, "amount": 5, "currency": "EUR"} | changes
    with pytest.raises(error, match=why):
        enter_payment(books.session, NewPayment(**wish), by="anna", now=NOW, today=TODAY)  # type: ignore[arg-type]
    assert books.session.scalar(select(func.count(Payment.id))) == 0


def test_a_named_receivable_in_another_currency_is_refused(books: Books) -> None:
    debtor = books.debtor()
    item = books.invoice(debtor, currency="PLN")
    with pytest.raises(Refused, match="F-1 is in PLN, the payment in EUR"):
        pay(books, debtor, 5, item.id)
    with pytest.raises(NotKnown, match="no payment"):
        reverse_payment(books.session, 10**6, by="ben", now=NOW, today=TODAY)


@given(st.integers(0, 10**6), st.lists(st.integers(-100, 10**5), max_size=8))
def test_shares_never_exceed_what_is_owed_nor_what_there_is(amount: int, owed: list[int]) -> None:
    shares = share_out(amount, enumerate(owed))
    assert all(0 < share <= owed[n] for n, share in shares.items())
    assert sum(shares.values()) == min(amount, sum(each for each in owed if each > 0))


MOVES = st.lists(st.tuples(st.sampled_from(["pay", "reverse", "allocate"]), st.integers(1, 400)), max_size=10)


@given(st.lists(st.integers(1, 300), max_size=4), MOVES)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=25)
def test_nothing_ever_disappears(
    books: Books, session: Session, invoices: list[int], moves: list[tuple[str, int]]
) -> None:
    with session.begin_nested() as undone:
        debtor = books.debtor("H")
        for amount in invoices:
            books.invoice(debtor, amount)
        standing: dict[int, int] = {}
        for move, amount in moves:
            if move == "pay":
                standing[pay(books, debtor, amount).payment.id] = amount
            elif move == "reverse" and standing:
                reverse_payment(session, standing.popitem()[0], by="ben", now=NOW, today=TODAY)
            elif move == "allocate":
                allocate_credit(session, debtor.id, by="ben", now=NOW, today=TODAY)
        still_open = open_amounts(session, TODAY)
        allocated = sum(invoices) - sum(still_open.values())
        assert allocated + credit(session, debtor.id).get("EUR", 0) == sum(standing.values())
        assert all(amount >= 0 for amount in still_open.values())
        undone.rollback()
