"""Receivables with what is open of them today, for cases and for debtors."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from receivables.balance import Amounts, open_amounts
from receivables.case import Case, CaseItem
from receivables.dispute import Dispute
from receivables.notices import item_levels
from receivables.receivable import Receivable


@dataclass(frozen=True, slots=True)
class ItemRow:
    """One receivable; amounts in minor units. `case_number` is the open case that holds it."""

    id: int
    number: str
    kind: str
    issue_date: date | None
    due_date: date | None
    amount: int
    open: int
    currency: str
    days_overdue: int
    level: int
    dispute_id: int | None
    dispute: str
    case_number: int | None


def item_rows(session: Session, receivables: Collection[Receivable], today: date) -> list[ItemRow]:
    """Give receivables as rows, in four queries however many they are."""
    ids = [each.id for each in receivables]
    amounts, levels = open_amounts(session, today, ids), item_levels(session, ids)
    standing = {each.receivable_id: each for each in _among(session, ids)}
    held = _holders(session, ids)
    late = {each.id: (today - each.due_date).days for each in receivables if each.due_date}
    return [
        ItemRow(
            id=each.id,
            number=each.number,
            kind=each.kind,
            issue_date=each.issue_date,
            due_date=each.due_date,
            amount=each.amount,
            open=amounts.get(each.id, 0),
            currency=each.currency,
            days_overdue=max(late.get(each.id, 0), 0) if amounts.get(each.id, 0) > 0 else 0,
            level=levels.get(each.id, 0),
            dispute_id=standing[each.id].id if each.id in standing else None,
            dispute=standing[each.id].reason if each.id in standing else "",
            case_number=held.get(each.id),
        )
        for each in receivables
    ]


def items_of_case(session: Session, case: Case, today: date) -> list[ItemRow]:
    """Give everything that a case holds or held, what fell due first in front."""
    held = select(CaseItem.receivable_id).where(CaseItem.case_id == case.id)
    return item_rows(session, _receivables(session, Receivable.id.in_(held)), today)


def items_of_debtor(session: Session, debtor_id: int, today: date) -> list[ItemRow]:
    """Give all receivables of a debtor, what fell due first in front."""
    return item_rows(session, _receivables(session, Receivable.debtor_id == debtor_id), today)


def total(items: Iterable[ItemRow]) -> Amounts:
    """Give what items owe per currency; currencies in which nothing is owed are left out."""
    amounts: Amounts = {}
    for item in items:
        amounts[item.currency] = amounts.get(item.currency, 0) + item.open
    return {currency: amount for currency, amount in sorted(amounts.items()) if amount}


def _receivables(session: Session, condition: object) -> list[Receivable]:
    query = select(Receivable).where(condition)  # type: ignore[arg-type]
    return list(session.scalars(query.order_by(Receivable.due_date.nulls_last(), Receivable.id)))


def _among(session: Session, ids: Collection[int]) -> list[Dispute]:
    return list(session.scalars(select(Dispute).where(Dispute.receivable_id.in_(ids), Dispute.closed_on.is_(None))))


def _holders(session: Session, ids: Collection[int]) -> dict[int, int]:
    query = select(CaseItem.receivable_id, Case.number).join(Case, Case.id == CaseItem.case_id)
    rows = session.execute(query.where(CaseItem.receivable_id.in_(ids), CaseItem.left_on.is_(None)))
    return dict(rows.all())
