"""Payments as lists show them: how much of each found an item, how much is the debtor's credit."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session

from receivables.balance import open_amounts
from receivables.case import Case, CaseItem
from receivables.debtor import Debtor
from receivables.payment import Payment
from receivables.payments import FOREVER, share_out
from receivables.posting import Posting
from receivables.receivable import Receivable
from web.formats import Money

SQL_VARIABLES = 5_000
COLUMNS: tuple[Any, ...] = (Payment, Debtor.name)


@dataclass(frozen=True, slots=True)
class PaymentRow:
    """One payment; `left` is what is not allocated (minor units)."""

    payment: Payment
    debtor: str
    left: int

    @property
    def amount(self) -> Money:
        """What was received."""
        return Money(self.payment.amount, self.payment.currency)

    @property
    def credit(self) -> Money | None:
        """What of it stays the debtor's credit."""
        return Money(self.left, self.payment.currency) if self.left else None


@dataclass(frozen=True, slots=True)
class Share:
    """What an item gets of a payment, and what it owes before and after (minor units)."""

    receivable: Receivable
    open: int
    share: int
    named: bool

    @property
    def after(self) -> int:
        """What is left to pay."""
        return self.open - self.share


def payment_list() -> Select[Any]:
    """Build the query of all payments, the newest first."""
    query: Select[Any] = select(*COLUMNS).join(Debtor, Debtor.id == Payment.debtor_id)
    return query.order_by(Payment.received_on.desc(), Payment.id.desc())


def allocated_sum() -> ColumnElement[int]:
    """Give what of a payment was allocated, as a negative sum of its postings."""
    posted = select(func.coalesce(func.sum(Posting.amount), 0))
    return posted.where(Posting.payment_id == Payment.id, Posting.kind == "payment").scalar_subquery()


def has_credit() -> ColumnElement[bool]:
    """Say whether something of a payment found no item."""
    return Payment.reversed_at.is_(None) & (Payment.amount + allocated_sum() > 0)


def complete(session: Session, rows: Sequence[Any]) -> list[PaymentRow]:
    """Turn the query's rows into a page's rows."""
    ids = [row[0].id for row in rows]
    posted = select(Posting.payment_id, func.sum(Posting.amount)).where(Posting.kind == "payment")
    if len(ids) <= SQL_VARIABLES:
        posted = posted.where(Posting.payment_id.in_(ids))
    sums = dict(session.execute(posted.group_by(Posting.payment_id)).all())
    return [PaymentRow(payment, debtor, _left(payment, sums.get(payment.id) or 0)) for payment, debtor in rows]


def payments_of(session: Session, debtor_id: int) -> list[PaymentRow]:
    """Give the payments of a debtor, the newest first."""
    return complete(session, session.execute(payment_list().where(Payment.debtor_id == debtor_id)).all())


def allocation(session: Session, payment_id: int) -> list[tuple[Receivable, Posting, int | None]]:
    """Give which items a payment was booked on: (item, booking, the number of the case that held it last)."""
    held = select(func.max(CaseItem.id)).where(CaseItem.receivable_id == Receivable.id)
    last = held.correlate(Receivable).scalar_subquery()
    query = (
        select(Receivable, Posting, Case.number)
        .join(Posting, Posting.receivable_id == Receivable.id)
        .outerjoin(CaseItem, CaseItem.id == last)
        .outerjoin(Case, Case.id == CaseItem.case_id)
        .where(Posting.payment_id == payment_id)
        .order_by(Posting.id)
    )
    return list(session.execute(query))


def owing(session: Session, debtor_id: int, currency: str | None = None) -> list[tuple[Receivable, int]]:
    """Give what of a debtor's items is open, what fell due first in front: (item, minor units)."""
    query = select(Receivable).where(Receivable.debtor_id == debtor_id)
    if currency:
        query = query.where(Receivable.currency == currency)
    found = session.scalars(query.order_by(func.coalesce(Receivable.due_date, FOREVER), Receivable.id)).all()
    amounts = open_amounts(session, FOREVER, [each.id for each in found])
    return [(each, amounts[each.id]) for each in found if amounts.get(each.id, 0) > 0]


def preview(
    session: Session, debtor_id: int, amount: int, currency: str, named: Sequence[int]
) -> tuple[list[Share], int]:
    """Say how a payment would be shared out: (what each item gets, what is left); as `enter_payment` does it."""
    owed = owing(session, debtor_id, currency)
    order = sorted(owed, key=lambda pair: pair[0].id not in named)
    shares = share_out(amount, [(each.id, open_) for each, open_ in order])
    listed = [Share(each, open_, shares[each.id], each.id in named) for each, open_ in order if each.id in shares]
    return listed, amount - sum(shares.values())


def cases_holding(session: Session, receivable_ids: Sequence[int]) -> dict[int, list[int]]:
    """Give the open cases that hold items: case number to the items' ids."""
    query = select(Case.number, CaseItem.receivable_id).join(CaseItem, CaseItem.case_id == Case.id)
    rows = session.execute(
        query.where(CaseItem.receivable_id.in_(receivable_ids), CaseItem.left_on.is_(None), Case.closed_on.is_(None))
    )
    found: dict[int, list[int]] = {}
    for number, receivable_id in rows:
        found.setdefault(number, []).append(receivable_id)
    return found


def _left(payment: Payment, posted: int) -> int:
    return 0 if payment.reversed_at is not None else payment.amount + posted


def choices_of_people(session: Session, names: dict[str, str]) -> list[tuple[str, str]]:
    """Give who entered payments, to filter by."""
    found = session.scalars(select(Payment.entered_by).distinct())
    return sorted(
        ((username, names.get(username, username)) for username in found), key=lambda pair: pair[1].casefold()
    )
