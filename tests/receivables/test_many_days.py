"""Random weeks of business: whatever happens, cases stay as they must be."""

from collections import Counter
from collections.abc import Callable
from datetime import date, timedelta

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select
from sqlalchemy.orm import Session

from receivables.balance import open_amounts
from receivables.case import Case, CaseItem
from receivables.closing import cases_now_paid, close_case, release_paid_items
from receivables.debtor import Debtor
from receivables.disputes import open_dispute
from receivables.errors import ReceivablesError
from receivables.facts import load_facts
from receivables.payments import NewPayment, enter_payment
from receivables.receivable import Receivable
from receivables.reports import case_open_amounts, portfolio
from tests.receivables.books import NOW, TODAY, Books

Event = tuple[str, int, int]
EVENTS = st.lists(
    st.tuples(
        st.sampled_from(["invoice", "credit", "pay", "dispute", "close", "wait"]), st.integers(0, 1), st.integers()
    ),
    max_size=10,
)


def a_day(books: Books, today: date) -> None:
    """Do what the day run does with receivables."""
    session = books.session
    books.open_cases(today)
    for number in cases_now_paid(session, today):
        close_case(session, session.scalars(select(Case).where(Case.number == number)).one(), "paid", today)
    release_paid_items(session, today)


def _dispute(books: Books, debtor: Debtor, _seed: int, today: date) -> None:
    item = books.session.scalar(select(Receivable.id).where(Receivable.debtor_id == debtor.id).limit(1))
    try:
        open_dispute(books.session, item or 0, "why", by="anna", today=today)
    except ReceivablesError:
        return


def _close(books: Books, debtor: Debtor, seed: int, today: date) -> None:
    case = books.session.scalar(select(Case).where(Case.debtor_id == debtor.id, Case.closed_on.is_(None)))
    if case is not None:
        close_case(books.session, case, ("no_action", "written_off")[seed % 2], today)


def _pay(books: Books, debtor: Debtor, seed: int, today: date) -> None:
    wish = NewPayment(debtor.id, today, seed % 900 + 1, "EUR")
    enter_payment(books.session, wish, by="anna", now=NOW, today=today)


DOINGS: dict[str, Callable[[Books, Debtor, int, date], object]] = {
    "invoice": lambda books, debtor, seed, _: books.invoice(debtor, seed % 500 + 1, overdue=seed % 9 - 3),
    "credit": lambda books, debtor, seed, _: books.invoice(debtor, -(seed % 300 + 1), overdue=None),
    "pay": _pay,
    "dispute": _dispute,
    "close": _close,
    "wait": lambda *_: None,
}


@given(EVENTS)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=15)
def test_cases_stay_as_they_must_be(books: Books, session: Session, events: list[Event]) -> None:
    with session.begin_nested() as undone:
        debtors = [books.debtor("A"), books.debtor("B")]
        books.invoice(debtors[0])
        for n, (kind, owner, seed) in enumerate(events):
            today = TODAY + timedelta(days=n)
            DOINGS[kind](books, debtors[owner], seed, today)
            a_day(books, today)
            _check(session, today)
            before = _held(session)
            a_day(books, today)
            assert _held(session) == before
        undone.rollback()


def _held(session: Session) -> list[tuple[int, int]]:
    query = select(CaseItem.case_id, CaseItem.receivable_id).where(CaseItem.left_on.is_(None))
    return [(case_id, item) for case_id, item in session.execute(query.order_by(CaseItem.id))]


def _check(session: Session, today: date) -> None:
    opened = session.scalars(select(Case).where(Case.closed_on.is_(None))).all()
    assert all(count == 1 for count in Counter(case.debtor_id for case in opened).values())
    assert {case_id for case_id, _ in _held(session)} == {case.id for case in opened}
    facts = load_facts(session, [case.number for case in opened], today)
    by_case = case_open_amounts(session, today)
    assert {number: case.total_open for number, case in facts.items()} == by_case
    amounts = open_amounts(session, today)
    assert portfolio(session, today).open_amount.get("EUR", 0) == sum(amounts.values())
    assert all(sum(each.total_open.values()) > 0 for each in facts.values())
