"""Tasks as people see them: whose they are, how late, and what is owed in their cases; a few queries for any number."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import ColumnElement, Integer, Select, and_, case, cast, false, func, or_, select, true
from sqlalchemy.orm import Session

from engine import worklist
from engine.tables import TaskRow
from receivables.case import Case
from receivables.debtor import Debtor
from receivables.facts import CaseFacts, load_facts
from receivables.promise import Promise
from receivables.reports import promises_due
from receivables.staff import Person, Role, StaffGroup, group_member
from service_tasks.keys import PREFIX
from web.formats import Money, moneys
from web.security.rights import Right
from web.security.viewer import Viewer

COLLECTOR, SUPERVISOR = "collector", "supervisor"
CASE_NUMBER: ColumnElement[int] = cast(func.substr(TaskRow.business_key, len(PREFIX) + 1), Integer)
LETTER = "letter"
"""What `four_eyes` names where a task decides about a letter."""


@dataclass(frozen=True)
class Reach:
    """Whose tasks a person looks after: their own, and their groups' (every group's where they belong to none)."""

    username: str
    groups: frozenset[str]
    does: frozenset[str]
    """The roles whose tasks the person may do; empty for people who only look."""

    @property
    def own(self) -> ColumnElement[bool]:
        """What is assigned to the person."""
        return TaskRow.assignee == self.username

    @property
    def ours(self) -> ColumnElement[bool]:
        """What waits in the person's groups for somebody like them."""
        in_groups = TaskRow.group_key.in_(self.groups) if self.groups else true()
        return and_(in_groups, TaskRow.role.in_(self.does) if self.does else true())

    @property
    def all(self) -> ColumnElement[bool]:
        """Everything the person's list may show."""
        return or_(self.own, self.ours)

    def may_do(self, task: TaskRow) -> bool:
        """Say whether the person may work on a task."""
        in_groups = not self.groups or task.group_key is None or task.group_key in self.groups
        return task.role in self.does and (task.assignee == self.username or in_groups)


@dataclass(frozen=True)
class Day:
    """The business day as moments: a task due before `start` is late, one before `end` is due today."""

    today: date
    start: datetime
    end: datetime
    now: datetime


@dataclass(frozen=True)
class TaskLine:
    """One task of a list with what its case owes today."""

    task: TaskRow
    number: int
    debtor_id: int
    debtor: str
    reference: str
    facts: CaseFacts | None
    who: str

    @property
    def amounts(self) -> list[Money]:
        """What may be demanded today, else what is open at all."""
        return moneys((self.facts.balance or self.facts.total_open) if self.facts else {})

    @property
    def days_overdue(self) -> int | None:
        """How late the case's oldest item is."""
        return self.facts.days_overdue if self.facts else None


def day_of(today: date, now: datetime, zone: ZoneInfo) -> Day:
    """Give the day's moments in the business time zone."""
    start = datetime.combine(today, time(), tzinfo=zone)
    return Day(today, start, datetime.combine(today + timedelta(days=1), time(), tzinfo=zone), now)


def reach_of(session: Session, viewer: Viewer) -> Reach:
    """Read which groups a person is in or leads, and what they may do there."""
    members = select(group_member.c.group_id).join(Person, Person.id == group_member.c.person_id)
    mine = StaffGroup.id.in_(members.where(Person.username == viewer.username))
    groups = session.scalars(select(StaffGroup.key).where(or_(mine, StaffGroup.supervisor == viewer.username)))
    return Reach(viewer.username, frozenset(groups), roles_done_by(viewer.rights))


def roles_done_by(rights: frozenset[Right]) -> frozenset[str]:
    """Give the roles whose tasks somebody with these rights may do."""
    if Right.WORK_CASES not in rights:
        return frozenset()
    return frozenset({COLLECTOR, SUPERVISOR} if Right.ASSIGN_TASKS in rights else {COLLECTOR})


def tab_condition(tab: str, reach: Reach, day: Day) -> ColumnElement[bool]:
    """Give what a tab of the worklist shows."""
    conditions: dict[str, ColumnElement[bool]] = {
        "mine": reach.own,
        "group": reach.ours,
        "overdue": and_(reach.all, TaskRow.due_at < day.start),
        "today": and_(reach.all, TaskRow.due_at >= day.start, TaskRow.due_at < day.end),
        "approvals": and_(reach.all, TaskRow.four_eyes == LETTER),
    }
    return conditions.get(tab, false())


def tab_counts(session: Session, reach: Reach, day: Day, tabs: Sequence[str]) -> dict[str, int]:
    """Count what waits under each tab, in one query."""
    counts = [func.sum(case((tab_condition(tab, reach, day), 1), else_=0)) for tab in tabs]
    row = session.execute(worklist.open_tasks(day.now).with_only_columns(*counts)).one()
    return {tab: int(count or 0) for tab, count in zip(tabs, row, strict=True)}


def task_rows(day: Day, *conditions: ColumnElement[bool]) -> Select[Any]:
    """Give the query of open tasks with their cases, the latest and most important first; see `complete_lines`."""
    query = worklist.open_tasks(day.now).where(*conditions)
    return with_cases(query).order_by(TaskRow.due_at.asc().nulls_last(), TaskRow.priority.desc(), TaskRow.id)


def with_cases(query: Select[Any]) -> Select[Any]:
    """Join the case and debtor of each task."""
    joined: Any = query.join(Case, Case.number == CASE_NUMBER).join(Debtor, Debtor.id == Case.debtor_id)
    rows: Select[Any] = joined.with_only_columns(TaskRow, Case.number, Debtor.id, Debtor.name, Debtor.reference)
    return rows


def complete_lines(session: Session, rows: Sequence[Any], today: date) -> list[TaskLine]:
    """Add what each case owes and who has the task."""
    facts = load_facts(session, [row[1] for row in rows], today)
    names = names_of(session, [row[0].assignee for row in rows])
    return [_line(row, facts.get(row[1]), names) for row in rows]


def _line(row: Any, facts: CaseFacts | None, names: Mapping[str, str]) -> TaskLine:
    task, number, debtor_id, debtor, reference = row
    who = names.get(task.assignee, task.assignee or "")
    return TaskLine(task, number, debtor_id, debtor, reference, facts, who)


def line_of(session: Session, task: TaskRow, today: date) -> TaskLine | None:
    """Give one task, whatever its state, with its case; None where the case is gone."""
    row = session.execute(with_cases(select(TaskRow)).where(TaskRow.id == task.id)).first()
    return complete_lines(session, [row], today)[0] if row else None


def names_of(session: Session, usernames: Sequence[str | None]) -> dict[str, str]:
    """Give the names that colleagues read."""
    wanted = {username for username in usernames if username}
    query = select(Person.username, Person.name).where(Person.username.in_(wanted))
    return dict(session.execute(query).all()) if wanted else {}


def promises_for(session: Session, reach: Reach, today: date) -> list[Promise]:
    """Give the promises due in the cases that the person looks after."""
    due = promises_due(session, today)
    query = select(Case.id).outerjoin(StaffGroup, StaffGroup.id == Case.group_id)
    in_groups = StaffGroup.key.in_(reach.groups) if reach.groups else true()
    mine = query.where(Case.id.in_({promise.case_id for promise in due}), or_(Case.owner == reach.username, in_groups))
    cases = set(session.scalars(mine)) if due else set()
    return [promise for promise in due if promise.case_id in cases]


def colleagues(session: Session, roles: Sequence[str] = (COLLECTOR, SUPERVISOR)) -> list[Person]:
    """Give the active people who work on cases, by name."""
    has_role = Person.roles.any(Role.name.in_(roles))
    return list(session.scalars(select(Person).where(Person.active, has_role).order_by(Person.name)))
