"""Cases as lists show them: one query for the rows, one for what each owes."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Select, String, Subquery, UnaryExpression, and_, case, cast, func, literal, select
from sqlalchemy.orm import Session
from sqlalchemy.sql import ColumnElement

from engine.tables import Deployment, Instance, TaskRow
from receivables.balance import MOST_IDS, Amounts, case_balances, open_amount_query
from receivables.case import Case, CaseItem
from receivables.debtor import Debtor
from receivables.dispute import Dispute
from receivables.receivable import Receivable
from receivables.staff import Person, StaffGroup
from web.formats import Money, moneys

KEY: ColumnElement[str] = literal("case:") + cast(Case.number, String)
BUCKETS = ((1, 30), (31, 60), (61, 90), (91, 180), (181, None))
"""Days overdue, from and to."""


class Reversed:
    """A sort key that turns another round: the earlier the due date, the more days overdue."""

    def __init__(self, key: ColumnElement[Any]) -> None:
        self._key = key

    def asc(self) -> UnaryExpression[Any]:
        """Sort by the key, descending."""
        return self._key.desc()

    def desc(self) -> UnaryExpression[Any]:
        """Sort by the key, ascending."""
        return self._key.asc()


@dataclass(frozen=True, slots=True)
class CaseRow:
    """One case of a list; `status` is open, waiting, suspended, stuck or closed."""

    id: int
    number: int
    debtor_id: int
    debtor: str
    reference: str
    owed: list[Money]
    days_overdue: int | None
    stage: str
    strategy: str
    version: int | None
    owner: str
    group: str
    priority: int
    status: str
    outcome: str
    next_due: datetime | None


def oldest_due(debtor_id: int | None = None) -> Subquery:
    """Give (case_id, due): the earliest due date among what a case (of a debtor) holds and nobody disputes."""
    disputed = select(Dispute.id).where(Dispute.receivable_id == Receivable.id, Dispute.closed_on.is_(None)).exists()
    return (
        select(CaseItem.case_id, func.min(Receivable.due_date).label("due"))
        .join(Receivable, Receivable.id == CaseItem.receivable_id)
        .where(CaseItem.left_on.is_(None), Receivable.kind == "invoice", ~disputed)
        .where(*([] if debtor_id is None else [Receivable.debtor_id == debtor_id]))
        .group_by(CaseItem.case_id)
        .subquery()
    )


def open_tasks() -> Subquery:
    """Give (key, due): whose people have something to do, and the first day it is due."""
    return (
        select(TaskRow.business_key.label("key"), func.min(TaskRow.due_at).label("due"))
        .where(TaskRow.status == "open")
        .group_by(TaskRow.business_key)
        .subquery()
    )


def owed_in_all(today: date) -> Subquery:
    """Give (case_id, owed) for sorting: minor units over all currencies."""
    amounts = open_amount_query(today, select(CaseItem.receivable_id).where(CaseItem.left_on.is_(None)))
    return (
        select(CaseItem.case_id, func.sum(amounts.c.open).label("owed"))
        .join(amounts, amounts.c.receivable_id == CaseItem.receivable_id)
        .where(CaseItem.left_on.is_(None))
        .group_by(CaseItem.case_id)
        .subquery()
    )


@dataclass(frozen=True, slots=True)
class CaseList:
    """The SELECT of all cases and the expressions that lists sort and narrow by."""

    statement: Select[Any]
    counted: Select[Any]
    """The same rows without what only sorting needs."""
    due: ColumnElement[date]
    days: Reversed
    """Grows with the days overdue."""
    next_due: ColumnElement[datetime]
    status: ColumnElement[str]
    owed: ColumnElement[int] | None


def case_list(today: date, *, with_owed: bool = False, debtor_id: int | None = None) -> CaseList:
    """Build the query, of all cases or a debtor's; `with_owed` adds what sorting by it needs: it reads all postings."""
    oldest, tasks = oldest_due(debtor_id), open_tasks()
    next_due = func.coalesce(tasks.c.due, Instance.due_at)
    status = case(
        (Case.closed_on.is_not(None), "closed"),
        (Instance.status.in_(("suspended", "stuck")), Instance.status),
        (tasks.c.key.is_not(None), "waiting"),
        else_="open",
    )
    newest = select(func.max(Instance.id)).where(Instance.business_key == KEY).correlate(Case).scalar_subquery()
    statement = (
        select(Case, Debtor.name, Debtor.reference, Instance, Deployment.key, Deployment.version, StaffGroup.name)
        .add_columns(Person.name, oldest.c.due, next_due, status)
        .join(Debtor, Debtor.id == Case.debtor_id)
        .outerjoin(Instance, Instance.id == newest)
        .outerjoin(Deployment, Deployment.id == Instance.deployment_id)
        .outerjoin(StaffGroup, StaffGroup.id == Case.group_id)
        .outerjoin(Person, Person.username == Case.owner)
        .outerjoin(oldest, oldest.c.case_id == Case.id)
        .outerjoin(tasks, tasks.c.key == KEY)
        .order_by(Case.number.desc())
    )
    if debtor_id is not None:
        statement = statement.where(Case.debtor_id == debtor_id)
    owed, counted = owed_in_all(today) if with_owed else None, statement
    if owed is not None:
        statement = statement.outerjoin(owed, owed.c.case_id == Case.id)
    return CaseList(
        statement,
        counted,
        oldest.c.due,
        Reversed(oldest.c.due),
        next_due,
        status,
        None if owed is None else owed.c.owed,
    )


def rows_of(today: date) -> Callable[[Session, Sequence[Any]], list[CaseRow]]:
    """Give what turns the query's rows into a page's rows: one more query for what all of them owe."""

    def complete(session: Session, rows: Sequence[Any]) -> list[CaseRow]:
        owed = balances(session, today, [row[0].id for row in rows])
        return [_row(row, owed.get(row[0].id, {}), today) for row in rows]

    return complete


def balances(session: Session, today: date, ids: Sequence[int]) -> dict[int, Amounts]:
    """Give what cases owe per currency; asks for all of them at once where they are many."""
    return case_balances(session, today, ids if len(ids) <= MOST_IDS else None)


def in_bucket(due: ColumnElement[date], value: str, today: date) -> ColumnElement[bool]:
    """Say whether a due date lies so many days back ("31-60", "181+")."""
    first, last = next(bucket for bucket in BUCKETS if bucket_key(*bucket) == value)
    latest = due <= today - timedelta(days=first)
    return latest if last is None else and_(latest, due >= today - timedelta(days=last))


def bucket_key(first: int, last: int | None) -> str:
    """Name a bucket as reports do."""
    return f"{first}+" if last is None else f"{first}-{last}"


def choices(session: Session, column: Any, *others: Any) -> list[tuple[str, str]]:
    """Give the values that a column has, to filter by: (value, title), by title."""
    rows = session.execute(select(column, *(others or (column,))).where(column.is_not(None)).distinct())
    return sorted(((str(value), str(title or value)) for value, title in rows), key=lambda pair: pair[1].casefold())


def owner_choices(session: Session) -> list[tuple[str, str]]:
    """Give whoever owns a case."""
    owning = select(Case.owner).where(Case.owner.is_not(None)).distinct()
    rows = session.execute(select(Person.username, Person.name).where(Person.username.in_(owning)))
    return sorted(((username, name) for username, name in rows), key=lambda pair: pair[1].casefold())


def find_case(session: Session, number: int) -> Case | None:
    """Give a case by its number."""
    return session.scalar(select(Case).where(Case.number == number))


def cases_of(session: Session, debtor_id: int, today: date) -> list[CaseRow]:
    """Give all cases of a debtor, the newest first."""
    statement = case_list(today, debtor_id=debtor_id).statement
    return rows_of(today)(session, session.execute(statement).all())


def _row(row: Any, owed: Amounts, today: date) -> CaseRow:
    found, debtor, reference, instance, strategy, version, group, owner, due, next_due, status = row
    return CaseRow(
        id=found.id,
        number=found.number,
        debtor_id=found.debtor_id,
        debtor=debtor,
        reference=reference,
        owed=moneys({currency: amount for currency, amount in owed.items() if amount}),
        days_overdue=max((today - due).days, 0) if due and found.closed_on is None else None,
        stage=instance.stage if instance else "",
        strategy=strategy or found.strategy,
        version=version,
        owner=owner or found.owner or "",
        group=group or "",
        priority=found.priority,
        status=status,
        outcome=found.outcome or "",
        next_due=None if found.closed_on or status == "suspended" else next_due,
    )
