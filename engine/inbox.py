"""Messages for cases: rows that any part of the system writes in its own transaction and workers drain."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import Table, insert, select, update
from sqlalchemy.exc import IntegrityError
from sqlalchemy.orm import Session

from engine.tables import InboxRow

INBOX: Table = InboxRow.__table__  # type: ignore[assignment]


def post(
    session: Session,
    *,
    key: str,
    name: str,
    payload: Mapping[str, Any],
    unique_key: str,
    now: datetime,
    not_before: datetime | None = None,
) -> bool:
    """Put a message into a case's inbox; the same `unique_key` a second time changes nothing and gives False."""
    row = {"business_key": key, "name": name, "payload": dict(payload), "unique_key": unique_key, "at": now}
    try:
        with session.begin_nested():
            session.execute(insert(InboxRow).values(**row, not_before=not_before or now))
    except IntegrityError:  # it was posted before; asking first would not keep another from doing it in between
        return False
    return True


def post_all(session: Session, rows: Sequence[dict[str, Any]]) -> None:
    """Put messages whose unique keys nobody else posts at this moment into inboxes; known ones change nothing.

    A row has the columns of InboxRow that `post` fills.
    """
    keys = [row["unique_key"] for row in rows]
    known = set(session.scalars(select(InboxRow.unique_key).where(InboxRow.unique_key.in_(keys)))) if keys else set()
    new = [row for row in rows if row["unique_key"] not in known]
    if new:
        session.connection().execute(insert(INBOX), new)


def withdraw(session: Session, unique_key: str, *, now: datetime) -> bool:
    """Take back a message that no worker has handled yet; False where it is too late."""
    open_row = (InboxRow.unique_key == unique_key, InboxRow.handled_at.is_(None))
    taken = session.execute(update(InboxRow).where(*open_row).values(handled_at=now, result="withdrawn"))
    return bool(taken.rowcount)  # type: ignore[attr-defined]
