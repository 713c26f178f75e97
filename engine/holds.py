"""Hold back what fell due while nothing was done, and let it go as a person says: at once, or so many a day.

A hold is one row for each queue: what was due up to a moment, but for what was let go, which is all up to a position
in the order (due, id). So millions of cases are held and let go without touching one of them.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from typing import Any

from sqlalchemy import ColumnElement, and_, bindparam, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from engine.tables import Hold, Instance, OutboxRow

CASES, MESSAGES = "cases", "messages"
NOTHING_YET = datetime.min.replace(tzinfo=UTC)
LAST_ID = 2**31 - 1


@dataclass(frozen=True, slots=True)
class Held:
    """What of a queue is held: due up to `until`, but for what was let go: up to the position (`to`, `last`)."""

    until: datetime
    to: datetime = NOTHING_YET
    last: int = 0

    def covers(self, due: datetime, number: int) -> bool:
        """Tell whether what has this due date and id is held."""
        return due <= self.until and (due, number) > (self.to, self.last)

    @property
    def position(self) -> dict[str, Any]:
        """The values of the parameters in `let_go`, `held_range` and `due_since`."""
        return {"held_until": self.until, "held_to": self.to, "held_last": self.last}


Due = InstrumentedAttribute[datetime | None] | InstrumentedAttribute[datetime]


def let_go(due: Due, number: InstrumentedAttribute[int]) -> ColumnElement[bool]:
    """Give the condition of what a hold lets go; each side of the OR is a range of the index on due dates."""
    return and_(due <= bindparam("held_to"), or_(due < bindparam("held_to"), number <= bindparam("held_last")))


def held_range(due: Due, number: InstrumentedAttribute[int]) -> ColumnElement[bool]:
    """Give the condition of what is held."""
    after = or_(due > bindparam("held_to"), number > bindparam("held_last"))
    return and_(due >= bindparam("held_to"), due <= bindparam("held_until"), after)


def due_since(due: Due) -> ColumnElement[bool]:
    """Give the condition of what fell due after the gap, and is not held."""
    return due > bindparam("held_until")


def not_held(due: Due, number: InstrumentedAttribute[int]) -> ColumnElement[bool]:
    """Give the condition of everything else, for measures: what is held is nobody's lag."""
    return or_(let_go(due, number), due_since(due))


OF_CASES = held_range(Instance.due_at, Instance.id)
OF_MESSAGES = and_(OutboxRow.status == "waiting", held_range(OutboxRow.not_before, OutboxRow.id))
QUEUES: dict[str, tuple[Due, InstrumentedAttribute[int], ColumnElement[bool]]] = {
    CASES: (Instance.due_at, Instance.id, OF_CASES),
    MESSAGES: (OutboxRow.not_before, OutboxRow.id, OF_MESSAGES),
}
# Put together once: it is asked with every batch.
OPEN = select(Hold.until, Hold.released_to, Hold.released_id).where(
    Hold.queue == bindparam("queue"), Hold.ended_at.is_(None)
)


def held(session: Session, queue: str) -> Held | None:
    """Give what of a queue is held now; None where nothing is."""
    row = session.connection().execute(OPEN, {"queue": queue}).first()
    return None if row is None else _held(*row)


def open_holds(session: Session, *, lock: bool = False) -> list[Hold]:
    """Give the holds that still keep something, cases first."""
    query = select(Hold).where(Hold.ended_at.is_(None)).order_by(Hold.queue)
    return list(session.scalars(query.with_for_update() if lock else query))


def count(session: Session, hold: Hold) -> int:
    """Count what a hold keeps back now."""
    condition = QUEUES[hold.queue][2]
    query = select(func.count()).where(condition)
    return session.scalar(query, _held_by(hold).position) or 0


def unfinished(session: Session, hold: Hold) -> int:
    """Count what is left of a hold: what is kept back, and what was let go but not done yet."""
    return session.scalar(select(func.count()).where(QUEUES[hold.queue][2]), Held(hold.until).position) or 0


def hold_back(session: Session, queue: str, *, since: datetime, until: datetime) -> Hold:
    """Hold what of a queue is due up to `until`, after a gap that began at `since`.

    During an earlier hold all of it is held again, what was let go and not done included; a chosen pace goes on.
    """
    gap = [since.isoformat(), until.isoformat()]
    found = next((hold for hold in open_holds(session, lock=True) if hold.queue == queue), None)
    if found is None:
        found = Hold(queue=queue, gaps=[gap], until=until, at=until)
        session.add(found)
    else:
        found.gaps, found.until = [*found.gaps, gap], max(found.until, until)
        found.released_to = found.released_id = found.total = None
    session.flush()
    return found


def release(session: Session, *, by: str, now: datetime, per_day: int | None = None) -> None:
    """Let everything go at once, or `per_day` of each queue on each business day (`let_go_portion` does it)."""
    for hold in open_holds(session, lock=True):
        if per_day is None:
            hold.released_to, hold.released_id = hold.until, LAST_ID
        elif hold.per_day is None:
            hold.released_to = hold.released_id = None
        hold.by, hold.at, hold.per_day = by, now, per_day
        hold.total = hold.total or unfinished(session, hold)
    session.flush()


def let_go_portion(session: Session, today: date) -> None:
    """Let today's portion go where a pace was chosen; a second time on a day changes nothing."""
    for hold in open_holds(session, lock=True):
        if hold.per_day is not None and (hold.portion_on is None or hold.portion_on < today):
            hold.released_to, hold.released_id = _position_after(session, hold, hold.per_day)
            hold.portion_on, hold.total = today, hold.total or unfinished(session, hold)
    session.flush()


def hold_again(session: Session, *, by: str, now: datetime) -> int:
    """Keep back again what was let go and is not done yet; gives how much is held now."""
    holds = open_holds(session, lock=True)
    for hold in holds:
        hold.by, hold.at, hold.per_day, hold.portion_on, hold.total = by, now, None, None, None
        hold.released_to = hold.released_id = None
    session.flush()
    return sum(count(session, hold) for hold in holds)


def finish(session: Session, now: datetime) -> None:
    """End the holds of which nothing is left."""
    for hold in open_holds(session, lock=True):
        due, _, _ = QUEUES[hold.queue]
        left = select(due).where(QUEUES[hold.queue][2]).limit(1)
        if session.scalar(left, Held(hold.until).position) is None:
            hold.ended_at = now
    session.flush()


def gaps_of(holds: Iterable[Hold]) -> list[tuple[datetime, datetime]]:
    """Give the gaps because of which work is held, the earliest first."""
    found = {(since, until) for hold in holds for since, until in hold.gaps}
    return [(datetime.fromisoformat(since), datetime.fromisoformat(until)) for since, until in sorted(found)]


def _position_after(session: Session, hold: Hold, number: int) -> tuple[datetime, int]:
    """Give the position of the `number`-th of what is kept back; of the last where there are fewer."""
    due, id_, condition = QUEUES[hold.queue]
    query = select(due, id_).where(condition).order_by(due, id_).offset(number - 1).limit(1)
    row = session.execute(query, _held_by(hold).position).first()
    return (hold.until, LAST_ID) if row is None or row[0] is None else (row[0], row[1])


def _held_by(hold: Hold) -> Held:
    return _held(hold.until, hold.released_to, hold.released_id)


def _held(until: datetime, to: datetime | None, last: int | None) -> Held:
    return Held(until) if to is None else Held(until, to, last or 0)
