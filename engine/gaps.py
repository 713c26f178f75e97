"""Notice that nothing was done for a while: what fell due is held back, and people's deadlines move by the gap.

Who does due work says so now and then (`beat`). A pause is judged by whoever knows when work is done at all; jumps of
a virtual clock are no pauses, since nobody asks about them.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from sqlalchemy import String, bindparam, cast, exists, insert, literal, select, update
from sqlalchemy.orm import Session

from engine.holds import CASES, MESSAGES, hold_back
from engine.settings_table import get_setting, set_setting
from engine.tables import InboxRow, Instance, Setting, TaskRow
from engine.types import Json

HEARTBEAT = "heartbeat"
STOOD_STILL = "$stood_still"
"""The message that moves the timers of a case that watch people; its payload gives how far, in seconds."""
AT_WORK = Instance.status.in_(("running", "stuck"))  # the clocks of suspended ones are frozen already
IsGap = Callable[[datetime, datetime], bool]


@dataclass(frozen=True, slots=True)
class Gap:
    """When nothing was done."""

    since: datetime
    until: datetime

    @property
    def length(self) -> timedelta:
        return self.until - self.since


def beat(session: Session, now: datetime) -> None:
    """Put on record that due work was done up to now."""
    set_setting(session, HEARTBEAT, now.isoformat(), by="duly", now=now)


def last_beat(session: Session) -> datetime | None:
    """Give when due work was done last; None where none ever was."""
    stored = get_setting(session, HEARTBEAT)
    return None if stored is None else datetime.fromisoformat(stored)


def notice(session: Session, *, now: datetime, is_gap: IsGap) -> Gap | None:
    """Hold back what is due and move people's deadlines where nothing was done for too long; None where all is well.

    Of several processes that ask at once one notices it: the others wait, and find a fresh heartbeat.
    """
    session.get(Setting, HEARTBEAT, with_for_update=True, populate_existing=True)
    last = last_beat(session)
    if last is None or not is_gap(last, now):
        return None
    gap = Gap(last, now)
    stood_still(session, gap)
    return gap


def stood_still(session: Session, gap: Gap) -> None:
    """Hold back what is due at the end of a gap, move people's deadlines by it, and count on from there."""
    for queue in (CASES, MESSAGES):
        hold_back(session, queue, since=gap.since, until=gap.until)
    _move_deadlines(session, gap)
    beat(session, gap.until)


def _move_deadlines(session: Session, gap: Gap) -> None:
    """Give people the time back that passed while nothing was done: in their lists now, in the diagrams by a message.

    The message stands in the inbox before anything can fire, and is heard before any timer of its case is.
    """
    waited = (TaskRow.status == "open", TaskRow.created_at <= gap.since)
    dated = select(TaskRow.id, TaskRow.due_at).join(Instance, Instance.id == TaskRow.instance_id)
    rows = session.execute(dated.where(*waited, TaskRow.due_at.is_not(None), AT_WORK)).all()
    moved = [{"b_id": row.id, "due_at": row.due_at + gap.length} for row in rows if row.due_at is not None]
    if moved:
        table = TaskRow.__table__
        session.connection().execute(update(table).where(table.c.id == bindparam("b_id")), moved)  # type: ignore[arg-type]
    asked = exists().where(TaskRow.instance_id == Instance.id, *waited)
    message = select(
        Instance.business_key,
        literal(STOOD_STILL),
        literal({"seconds": gap.length.total_seconds()}, Json),
        literal(f"{STOOD_STILL}:{gap.until.isoformat()}:").concat(cast(Instance.id, String)),
        Instance.started_at,  # older than what a case is stuck at: that is not tried again because of it
        Instance.started_at,
    )
    columns = ["business_key", "name", "payload", "unique_key", "at", "not_before"]
    session.execute(insert(InboxRow).from_select(columns, message.where(AT_WORK, asked)))
