"""Find the cases that an import concerns, so that their processes can be told."""

from collections.abc import Collection

from sqlalchemy import select
from sqlalchemy.orm import Session

from receivables.balance import case_balances
from receivables.case import Case, CaseItem
from receivables.imports.receivables import Affected
from receivables.imports.result import ImportResult
from receivables.imports.writing import Writer, chunks


def open_cases(session: Session, receivable_ids: Collection[int]) -> dict[int, int]:
    """Return the open cases that receivables are in: number by id."""
    found: dict[int, int] = {}
    for chunk in chunks(receivable_ids):
        query = (
            select(Case.id, Case.number)
            .join(CaseItem, CaseItem.case_id == Case.id)
            .where(CaseItem.receivable_id.in_(chunk), CaseItem.left_on.is_(None), Case.closed_on.is_(None))
            .distinct()
        )
        found |= {row[0]: row[1] for row in session.execute(query)}
    return found


def tell_cases(writer: Writer, result: ImportResult, affected: Affected) -> None:
    """Note in the result which open cases owe less (or nothing) and which owe more; items of others leave."""
    session, as_of = writer.session, writer.order.as_of
    lowered = open_cases(session, affected.lowered)
    left = open_cases(session, affected.moved)
    _leave(writer, affected.moved)
    balances = case_balances(session, as_of, [*lowered, *left]) if lowered or left else {}
    nothing_left: dict[int, dict[str, int]] = {case_id: {} for case_id in left}
    paid = {number for case_id, number in (lowered | left).items() if _is_paid((nothing_left | balances).get(case_id))}
    result.paid_cases = sorted(paid)
    result.lowered_cases = sorted({*lowered.values(), *left.values()} - paid)
    result.raised_cases = sorted(open_cases(session, affected.raised).values())


def _is_paid(balance: dict[str, int] | None) -> bool:
    return balance is not None and all(amount <= 0 for amount in balance.values())


def _leave(writer: Writer, receivable_ids: Collection[int]) -> None:
    """Take receivables that went to another debtor out of the case of the former one."""
    for chunk in chunks(receivable_ids):
        query = select(CaseItem.id).where(CaseItem.receivable_id.in_(chunk), CaseItem.left_on.is_(None))
        items = writer.session.scalars(query).all()
        left = {item: {"left_on": writer.order.as_of} for item in items}
        writer.update(CaseItem, "case_item", left, {item: {"left_on": None} for item in items})
