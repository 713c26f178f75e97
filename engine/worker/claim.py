"""Claim due instances: a lease with a token that fences off whoever slept past it."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from sqlalchemy import Integer, Select, Table, and_, bindparam, func, or_, select, update
from sqlalchemy.orm import Session

from engine.holds import Held, due_since, let_go
from engine.lease import LEASE, is_dead, new_token
from engine.tables import InboxRow, Incident, Instance

INSTANCE: Table = Instance.__table__  # type: ignore[assignment]

# Put together once: they are asked again and again, mostly to find that nothing is due.
FREE = or_(Instance.lease_until.is_(None), Instance.lease_until < bindparam("wall"))
STUCK_AT = (
    select(func.max(Incident.at))
    .where(Incident.instance_id == Instance.id, Incident.resolved_at.is_(None))
    .scalar_subquery()
)
MAIL = and_(
    InboxRow.business_key == Instance.business_key,
    InboxRow.handled_at.is_(None),
    InboxRow.not_before <= bindparam("now"),
    or_(Instance.status != "stuck", InboxRow.at > STUCK_AT),  # a stuck one hears only what came after it got stuck
)
LEASABLE = (
    select(Instance.id)
    .where(Instance.status != "ended", FREE)
    .limit(bindparam("most", type_=Integer()))
    .with_for_update(of=Instance, skip_locked=True)
)
DUE = LEASABLE.where(Instance.due_at <= bindparam("now")).order_by(Instance.due_at, Instance.id)
LET_GO = LEASABLE.where(let_go(Instance.due_at, Instance.id)).order_by(Instance.due_at, Instance.id)
DUE_SINCE = DUE.where(due_since(Instance.due_at))
# From the mail to the cases, oldest first: looking for mail case by case would cost every parked case a glance.
WITH_MAIL = LEASABLE.join(InboxRow, MAIL).order_by(InboxRow.not_before, InboxRow.id)
TAKE = (
    update(INSTANCE)
    .where(INSTANCE.c.id.in_(bindparam("found", expanding=True)))
    .values(lease_until=bindparam("until"), lease_token=bindparam("token"))
)
OF_KEY = (Instance.business_key == bindparam("key"), Instance.status != "ended")
STANDS = select(Instance.id, Instance.due_at).where(*OF_KEY)
MAIL_OF_KEY = select(InboxRow.id).join(Instance, MAIL).where(*OF_KEY).limit(1)
RUNNING = select(Instance.id).where(Instance.business_key == InboxRow.business_key, Instance.status != "ended")
UNHEARD = (InboxRow.handled_at.is_(None), InboxRow.not_before <= bindparam("now"), ~RUNNING.exists())
HEARD_BY_NOBODY = update(InboxRow).where(*UNHEARD).values(handled_at=bindparam("now"), result="ended")


def claim(
    session: Session, *, now: datetime, wall: datetime, limit: int, key: str | None = None, held: Held | None = None
) -> tuple[str, list[int]]:
    """Lease up to `limit` instances that are due at `now` or have mail; give (token, instance ids).

    Leases run on the machine's clock `wall`: a virtual clock stands still. What is `held` is left, but for its mail.
    """
    moment = {"now": now, "wall": wall}
    found = _due(session, key, {**moment, "most": limit}, held)
    if len(found) < limit:
        mail = _found(session, WITH_MAIL, key, {**moment, "most": limit - len(found)})
        found = list(dict.fromkeys((*found, *mail)))  # who is due may have mail, and several letters
    token = new_token()
    if found:
        lease = {"found": found, "until": wall + LEASE, "token": token}
        session.connection().execute(TAKE, lease)
    return token, found


def _due(session: Session, key: str | None, values: Mapping[str, Any], held: Held | None) -> list[int]:
    if held is None:
        return _found(session, DUE, key, values)
    first = _found(session, LET_GO, key, {**values, **held.position})
    left = values["most"] - len(first)
    return first + _found(session, DUE_SINCE, key, {**values, **held.position, "most": left}) if left else first


def _found(session: Session, query: Select[int], key: str | None, values: Mapping[str, Any]) -> list[int]:
    return list(session.scalars(query if key is None else query.where(Instance.business_key == key), values))


def has_work(session: Session, key: str, *, now: datetime, held: Held | None) -> bool:
    """Tell whether there is anything to do for a case, leased or not."""
    stands = session.execute(STANDS, {"key": key}).first()
    if stands is None:
        return False
    due = stands.due_at is not None and stands.due_at <= now
    if due and not (held is not None and held.covers(stands.due_at, stands.id)):
        return True
    return session.scalar(MAIL_OF_KEY, {"key": key, "now": now}) is not None


def release(session: Session, token: str) -> None:
    """Give back what a claim still holds."""
    held = Instance.lease_token == token
    session.execute(update(Instance).where(held).values(lease_until=None, lease_token=None))


def is_held(session: Session, instance_id: int, token: str) -> bool:
    """Tell whether a claim still holds an instance; what it holds stays its own until this transaction ends."""
    query = select(Instance.lease_token).where(Instance.id == instance_id).with_for_update()
    return session.scalar(query) == token


def release_dead(session: Session) -> None:
    """Give back the leases of processes of this host that are no more (killed in the middle of a batch)."""
    tokens = session.scalars(select(Instance.lease_token).where(Instance.lease_token.is_not(None)).distinct())
    for token in tokens:
        if token is not None and is_dead(token):
            release(session, token)


def close_mail_of_ended(session: Session, now: datetime) -> None:
    """Mark what reached an ended case: it is kept and shown, and wakes nobody."""
    session.connection().execute(HEARD_BY_NOBODY, {"now": now})
