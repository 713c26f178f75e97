"""Duties: what one of several worker processes does alone, by a lease that the others respect and inherit."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import delete, or_, select
from sqlalchemy.orm import Session

from engine.lease import is_dead
from engine.tables import Duty
from engine.upsert import insert_into

LASTS = timedelta(seconds=60)


def hold(session: Session, name: str, token: str, *, wall: datetime, lasts: timedelta = LASTS) -> bool:
    """Take or keep a duty for a while from `wall` on; False while another process that may be alive holds it.

    One statement, so that only one of two can win.
    """
    holder = session.scalar(select(Duty.token).where(Duty.name == name))
    dead = [holder] if holder and is_dead(holder) else []
    take = insert_into(session, Duty).values(name=name, token=token, until=wall + lasts)
    free = or_(Duty.token.in_([token, *dead]), Duty.until < wall)
    values = {"token": take.excluded.token, "until": take.excluded.until}
    change = take.on_conflict_do_update(index_elements=["name"], set_=values, where=free)
    return session.scalar(change.returning(Duty.name)) is not None


def let_go(session: Session, token: str) -> None:
    """Leave all duties of a process to the others."""
    session.execute(delete(Duty).where(Duty.token == token))
