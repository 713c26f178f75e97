"""Put the log into the replay's database, in the order of its days: files are ordered by case, and may be large."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date
from itertools import islice
from typing import Any

from sqlalchemy import Index, Select, Table, func, insert, select
from sqlalchemy.orm import Mapped, Session, mapped_column

from connectors.event_logs import FineEvent
from engine.errors import Unusable
from service_tasks.examples.road_fine.ledger import ExampleBase
from service_tasks.examples.road_fine.office import Happening

AT_ONCE = 10_000
ONCE = ("made", "penalty", "handed_over")
"""What can be in a case once only; of the first there must be one."""


class LoggedEvent(ExampleBase):
    """One event of the log; `id` counts in the order of the file."""

    __tablename__ = "logged_event"
    __table_args__ = (Index("ix_logged_event_day", "day", "id"), Index("ix_logged_event_key_kind", "key", "kind"))
    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str]
    kind: Mapped[str]
    day: Mapped[date]
    amount: Mapped[int | None]


EVENT: Table = LoggedEvent.__table__  # type: ignore[assignment]


def key_of(case: str) -> str:
    """Give the business key of a case of the log."""
    return f"fine:{case}"


def store(session: Session, events: Iterable[FineEvent], *, limit: int | None, seen: Callable[[int], None]) -> int:
    """Keep the events, of `limit` cases only where it is given; give the number of cases.

    Raises Unusable where a case was never made, or made, penalised or handed over twice.
    """
    chosen = iter(_of_the_first(events, limit))
    while rows := [_row(event) for event in islice(chosen, AT_ONCE)]:
        session.execute(insert(LoggedEvent), rows)
        seen(len(rows))
    _refuse_unlikely(session)
    cases = session.scalar(select(func.count()).select_from(EVENT).where(EVENT.c.kind == "made")) or 0
    if not cases:
        raise Unusable("The log holds no fine at all.")
    return cases


def _of_the_first(events: Iterable[FineEvent], limit: int | None) -> Iterator[FineEvent]:
    """Give the events of the first `limit` cases; a log may be ordered by time, so it is read to its end."""
    taken: set[str] = set()
    for event in events:
        if limit is None or event.case in taken:
            yield event
        elif len(taken) < limit:
            taken.add(event.case)
            yield event


def _row(event: FineEvent) -> dict[str, Any]:
    return {"key": key_of(event.case), "kind": event.kind, "day": event.day, "amount": event.amount}


def _refuse_unlikely(session: Session) -> None:
    made = select(EVENT.c.key).where(EVENT.c.kind == "made")
    _refuse(session, select(EVENT.c.key).where(EVENT.c.key.not_in(made)), "has no 'Create Fine'")
    for kind in ONCE:
        twice = select(EVENT.c.key).where(EVENT.c.kind == kind).group_by(EVENT.c.key).having(func.count() > 1)
        _refuse(session, twice, f"has more than one event of the kind {kind!r}")


def _refuse(session: Session, query: Select[Any], what: str) -> None:
    key = session.scalar(query.limit(1))
    if key is not None:
        raise Unusable(f"Case {key.removeprefix(key_of(''))} of the log {what}.")


def days(session: Session, *kinds: str) -> list[date]:
    """Give the days on which anything (of these kinds) happened, in order."""
    query = select(EVENT.c.day).distinct().order_by(EVENT.c.day)
    return list(session.scalars(query.where(EVENT.c.kind.in_(kinds)) if kinds else query))


def happenings(session: Session, day: date) -> Sequence[Happening]:
    """Give what happened on a day in the order of the log; with a fine, the penalty that the law puts on it.

    That penalty is taken from the log's own; a fine that never had one would be doubled.
    """
    later = EVENT.alias()
    total = select(later.c.amount).where(later.c.key == EVENT.c.key, later.c.kind == "penalty").scalar_subquery()
    query = select(EVENT, total.label("total")).where(EVENT.c.day == day).order_by(EVENT.c.id)
    return [
        Happening(row.id, row.key, row.kind, row.amount or 0, (row.total or 2 * row.amount) - row.amount)
        if row.kind == "made"
        else Happening(row.id, row.key, row.kind, row.amount or 0)
        for row in session.execute(query)
    ]
