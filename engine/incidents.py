"""Stuck cases: what failed is tried again by itself when it may pass, else a person decides."""

from __future__ import annotations

from datetime import datetime, timedelta

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from engine import history
from engine.errors import Conflict, NotFound, TemporaryError
from engine.tables import Incident, Instance, TaskRow

FIRST_RETRY = timedelta(minutes=5)
MAX_ATTEMPTS = 6  # 5, 10, 20, 40, 80 minutes; then a person


def report(
    session: Session, instance_id: int, *, error: Exception, element: str, trace: str, now: datetime
) -> Incident:
    """Record that an instance could not go on; a temporary error is tried again with growing pauses."""
    instance = session.get_one(Instance, instance_id, with_for_update=True)
    incident = _unresolved(session, instance_id) or Incident(
        instance_id=instance_id, business_key=instance.business_key, attempts=0, element="", error="", at=now
    )
    incident.attempts += 1
    incident.at, incident.detail = now, trace
    incident.element, incident.error = element or instance.element, f"{type(error).__name__}: {error}"
    again = isinstance(error, TemporaryError) and incident.attempts < MAX_ATTEMPTS
    incident.retry_at = now + FIRST_RETRY * 2 ** (incident.attempts - 1) if again else None
    session.add(incident)
    instance.status, instance.due_at = "stuck", incident.retry_at
    instance.lease_until = instance.lease_token = None
    if incident.attempts == 1:
        history.record(session, instance.business_key, who="duly", kind="stuck", text=incident.error, now=now)
    session.flush()
    return incident


def _unresolved(session: Session, instance_id: int) -> Incident | None:
    query = select(Incident).where(Incident.instance_id == instance_id, Incident.resolved_at.is_(None))
    return session.scalars(query).first()


def unresolved(session: Session) -> list[Incident]:
    """Give what is stuck now, newest first."""
    return list(session.scalars(select(Incident).where(Incident.resolved_at.is_(None)).order_by(Incident.at.desc())))


def retry(session: Session, incident_id: int, *, by: str, reason: str, now: datetime) -> str:
    """Let the stuck case try again now; gives its business key so that it can be woken."""
    incident = _get_open(session, incident_id)
    history.record(session, incident.business_key, who=by, kind="retried", text=reason, now=now)
    incident.retry_at = now
    session.execute(update(Instance).where(Instance.id == incident.instance_id).values(due_at=now))
    return incident.business_key


def cancel(session: Session, incident_id: int, *, by: str, reason: str, now: datetime) -> str:
    """End the stuck case's process for good, with a reason; gives its business key."""
    incident = _get_open(session, incident_id)
    history.record(session, incident.business_key, who=by, kind="cancelled", text=reason, now=now)
    incident.resolved_at, incident.resolved_by, incident.resolution = now, by, f"cancelled: {reason}"
    ended = {"status": "ended", "ended_at": now, "due_at": None, "shape_id": None, "bindings": None}
    session.execute(update(Instance).where(Instance.id == incident.instance_id).values(**ended, outcome="cancelled"))
    still_open = (TaskRow.instance_id == incident.instance_id, TaskRow.status == "open")
    session.execute(update(TaskRow).where(*still_open).values(status="withdrawn", done_at=now))
    return incident.business_key


def _get_open(session: Session, incident_id: int) -> Incident:
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
