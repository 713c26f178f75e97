"""Enter payments, share them out over what is owed, and take them back; the ledger only grows."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import BigInteger, and_, cast, func, select
from sqlalchemy.orm import Session

from receivables.balance import Amounts, open_amounts
from receivables.debtor import Debtor
from receivables.errors import AlreadyDone, NotKnown, Refused
from receivables.money import exponent, to_text
from receivables.payment import Payment
from receivables.posting import Posting
from receivables.receivable import Receivable

FOREVER = date.max


@dataclass(frozen=True, slots=True)
class NewPayment:
    """Carry what a person enters of a payment; amount in minor units."""

    debtor_id: int
    received_on: date
    amount: int
    currency: str
    reference: str | None = None
    designated: tuple[int, ...] = ()
    """The receivables that the debtor named, in the order to be paid."""
    source: str = "hand"


@dataclass(frozen=True, slots=True)
class Entered:
    """Say what became of a payment: allocated by receivable, and the rest as the debtor's credit (minor units)."""

    payment: Payment
    allocated: dict[int, int]
    unallocated: int
    known_to_erp: int
    """What of it changes nothing, because the leading ERP reported later than the payment's day."""


def enter_payment(session: Session, wish: NewPayment, *, by: str, now: datetime, today: date) -> Entered:
    """Record a payment and allocate it: what the debtor named first, then what fell due first.

    What is left over stays the debtor's credit. Raise Refused for an amount that is not positive, a day to come, an
    unknown currency or a named receivable of somebody else or in another currency; NotKnown for an unknown debtor.
    """
    _check(session, wish, today)
    owed = _owed(session, wish.debtor_id, wish.currency)
    payment = Payment(
        debtor_id=wish.debtor_id,
        received_on=wish.received_on,
        amount=wish.amount,
        currency=wish.currency,
        reference=wish.reference,
        source=wish.source,
        entered_by=by,
        at=now,
    )
    session.add(payment)
    session.flush()
    shares = share_out(wish.amount, _in_order(owed, wish.designated))
    _post(session, payment, shares, on=wish.received_on, by=by, now=now)
    left = open_amounts(session, FOREVER, shares)
    unchanged = sum(left[item] - (owed[item] - share) for item, share in shares.items())
    return Entered(payment, shares, wish.amount - sum(shares.values()), unchanged)


def share_out(amount: int, owed: Iterable[tuple[int, int]]) -> dict[int, int]:
    """Share an amount out over (receivable, open amount) in their order; each gets at most what it owes."""
    shares = {}
    for receivable_id, open_amount in owed:
        share = min(amount, open_amount)
        if share > 0:
            shares[receivable_id] = share
            amount -= share
    return shares


def reverse_payment(session: Session, payment_id: int, *, by: str, now: datetime, today: date) -> dict[int, int]:
    """Take a payment back by counter-postings; return by receivable what is owed again (minor units).

    Raise NotKnown for an unknown payment, AlreadyDone where it was taken back before.
    """
    payment = session.get(Payment, payment_id, with_for_update=True)
    if payment is None:
        raise NotKnown(f"There is no payment {payment_id}")
    if payment.reversed_at is not None:
        raise AlreadyDone(f"Payment {payment_id} was reversed on {payment.reversed_on} by {payment.reversed_by}")
    payment.reversed_on, payment.reversed_at, payment.reversed_by = today, now, by
    taken = session.scalars(select(Posting).where(Posting.payment_id == payment_id, Posting.kind == "payment")).all()
    session.add_all(_counter(posting, by=by, now=now, today=today) for posting in taken)
    session.flush()
    again: dict[int, int] = {}
    for posting in taken:
        again[posting.receivable_id] = again.get(posting.receivable_id, 0) - posting.amount
    return again


def allocate_credit(
    session: Session, debtor_id: int, *, by: str, now: datetime, today: date, designated: Sequence[int] = ()
) -> dict[int, int]:
    """Allocate what of a debtor's payments is left over, oldest payment first; return the amounts by receivable."""
    allocated: dict[int, int] = {}
    for payment, rest in _unallocated(session, debtor_id):
        owed = _owed(session, debtor_id, payment.currency)
        shares = share_out(rest, _in_order(owed, [each for each in designated if each in owed]))
        _post(session, payment, shares, on=today, by=by, now=now)
        for receivable_id, share in shares.items():
            allocated[receivable_id] = allocated.get(receivable_id, 0) + share
    return allocated


def credit(session: Session, debtor_id: int) -> Amounts:
    """Return what of a debtor's payments is not allocated, in minor units per currency."""
    amounts: Amounts = {}
    for payment, rest in _unallocated(session, debtor_id):
        amounts[payment.currency] = amounts.get(payment.currency, 0) + rest
    return amounts


def _check(session: Session, wish: NewPayment, today: date) -> None:
    exponent(wish.currency)
    if wish.amount <= 0:
        raise Refused(f"A payment is above zero, not {to_text(wish.amount, wish.currency)} {wish.currency}")
    if wish.received_on > today:
        raise Refused(f"{wish.received_on} is still to come; enter a payment once it was received")
    if session.get(Debtor, wish.debtor_id) is None:
        raise NotKnown(f"There is no debtor {wish.debtor_id}")
    for receivable_id in wish.designated:
        receivable = session.get(Receivable, receivable_id)
        if receivable is None or receivable.debtor_id != wish.debtor_id:
            raise Refused(f"Receivable {receivable_id} is not this debtor's; name one of theirs")
        if receivable.currency != wish.currency:
            raise Refused(f"{receivable.number} is in {receivable.currency}, the payment in {wish.currency}")


def _owed(session: Session, debtor_id: int, currency: str) -> dict[int, int]:
    """Return a debtor's open amounts in a currency by receivable, what fell due first in front."""
    query = (
        select(Receivable.id)
        .where(Receivable.debtor_id == debtor_id, Receivable.currency == currency)
        .order_by(func.coalesce(Receivable.due_date, FOREVER), Receivable.id)
    )
    ids = session.scalars(query).all()
    amounts = open_amounts(session, FOREVER, ids)
    return {each: amounts[each] for each in ids if amounts.get(each, 0) > 0}


def _in_order(owed: dict[int, int], designated: Sequence[int]) -> list[tuple[int, int]]:
    named = [each for each in dict.fromkeys(designated) if each in owed]
    return [(each, owed[each]) for each in [*named, *(each for each in owed if each not in named)]]


def _post(session: Session, payment: Payment, shares: dict[int, int], *, on: date, by: str, now: datetime) -> None:
    session.add_all(
        Posting(
            receivable_id=receivable_id,
            kind="payment",
            source=payment.source,
            booked_on=on,
            amount=-share,
            currency=payment.currency,
            payment_id=payment.id,
            at=now,
            by=by,
        )
        for receivable_id, share in shares.items()
    )
    session.flush()


def _counter(posting: Posting, *, by: str, now: datetime, today: date) -> Posting:
    return Posting(
        receivable_id=posting.receivable_id,
        kind="reversal",
        source=posting.source,
        booked_on=max(today, posting.booked_on),
        amount=-posting.amount,
        currency=posting.currency,
        payment_id=posting.payment_id,
        reverses_id=posting.id,
        at=now,
        by=by,
    )


def _unallocated(session: Session, debtor_id: int) -> list[tuple[Payment, int]]:
    rest = cast(Payment.amount + func.coalesce(func.sum(Posting.amount), 0), BigInteger)
    query = (
        select(Payment, rest)
        .outerjoin(Posting, and_(Posting.payment_id == Payment.id, Posting.kind == "payment"))
        .where(Payment.debtor_id == debtor_id, Payment.reversed_at.is_(None))
        .group_by(Payment.id)
        .having(rest > 0)
        .order_by(Payment.received_on, Payment.id)
    )
    return [(payment, amount) for payment, amount in session.execute(query)]
