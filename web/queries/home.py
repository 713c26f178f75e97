"""The figures of the home page: a handful of aggregated queries, none per row."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Select, and_, case, func, or_, select, true
from sqlalchemy.orm import Session

from engine import worklist
from engine.tables import Incident, Instance, TaskRow
from receivables.balance import Amounts
from receivables.case import Case
from receivables.reports import Portfolio, collected, portfolio
from receivables.staff import StaffNotice
from service_tasks.stages import stage_order
from web.queries.tasks import Day, Reach, TaskLine, complete_lines, names_of, promises_for, task_rows

URGENT = 10
RUNNING = ("new", "running", "suspended", "stuck")


@dataclass(frozen=True)
class Figures:
    """How the portfolio stands today."""

    portfolio: Portfolio
    overdue: Amounts
    this_month: Amounts
    last_month: Amounts
    """Up to the same day of last month, so that the two compare."""
    promises_due: int


@dataclass
class Load:
    """How much one person has on the table."""

    username: str
    name: str = ""
    cases: int = 0
    tasks: int = 0
    late: int = 0


def figures(session: Session, reach: Reach, today: date) -> Figures:
    """Sum up the ledger."""
    now = portfolio(session, today)
    overdue: Amounts = {}
    for bucket in now.aging[1:]:
        for currency, amount in bucket.open_amount.items():
            overdue[currency] = overdue.get(currency, 0) + amount
    first = today.replace(day=1)
    before = (first - timedelta(days=1)).replace(day=1)
    same_day = min(before + (today - first), first - timedelta(days=1))
    return Figures(
        portfolio=now,
        overdue=overdue,
        this_month=collected(session, first, today),
        last_month=collected(session, before, same_day),
        promises_due=len(promises_for(session, reach, today)),
    )


def cases_by_stage(session: Session) -> list[tuple[str, int]]:
    """Count the running cases of each stage, in the order of a case."""
    query = select(Instance.stage, func.count()).where(Instance.status.in_(RUNNING), Instance.stage != "")
    counted = session.execute(query.group_by(Instance.stage)).all()
    return sorted(counted, key=lambda each: (stage_order(each[0]), each[0]))


def urgent(session: Session, reach: Reach, day: Day, *, letters: bool) -> list[TaskLine]:
    """Give what the person should do first: their own, or where they have none, their groups'.

    Without `letters` those to approve are left out: they are counted apart.
    """
    kinds = true() if letters else TaskRow.four_eyes.is_(None)
    for condition in (reach.own, reach.ours):
        rows = session.execute(task_rows(day, condition, kinds).limit(URGENT)).all()
        if rows:
            return complete_lines(session, rows, day.today)
    return []


def stuck_cases(session: Session) -> int:
    """Count the cases that cannot go on by themselves."""
    query = select(func.count(func.distinct(Incident.business_key))).where(Incident.resolved_at.is_(None))
    return session.scalar(query) or 0


def workload(session: Session, day: Day) -> list[Load]:
    """Count open cases and tasks by person, the most loaded first."""
    loads: dict[str, Load] = {}
    cases = select(Case.owner, func.count()).where(Case.closed_on.is_(None), Case.owner.is_not(None))
    for owner, count in session.execute(cases.group_by(Case.owner)):
        loads.setdefault(str(owner), Load(str(owner))).cases = count
    late = func.sum(case((TaskRow.due_at < day.start, 1), else_=0))
    query: Any = worklist.open_tasks(day.now).where(TaskRow.assignee.is_not(None))
    for who, tasks, overdue in session.execute(
        query.with_only_columns(TaskRow.assignee, func.count(), late).group_by(TaskRow.assignee)
    ):
        load = loads.setdefault(who, Load(who))
        load.tasks, load.late = tasks, int(overdue or 0)
    names = names_of(session, list(loads))
    for load in loads.values():
        load.name = names.get(load.username, load.username)
    return sorted(loads.values(), key=lambda load: (-load.tasks, -load.cases, load.name))


def case_numbers(session: Session, notices: Sequence[StaffNotice]) -> dict[int, int]:
    """Give the numbers of the cases that notices are about, by the case's id."""
    wanted = {notice.case_id for notice in notices if notice.case_id}
    query = select(Case.id, Case.number).where(Case.id.in_(wanted))
    return dict(session.execute(query).all()) if wanted else {}


def notices_of(reach: Reach) -> Select[Any]:
    """Give the query of (notice, case number) of what a person or their groups were told, the newest first."""
    for_groups = and_(StaffNotice.username.is_(None), StaffNotice.group_key.in_(reach.groups))
    query: Any = select(StaffNotice, Case.number).outerjoin(Case, Case.id == StaffNotice.case_id)
    told: Select[Any] = query.where(or_(StaffNotice.username == reach.username, for_groups))
    return told.order_by(StaffNotice.at.desc(), StaffNotice.id.desc())
