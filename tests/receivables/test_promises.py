from datetime import date, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from receivables.case import Case
from receivables.closing import close_case
from receivables.errors import AlreadyDone, Refused
from receivables.facts import load_facts
from receivables.payments import NewPayment, enter_payment, reverse_payment
from receivables.promise import Promise
from receivables.promises import (
    NewPromise,
    judge_promise,
    kept_ratio,
    record_promise,
    verdict,
    withdraw_promise,
)
from receivables.receivable import Receivable
from tests.receivables.books import NOW, TODAY, Books

FRIDAY = date(2026, 5, 15)
TUESDAY = date(2026, 5, 19)
WEDNESDAY = date(2026, 5, 20)


def promised(books: Books, amount: int = 50_000) -> tuple[Case, Promise]:
    """Return the T13 promise: 500.00 for Friday, two business days of tolerance, 95 %."""
    debtor = books.debtor()
    books.invoice(debtor, 100_000)
    case = books.open_case(debtor)
    wish = NewPromise(FRIDAY, amount, "EUR")
    return case, record_promise(books.session, case, wish, by="anna", now=NOW, today=TODAY)


def pay(books: Books, case: Case, amount: int, on: date) -> int:
    wish = NewPayment(case.debtor_id, on, amount, "EUR")
    return enter_payment(books.session, wish, by="anna", now=NOW, today=on).payment.id


@pytest.mark.parametrize(("paid", "expected"), [(48_000, "kept"), (30_000, "partially_kept"), (0, "broken")])
def test_t13_is_judged_after_its_tolerance(books: Books, session: Session, paid: int, expected: str) -> None:
    case, promise = promised(books)
    if paid:
        pay(books, case, paid, TUESDAY)
    assert judge_promise(session, promise, TUESDAY) is None
    assert judge_promise(session, promise, WEDNESDAY) == expected
    assert (promise.judged_on, promise.verdict) == (WEDNESDAY, expected)
    assert judge_promise(session, promise, WEDNESDAY + timedelta(days=9)) == expected
    assert load_facts(session, [1], WEDNESDAY)[1].promises_broken == (expected == "broken")


def test_what_comes_too_late_or_came_before_does_not_count(books: Books, session: Session) -> None:
    case, promise = promised(books)
    pay(books, case, 50_000, TODAY - timedelta(days=1))
    pay(books, case, 50_000, WEDNESDAY)
    assert judge_promise(session, promise, WEDNESDAY) == "broken"


def test_a_reversal_before_the_judgement_counts(books: Books, session: Session) -> None:
    case, promise = promised(books)
    payment = pay(books, case, 50_000, FRIDAY)
    reverse_payment(session, payment, by="ben", now=NOW, today=TUESDAY)
    assert judge_promise(session, promise, WEDNESDAY) == "broken"


def test_what_is_paid_but_not_allocated_counts(books: Books, session: Session) -> None:
    case, promise = promised(books, amount=120_000)
    pay(books, case, 120_000, FRIDAY)
    assert judge_promise(session, promise, WEDNESDAY) == "kept"


def test_a_settlement_by_the_erp_keeps_a_promise(books: Books, session: Session) -> None:
    case, promise = promised(books)
    item = session.get_one(Receivable, case.items[0].receivable_id)
    books.post(item, -50_000, on=FRIDAY)
    assert judge_promise(session, promise, WEDNESDAY) == "kept"


def test_facts_tell_when_it_is_judged_and_what_was_paid(books: Books, session: Session) -> None:
    case, promise = promised(books)
    pay(books, case, 10_000, FRIDAY)
    facts = load_facts(session, [case.number], WEDNESDAY)[case.number].promise
    assert facts is not None
    assert (facts.id, facts.judged_after, facts.judged_on, facts.paid) == (promise.id, TUESDAY, WEDNESDAY, 10_000)


def test_a_new_promise_withdraws_the_earlier_one(books: Books, session: Session) -> None:
    case, first = promised(books)
    second = record_promise(session, case, NewPromise(FRIDAY, 5, "EUR"), by="anna", now=NOW, today=TODAY)
    assert (first.withdrawn_at, second.withdrawn_at) == (NOW, None)
    assert judge_promise(session, first, WEDNESDAY) is None
    with pytest.raises(AlreadyDone, match="was withdrawn on 2026-05-04"):
        withdraw_promise(session, first, now=NOW)


def test_a_judged_promise_cannot_be_withdrawn(books: Books, session: Session) -> None:
    _, promise = promised(books)
    judge_promise(session, promise, WEDNESDAY)
    with pytest.raises(AlreadyDone, match="judged on 2026-05-20: broken"):
        withdraw_promise(session, promise, now=NOW)


def test_a_case_paid_before_the_day_keeps_its_promise(books: Books, session: Session) -> None:
    case, promise = promised(books)
    pay(books, case, 100_000, TODAY)
    close_case(session, case, "paid", TODAY)
    assert promise.verdict == "kept"
    assert kept_ratio(session, "EUR").by_count == Fraction(1)
    assert kept_ratio(session, "PLN").by_count is None


@pytest.mark.parametrize(
    ("wish", "why"),
    [
        (NewPromise(TODAY - timedelta(days=1), 5, "EUR"), "names a day to come"),
        (NewPromise(FRIDAY, 0, "EUR"), "above zero"),
        (NewPromise(FRIDAY, 5, "ZZZ"), "not a known currency"),
    ],
)
def test_an_empty_promise_is_refused(books: Books, session: Session, wish: NewPromise, why: str) -> None:
    case, _ = promised(books)
    with pytest.raises(Refused, match=why):
        record_promise(session, case, wish, by="anna", now=NOW, today=TODAY)


def test_a_closed_case_takes_no_promise(books: Books, session: Session) -> None:
    case, _ = promised(books)
    close_case(session, case, "written_off", TODAY)
    with pytest.raises(Refused, match="is closed"):
        record_promise(session, case, NewPromise(FRIDAY, 5, "EUR"), by="anna", now=NOW, today=TODAY)


@given(st.integers(1, 10**9), st.integers(1, 100), st.integers(0, 10**9), st.integers(0, 10**6))
def test_paying_more_never_worsens_a_verdict(amount: int, threshold: int, paid: int, more: int) -> None:
    order = ["broken", "partially_kept", "kept"]
    assert order.index(verdict(amount, threshold, paid)) <= order.index(verdict(amount, threshold, paid + more))
    assert verdict(amount, threshold, amount) == "kept"
