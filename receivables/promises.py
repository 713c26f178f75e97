"""Record promises to pay, judge them once their day and tolerance have passed, or withdraw them."""

from dataclasses import dataclass
from datetime import date, datetime
from fractions import Fraction

from sqlalchemy import select
from sqlalchemy.orm import Session

from receivables.case import Case
from receivables.debtor import Debtor
from receivables.errors import AlreadyDone, Refused
from receivables.money import exponent, to_text
from receivables.promise import Promise
from receivables.promise_payments import judged_after, paid_on

KEPT, PARTIALLY_KEPT, BROKEN = "kept", "partially_kept", "broken"
TOLERANCE_DAYS = 2
THRESHOLD = 95


@dataclass(frozen=True, slots=True)
class NewPromise:
    """Carry what a debtor declared; amount in minor units, tolerance in business days, threshold in percent."""

    promised_on: date
    amount: int
    currency: str
    tolerance_days: int = TOLERANCE_DAYS
    threshold: int = THRESHOLD


@dataclass(frozen=True, slots=True)
class KeptRatio:
    """Say how many of the judged promises were kept, by count and by amount in one currency."""

    by_count: Fraction | None
    by_amount: Fraction | None


def record_promise(session: Session, case: Case, wish: NewPromise, *, by: str, now: datetime, today: date) -> Promise:
    """Record a promise for an open case; one that stands already is withdrawn, for the debtor declared anew.

    Raise Refused for a closed case, a past day, an amount that is not positive or an unknown currency.
    """
    _check(case, wish, today)
    for earlier in open_promises(session, case):
        earlier.withdrawn_at = now
    promise = Promise(
        case_id=case.id,
        debtor_id=case.debtor_id,
        promised_on=wish.promised_on,
        amount=wish.amount,
        currency=wish.currency,
        tolerance_days=wish.tolerance_days,
        threshold=wish.threshold,
        made_on=today,
        made_at=now,
        recorded_by=by,
    )
    session.add(promise)
    session.flush()
    return promise


def open_promises(session: Session, case: Case) -> list[Promise]:
    """Return the promises of a case that are neither judged nor withdrawn."""
    query = select(Promise).where(Promise.case_id == case.id, Promise.judged_on.is_(None))
    return list(session.scalars(query.where(Promise.withdrawn_at.is_(None)).order_by(Promise.id)))


def withdraw_promise(session: Session, promise: Promise, *, now: datetime) -> None:
    """Take a promise back; raise AlreadyDone where it was judged or withdrawn."""
    if promise.verdict is not None:
        raise AlreadyDone(f"The promise was judged on {promise.judged_on}: {promise.verdict}")
    if promise.withdrawn_at is not None:
        raise AlreadyDone(f"The promise was withdrawn on {promise.withdrawn_at:%Y-%m-%d}")
    promise.withdrawn_at = now
    session.flush()


def judge_promise(session: Session, promise: Promise, today: date) -> str | None:
    """Judge a promise by what was booked up to its deadline; return the verdict, None while it may still be kept.

    A judged promise keeps its verdict, and a withdrawn one has none.
    """
    if promise.verdict is not None or promise.withdrawn_at is not None:
        return promise.verdict
    deadline = _deadline(session, promise)
    if today <= deadline:
        return None
    return _judged(session, promise, deadline, today)


def judge_at_closing(session: Session, case: Case, today: date) -> None:
    """Judge the open promises of a case that was paid, though their day has not come."""
    for promise in open_promises(session, case):
        _judged(session, promise, min(today, _deadline(session, promise)), today)


def verdict(amount: int, threshold: int, paid: int) -> str:
    """Say what a promise of an amount is worth when so much was paid; the threshold is a percentage."""
    if paid <= 0:
        return BROKEN
    return KEPT if paid * 100 >= amount * threshold else PARTIALLY_KEPT


def kept_ratio(session: Session, currency: str) -> KeptRatio:
    """Return kept / (kept + partially kept + broken) over all judged promises in a currency; None where none is."""
    query = select(Promise.verdict, Promise.amount).where(Promise.currency == currency, Promise.verdict.is_not(None))
    judged = session.execute(query).all()
    if not judged:
        return KeptRatio(None, None)
    kept = [amount for name, amount in judged if name == KEPT]
    return KeptRatio(Fraction(len(kept), len(judged)), Fraction(sum(kept), sum(amount for _, amount in judged)))


def _judged(session: Session, promise: Promise, deadline: date, today: date) -> str:
    paid = paid_on(session, [(promise, deadline)])[promise.id]
    promise.judged_on, promise.verdict = today, verdict(promise.amount, promise.threshold, paid)
    session.flush()
    return promise.verdict


def _deadline(session: Session, promise: Promise) -> date:
    country = session.scalar(select(Debtor.country).where(Debtor.id == promise.debtor_id))
    return judged_after(promise.promised_on, promise.tolerance_days, country)


def _check(case: Case, wish: NewPromise, today: date) -> None:
    exponent(wish.currency)
    if case.closed_on is not None:
        raise Refused(f"Case {case.number} is closed; a promise belongs to an open one")
    if wish.promised_on < today:
        raise Refused(f"{wish.promised_on} is past; a promise names a day to come")
    if wish.amount <= 0:
        raise Refused(f"A promise is above zero, not {to_text(wish.amount, wish.currency)} {wish.currency}")
