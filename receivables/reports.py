"""Sum the ledger up as of a day: the portfolio by age, what each case owes, and the figures of the home page."""

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import BigInteger, ColumnElement, Select, and_, case, cast, func, literal, select
from sqlalchemy.orm import Session

from receivables.balance import RAISING, Amounts, case_balances, open_amount_query
from receivables.case import Case
from receivables.money import to_texts
from receivables.payment import Payment
from receivables.posting import Posting
from receivables.promise import Promise
from receivables.receivable import Receivable

BUCKETS = ("not due", "1-30", "31-60", "61-90", "91-180", "181+")
LIMITS = (0, 30, 60, 90, 180)
"""The most days overdue of each bucket but the last."""
DAY = timedelta(days=1)


@dataclass(frozen=True, slots=True)
class Bucket:
    """Say what is open of one age."""

    name: str
    items: int
    open_amount: Amounts


@dataclass(frozen=True, slots=True)
class Portfolio:
    """Say what is open of all receivables as of a day; credit notes are netted."""

    as_of: date
    open_amount: Amounts
    aging: tuple[Bucket, ...]

    def as_json(self) -> dict[str, Any]:
        """Return it as `report portfolio` prints it: money as text, dates in ISO."""
        aging = [
            {"bucket": bucket.name, "items": bucket.items, "open_amount": to_texts(bucket.open_amount)}
            for bucket in self.aging
        ]
        return {"as_of": self.as_of.isoformat(), "open_amount": to_texts(self.open_amount), "aging": aging}


@dataclass(frozen=True, slots=True)
class Home:
    """Say how the portfolio stands, for the home page."""

    open_amount: Amounts
    overdue: Amounts
    collected_this_month: Amounts
    collected_last_month: Amounts
    """The whole of last month."""
    promises_due: int


def portfolio(session: Session, as_of: date) -> Portfolio:
    """Return what is open as of a day, by age; items that owe nothing are not counted."""
    amounts = open_amount_query(as_of)
    bucket = _bucket(as_of)
    query = (
        select(bucket, Receivable.currency, func.count(), cast(func.sum(amounts.c.open), BigInteger))
        .join(amounts, amounts.c.receivable_id == Receivable.id)
        .where(amounts.c.open != 0)
        .group_by(bucket, Receivable.currency)
    )
    rows = [(n, currency, items, amount) for n, currency, items, amount in session.execute(query)]
    aging = tuple(_bucket_of(name, [row for row in rows if row[0] == n]) for n, name in enumerate(BUCKETS))
    return Portfolio(as_of, _added(*(each.open_amount for each in aging)), aging)


def case_open_amounts(session: Session, as_of: date) -> dict[int, Amounts]:
    """Return by case number what the items that it held on a day owed, credit notes netted."""
    balances = case_balances(session, as_of)
    numbers = session.execute(select(Case.id, Case.number)).all()
    return {number: balances[case_id] for case_id, number in numbers if case_id in balances}


def home(session: Session, today: date) -> Home:
    """Return the figures of the home page."""
    now = portfolio(session, today)
    this_month = today.replace(day=1)
    last_month = (this_month - DAY).replace(day=1)
    return Home(
        open_amount=now.open_amount,
        overdue=_added(*(bucket.open_amount for bucket in now.aging[1:])),
        collected_this_month=collected(session, this_month, today),
        collected_last_month=collected(session, last_month, this_month - DAY),
        promises_due=len(promises_due(session, today)),
    )


def collected(session: Session, since: date, until: date) -> Amounts:
    """Return what came in between two days, both included, by booking date; with what is not allocated yet."""
    touched = select(Posting.receivable_id).where(
        Posting.booked_on.between(since, until), Posting.kind.not_in(RAISING)
    )  # nothing else can differ between the two days
    before, after = _settled(session, since - DAY, touched), _settled(session, until, touched)
    took = {currency: amount - before.get(currency, 0) for currency, amount in after.items()}
    amounts = _added(took, _unallocated(session, since, until))
    return {currency: amount for currency, amount in amounts.items() if amount}


def promises_due(session: Session, today: date) -> list[Promise]:
    """Return the promises of open cases whose day has come and that are not judged yet; the oldest first."""
    query = (
        select(Promise)
        .join(Case, Case.id == Promise.case_id)
        .where(Case.closed_on.is_(None), Promise.promised_on <= today)
        .where(Promise.judged_on.is_(None), Promise.withdrawn_at.is_(None))
        .order_by(Promise.promised_on, Promise.id)
    )
    return list(session.scalars(query))


def _bucket(as_of: date) -> ColumnElement[int]:
    """Number the bucket of a receivable's due date by comparing dates, which every database does alike."""
    limits = [
        (Receivable.due_date >= as_of - timedelta(days=most), literal(n, literal_execute=True))
        for n, most in enumerate(LIMITS)
    ]
    not_due = (Receivable.due_date.is_(None), literal(0, literal_execute=True))
    return case(not_due, *limits, else_=literal(len(LIMITS), literal_execute=True))


def _bucket_of(name: str, rows: list[tuple[int, str, int, int]]) -> Bucket:
    amounts = {currency: amount for _, currency, _, amount in rows}
    return Bucket(name, sum(items for _, _, items, _ in rows), dict(sorted(amounts.items())))


def _settled(session: Session, as_of: date, among: Select[int]) -> Amounts:
    amounts = open_amount_query(as_of, among)
    query = (
        select(Receivable.currency, cast(func.sum(amounts.c.settled), BigInteger))
        .join(amounts, amounts.c.receivable_id == Receivable.id)
        .group_by(Receivable.currency)
    )
    return dict(session.execute(query).all())


def _unallocated(session: Session, since: date, until: date) -> Amounts:
    rest = cast(Payment.amount + func.coalesce(func.sum(Posting.amount), 0), BigInteger)
    query = (
        select(Payment.currency, rest)
        .outerjoin(Posting, and_(Posting.payment_id == Payment.id, Posting.kind == "payment"))
        .where(Payment.received_on.between(since, until), Payment.reversed_at.is_(None))
        .group_by(Payment.id)
    )
    return _added(*({currency: amount} for currency, amount in session.execute(query)))


def _added(*parts: Amounts) -> Amounts:
    amounts: Amounts = defaultdict(int)
    for part in parts:
        for currency, amount in part.items():
            amounts[currency] += amount
    return dict(sorted(amounts.items()))
