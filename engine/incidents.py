"""Stuck cases: what failed is tried again by itself when it may pass, else a person decides (see engine.operations)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import history
from engine.catalogue import Retry
from engine.errors import Conflict, NotFound, TemporaryError
from engine.feel import plain
from engine.tables import Incident, Instance


@dataclass(frozen=True, slots=True)
class Failure:
    """What went wrong, at which element, with which variables, and how it may be tried again."""

    error: Exception
    element: str
    trace: str = ""
    data: Mapping[str, Any] = field(default_factory=dict)
    retry: Retry = Retry()  # noqa: RUF009 - it is immutable


def report(session: Session, instance_id: int, failure: Failure, *, now: datetime) -> Incident:
    """Record that an instance could not go on; a temporary error is tried again with growing pauses."""
    instance = session.get_one(Instance, instance_id, with_for_update=True)
    incident = open_of(session, instance_id) or Incident(
        instance_id=instance_id, business_key=instance.business_key, attempts=0, element="", error="", at=now
    )
    element, error = failure.element or instance.element, f"{type(failure.error).__name__}: {failure.error}"
    known = (incident.element, incident.error) == (element, error)
    incident.attempts = incident.attempts + 1 if incident.element in {"", element} else 1
    incident.at, incident.element, incident.error, incident.detail = now, element, error, failure.trace
    incident.data, incident.resolved_by, incident.resolution = plain(failure.data), None, None
    pause = failure.retry.pause(incident.attempts) if isinstance(failure.error, TemporaryError) else None
    incident.retry_at = None if pause is None else now + pause
    session.add(incident)
    instance.status, instance.due_at = "stuck", incident.retry_at
    instance.lease_until = instance.lease_token = None
    if not known:
        history.append(session, instance, who="duly", kind="stuck", text=error, element=element, now=now)
    session.flush()
    return incident


def open_of(session: Session, instance_id: int) -> Incident | None:
    """Give what a process is stuck at; None where it is not."""
    query = select(Incident).where(Incident.instance_id == instance_id, Incident.resolved_at.is_(None))
    return session.scalars(query).first()


def unresolved(session: Session) -> list[Incident]:
    """Give what is stuck now, newest first."""
    return list(session.scalars(select(Incident).where(Incident.resolved_at.is_(None)).order_by(Incident.at.desc())))


def get_open(session: Session, incident_id: int) -> Incident:
    """Give a stuck case's incident, held for what a person does to it; raises NotFound, Conflict."""
    incident = session.get(Incident, incident_id)
    if incident is None:
        message = f"there is no stuck case number {incident_id}"
        raise NotFound(message)
    session.get_one(Instance, incident.instance_id, with_for_update=True)  # first, as workers do: no deadlock
    session.refresh(incident, with_for_update=True)
    if incident.resolved_at is not None:
        message = f"{incident.business_key} is no longer stuck: {incident.resolution} by {incident.resolved_by}"
        raise Conflict(message)
    return incident
