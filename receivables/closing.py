"""Let items leave cases that no longer owe, close cases, and bring back what was closed without payment."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import func, select, update
from sqlalchemy.orm import Session

from receivables.balance import open_amount_query
from receivables.case import Case, CaseItem
from receivables.errors import AlreadyDone, Refused
from receivables.promises import judge_at_closing
from receivables.receivable import Receivable

PAID = "paid"


def release_paid_items(session: Session, today: date) -> int:
    """Let items that owe nothing any more leave their open case; return how many left."""
    held = select(CaseItem.receivable_id).where(CaseItem.left_on.is_(None))
    amounts = open_amount_query(today, held)
    paid = select(amounts.c.receivable_id).where(amounts.c.open == 0)
    left = update(CaseItem).where(CaseItem.left_on.is_(None), CaseItem.receivable_id.in_(paid)).values(left_on=today)
    return session.connection().execute(left).rowcount


def cases_now_paid(session: Session, today: date) -> list[int]:
    """Return the numbers of the open cases that owe nothing in any currency, credit notes netted."""
    held = select(CaseItem.receivable_id).where(CaseItem.left_on.is_(None))
    amounts = open_amount_query(today, held)
    owing = (
        select(CaseItem.case_id)
        .join(Receivable, Receivable.id == CaseItem.receivable_id)
        .join(amounts, amounts.c.receivable_id == Receivable.id)
        .where(CaseItem.left_on.is_(None))
        .group_by(CaseItem.case_id, Receivable.currency)
        .having(func.sum(amounts.c.open) > 0)
    )
    paid = select(Case.number).where(Case.closed_on.is_(None), Case.id.not_in(owing))
    return list(session.scalars(paid.order_by(Case.number)))


def close_case(session: Session, case: Case, outcome: str, today: date) -> None:
    """Close a case with a named outcome; its items leave, and of a paid one the promises are judged.

    Raise AlreadyDone where it is closed.
    """
    if case.closed_on is not None:
        raise AlreadyDone(f"Case {case.number} was closed on {case.closed_on} as {case.outcome}")
    if outcome == PAID:
        judge_at_closing(session, case, today)
    case.closed_on, case.outcome = today, outcome
    session.flush()
    leaving = update(CaseItem).where(CaseItem.case_id == case.id, CaseItem.left_on.is_(None))
    session.execute(leaving.values(left_on=today))


def bring_back(session: Session, case: Case, today: date) -> None:
    """Let the items of a closed unpaid case be collected again: the next day run opens a case for what is owed.

    Raise Refused where the case is open or was paid, AlreadyDone where its items were brought back.
    """
    if case.closed_on is None or case.outcome == PAID:
        raise Refused(f"Case {case.number} is {case.outcome or 'open'}; only items of an unpaid closed case come back")
    if case.brought_back_on is not None:
        raise AlreadyDone(f"The items of case {case.number} were brought back on {case.brought_back_on}")
    case.brought_back_on = today
    session.flush()


def case_by_number(session: Session, number: int) -> Case | None:
    """Return the case of a number."""
    return session.scalar(select(Case).where(Case.number == number))


def open_case_numbers(session: Session) -> Sequence[int]:
    """Return the numbers of all open cases, in order."""
    return session.scalars(select(Case.number).where(Case.closed_on.is_(None)).order_by(Case.number)).all()
