"""A case's process from outside: start it, freeze its clocks, let them go on, see where it stands."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import insert, select
from sqlalchemy.orm import Session

from engine import history, inbox, incidents
from engine.deployments import DECISIONS
from engine.errors import Conflict, NotFound, Unusable
from engine.incidents import Failure
from engine.interventions import TAKE_OVER
from engine.tables import Deployment, Instance

RESUME = "$resume"
OTHER = "other"  # a reason without a word of its own
CHUNK = 500  # keys per query: below every database's limit on parameters


@dataclass(frozen=True, slots=True)
class InstanceView:
    """Where a case's process stands; `status` is new | running | suspended | stuck | ended."""

    key: str
    instance_id: int
    strategy: str
    version: int
    status: str
    stage: str
    element: str
    due_at: datetime | None
    started_at: datetime
    ended_at: datetime | None
    suspend_code: str | None
    suspend_reason: str | None
    suspended_until: datetime | None


@dataclass(frozen=True, slots=True)
class TakenOver:
    """A case that stood at a stage in another system, since a day: here it waits at `element` (see engine.stages).

    Where the strategy has no such place, `element` is "" and `problem` says so: a person then puts the case somewhere.
    """

    stage: str
    since: date
    element: str = ""
    problem: str = ""


def start(session: Session, *, key: str, strategy: str, now: datetime, taken_over: TakenOver | None = None) -> Instance:
    """Let the active version of `strategy` begin for a case; a worker takes its first steps.

    One that is taken over begins where it stood. Its waits count from then, and none ends before tomorrow.
    """
    deployment = _active(session, strategy, key)
    instance = _begun(session, key, deployment, now)
    if taken_over is not None:
        _take_over(session, instance, taken_over, now)
    return instance


def _take_over(session: Session, instance: Instance, taken_over: TakenOver, now: datetime) -> None:
    since, element = taken_over.since.isoformat(), taken_over.element
    said = {"kind": "taken_over", "text": taken_over.stage, "detail": {"since": since, "element": element}}
    history.append(session, instance, who="duly", now=now, **said)  # type: ignore[arg-type]
    if not element:
        failure = Failure(Unusable(taken_over.problem), "")
        incidents.report(session, instance.id, failure, now=now)
        return
    instance.stage = taken_over.stage
    unique = f"{TAKE_OVER}:{instance.id}"
    payload = {"to": element, "since": since, "first": True}
    inbox.post(session, key=instance.business_key, name=TAKE_OVER, payload=payload, unique_key=unique, now=now)


def _begun(session: Session, key: str, deployment: int, now: datetime) -> Instance:
    seq, head = _continued(session, key)
    instance = Instance(
        business_key=key, deployment_id=deployment, status="new", due_at=now, started_at=now, history_seq=seq
    )
    instance.history_head = head
    session.add(instance)
    session.flush()
    return instance


def start_many(session: Session, *, keys: Sequence[str], strategy: str, now: datetime) -> None:
    """Let `strategy` begin for many cases, none of which ever had a process, by one statement."""
    deployment = _active(session, strategy, f"{len(keys)} cases")
    row = {"deployment_id": deployment, "status": "new", "due_at": now, "started_at": now}
    if keys:
        session.execute(insert(Instance), [{"business_key": key, **row} for key in keys])


def _active(session: Session, strategy: str, chosen_for: str) -> int:
    wanted = (Deployment.key == strategy, Deployment.key != DECISIONS, Deployment.active.is_(True))
    deployment = session.scalar(select(Deployment.id).where(*wanted))
    if deployment is None:
        which = f"the decision that chose it for {chosen_for}"
        message = f"strategy {strategy!r} is not deployed; deploy it, or correct {which}"
        raise NotFound(message)
    return deployment


def _continued(session: Session, key: str) -> tuple[int, str]:
    """Give where the record of an earlier process of the same case ended."""
    query = select(Instance.history_seq, Instance.history_head).where(Instance.business_key == key)
    row = session.execute(query.order_by(Instance.id.desc()).limit(1)).first()
    return (row[0], row[1]) if row else (0, "")


def suspend(
    session: Session,
    *,
    key: str,
    by: str,
    reason: str,
    now: datetime,
    code: str = OTHER,
    until: datetime | None = None,
) -> None:
    """Freeze the clocks of a case, at most `until`; its messages are still heard.

    `code` is the application's word for the reason, `reason` says it to people. Raises Conflict when it is not running.
    """
    instance = history.latest_instance(session, key, lock=True)
    if instance.status not in ("running", "new", "stuck"):
        message = f"{key} is {instance.status}; only a running case can be suspended"
        raise Conflict(message)
    instance.status, instance.suspended_at = "suspended", now
    _rest(session, instance, by=by, code=code, reason=reason, until=until, now=now)


def prolong(session: Session, *, key: str, by: str, reason: str, now: datetime, until: datetime | None) -> None:
    """Change until when, and why, a case is suspended; raises Conflict when it is not."""
    instance = history.latest_instance(session, key, lock=True)
    if instance.status != "suspended":
        message = f"{key} is {instance.status}, not suspended"
        raise Conflict(message)
    _rest(session, instance, by=by, code=instance.suspend_code or OTHER, reason=reason, until=until, now=now)


def _rest(
    session: Session,
    instance: Instance,
    *,
    by: str,
    code: str,
    reason: str,
    until: datetime | None,
    now: datetime,
) -> None:
    """Say why and until when a case rests, on the case and on record."""
    instance.suspend_code, instance.suspend_reason = code, reason
    instance.suspended_until = instance.due_at = until
    detail = {"code": code, "until": until and until.isoformat()}
    history.append(session, instance, who=by, kind="suspended", now=now, text=reason, detail=detail)


def resume(session: Session, *, key: str, by: str, reason: str, now: datetime) -> None:
    """Let a suspended case go on with the time that its waits had left."""
    instance = history.latest_instance(session, key, lock=True)
    if instance.status != "suspended":
        message = f"{key} is {instance.status}, not suspended"
        raise Conflict(message)
    unique = f"{RESUME}:{instance.id}:{instance.revision}"
    inbox.post(session, key=key, name=RESUME, payload={"by": by, "reason": reason}, unique_key=unique, now=now)


def views(session: Session, keys: Collection[str]) -> dict[str, InstanceView]:
    """Give where each case's newest process stands."""
    found: dict[str, InstanceView] = {}
    for some in _chunks(sorted(keys)):
        query = (
            select(Instance, Deployment.key, Deployment.version)
            .join(Deployment, Deployment.id == Instance.deployment_id)
            .where(Instance.business_key.in_(some))
            .order_by(Instance.id)
        )
        found |= {row[0].business_key: _view(row[0], row[1], row[2]) for row in session.execute(query)}
    return found


def keys(session: Session) -> list[str]:
    """Give the business keys of all cases that ever had a process."""
    return list(session.scalars(select(Instance.business_key).distinct()))


def _chunks(keys: Sequence[str]) -> Iterator[Sequence[str]]:
    for first in range(0, len(keys), CHUNK):
        yield keys[first : first + CHUNK]


def _view(instance: Instance, strategy: str, version: int) -> InstanceView:
    return InstanceView(
        key=instance.business_key,
        instance_id=instance.id,
        strategy=strategy,
        version=version,
        status=instance.status,
        stage=instance.stage,
        element=instance.element,
        due_at=instance.due_at,
        started_at=instance.started_at,
        ended_at=instance.ended_at,
        suspend_code=instance.suspend_code,
        suspend_reason=instance.suspend_reason,
        suspended_until=instance.suspended_until,
    )
