"""Which worker processes live: each says so every few seconds, by the machine's clock."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from engine import duties
from engine.lease import is_dead
from engine.tables import WorkerProcess
from engine.upsert import insert_into

ALIVE = timedelta(seconds=60)
FORGOTTEN = timedelta(days=1)


def seen(session: Session, token: str, *, wall: datetime) -> None:
    """Note that the process `token` is alive at `wall`; forget those that are known to be dead, or long silent."""
    row = insert_into(session, WorkerProcess).values(token=token, started_at=wall, seen_at=wall)
    now = {"seen_at": row.excluded.seen_at}
    session.execute(row.on_conflict_do_update(index_elements=["token"], set_=now))
    for process in session.scalars(select(WorkerProcess).where(WorkerProcess.token != token)).all():
        if process.seen_at < wall - FORGOTTEN or is_dead(process.token):
            session.delete(process)


def gone(session: Session, token: str) -> None:
    """Note that the process `token` ends in good order: its duties are free at once."""
    session.execute(delete(WorkerProcess).where(WorkerProcess.token == token))
    duties.let_go(session, token)


def alive(session: Session, *, wall: datetime) -> int:
    """Count the worker processes that were seen within the last minute."""
    recent = WorkerProcess.seen_at >= wall - ALIVE
    return session.scalar(select(func.count()).select_from(WorkerProcess).where(recent)) or 0
