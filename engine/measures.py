"""How the engine is doing: what is overdue and since when, what waits in queues, how much was done.

Cheap at a million cases: each figure comes from an index over what is open, but the count by status, which a worker
takes once a minute (`take_census`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import ColumnElement, func, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from engine import processes, totals
from engine.holds import CASES, MESSAGES, Held, held, not_held
from engine.settings_table import get_setting, set_setting
from engine.tables import InboxRow, Incident, Instance, OutboxRow
from engine.unit_of_work import Database

CENSUS = "census"


@dataclass(frozen=True, slots=True)
class Waiting:
    """How much waits somewhere and is due, and for how many seconds the oldest of it has been due."""

    count: int
    oldest_s: float


@dataclass(frozen=True, slots=True)
class Measures:
    """What is measured: overdue cases (their oldest is the lag), news for cases, messages out, incidents, totals."""

    overdue: Waiting
    inbox: Waiting
    outbox: Waiting
    incidents: int
    workers: int
    by_status: Mapping[str, int]
    totals: Mapping[str, int]


def measure(session: Session, *, now: datetime, wall: datetime) -> Measures:
    """Measure at `now` by the business clock; workers are counted by the machine's, `wall`. What is held is no lag."""
    cases, messages = held(session, CASES), held(session, MESSAGES)
    due = [] if cases is None else [not_held(Instance.due_at, Instance.id)]
    leaving = [] if messages is None else [not_held(OutboxRow.not_before, OutboxRow.id)]
    stuck = select(func.count()).select_from(Incident).where(Incident.resolved_at.is_(None))
    return Measures(
        overdue=_waiting(session, Instance.due_at, now, *due, held=cases),
        inbox=_waiting(session, InboxRow.not_before, now, InboxRow.handled_at.is_(None)),
        outbox=_waiting(session, OutboxRow.not_before, now, OutboxRow.status == "waiting", *leaving, held=messages),
        incidents=session.scalar(stuck) or 0,
        workers=processes.alive(session, wall=wall),
        by_status=get_setting(session, CENSUS) or {},
        totals=totals.read(session),
    )


def take_census(database: Database, *, now: datetime) -> None:
    """Count the cases' processes by status, which reads an index from end to end, and keep the count."""
    with database.reading() as session:
        counted = session.execute(select(Instance.status, func.count()).group_by(Instance.status)).all()
    with database.unit_of_work() as session:
        set_setting(session, CENSUS, dict(counted), by="duly", now=now)


def _waiting(
    session: Session,
    due: InstrumentedAttribute[Any],
    now: datetime,
    *conditions: ColumnElement[bool],
    held: Held | None = None,
) -> Waiting:
    query = select(func.min(due), func.count()).where(due <= now, *conditions)
    first, count = session.execute(query, held.position if held else {}).one()
    return Waiting(count, 0.0 if first is None else (now - first).total_seconds())
