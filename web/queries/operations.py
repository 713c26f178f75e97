"""What keeps the system running: stuck cases, what leaves, what reached a closed case, and what waits in queues."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from engine import incidents
from engine.errors import Conflict, NotFound
from engine.tables import Deployment, InboxRow, Incident, Instance, OutboxRow, TaskRow
from receivables.case import Case
from receivables.debtor import Debtor
from service_tasks.keys import number_of
from web.jobs.table import RUNNING, WAITING, Job
from web.queries.diagrams import Diagram, diagram_of

CHUNK = 500


@dataclass(frozen=True, slots=True)
class Stuck:
    """A case that cannot go on; `step` is what the diagram calls the element."""

    incident: Incident
    number: int
    debtor: str
    strategy: str
    version: int
    step: str
    reason: str

    @property
    def id(self) -> int:
        return self.incident.id


@dataclass(frozen=True, slots=True)
class Named:
    """A row of the inbox or outbox with the case it concerns."""

    row: Any
    number: int
    debtor: str


@dataclass(frozen=True, slots=True)
class Queue:
    """How much waits somewhere, and how much of it is due now."""

    name: str
    waiting: int
    due: int


def stuck_cases(session: Session) -> list[Stuck]:
    """Give what is stuck now, the newest first."""
    found = incidents.unresolved(session)
    names = debtors_of(session, [incident.business_key for incident in found])
    on = _deployments(session, [incident.instance_id for incident in found])
    versions = {number: _version(session, number) for number in set(on.values())}
    return [_stuck(incident, names, versions[on[incident.instance_id]]) for incident in found]


def find_stuck(session: Session, number: int) -> Stuck:
    """Give one stuck case, also one that was freed since; raises NotFound."""
    incident = session.get(Incident, number)
    if incident is None:
        raise NotFound(f"There is no stuck case {number}.")
    (on,) = _deployments(session, [incident.instance_id]).values()
    return _stuck(incident, debtors_of(session, [incident.business_key]), _version(session, on))


def _deployments(session: Session, instances: Sequence[int]) -> dict[int, int]:
    """Give on which deployment each instance runs."""
    found: dict[int, int] = {}
    for first in range(0, len(instances), CHUNK):
        query = select(Instance.id, Instance.deployment_id).where(Instance.id.in_(instances[first : first + CHUNK]))
        found |= {row.id: row.deployment_id for row in session.execute(query)}
    return found


def _version(session: Session, number: int) -> tuple[Deployment, Diagram]:
    return session.get_one(Deployment, number), diagram_of(session, number)


def _stuck(incident: Incident, names: dict[str, str], version: tuple[Deployment, Diagram]) -> Stuck:
    deployment, diagram = version
    return Stuck(
        incident=incident,
        number=number_of(incident.business_key),
        debtor=names.get(incident.business_key, ""),
        strategy=deployment.key,
        version=deployment.version,
        step=diagram.name(incident.element),
        reason=incident.error.partition(": ")[2] or incident.error,
    )


def debtors_of(session: Session, keys: Sequence[str]) -> dict[str, str]:
    """Give the debtors' names by the cases' business keys."""
    numbers = sorted({number_of(key) for key in keys})
    found: dict[str, str] = {}
    for first in range(0, len(numbers), CHUNK):
        query = select(Case.number, Debtor.name).join(Debtor, Debtor.id == Case.debtor_id)
        rows = session.execute(query.where(Case.number.in_(numbers[first : first + CHUNK])))
        found |= {f"case:{number}": name for number, name in rows}
    return found


def with_names(session: Session, rows: Sequence[Any]) -> list[Named]:
    """Name the cases of inbox or outbox rows."""
    names = debtors_of(session, [row.business_key for row in rows])
    return [Named(row, number_of(row.business_key), names.get(row.business_key, "")) for row in rows]


def send_again(session: Session, number: int, *, now: datetime) -> OutboxRow:
    """Let a message that failed for good be tried once more; raises Conflict while it has not failed."""
    row = session.get(OutboxRow, number, with_for_update=True)
    if row is None:
        raise NotFound(f"There is no message {number}.")
    if row.status != "failed":
        raise Conflict(f"Message {number} has not failed: it is {row.status}.")
    row.status, row.attempts, row.not_before, row.delivery = "waiting", 0, now, None
    session.flush()
    return row


def queues(session: Session, now: datetime) -> list[Queue]:
    """Say what waits, and what of it is due."""
    running = Instance.due_at.is_not(None)
    unheard = InboxRow.handled_at.is_(None)
    leaving = OutboxRow.status == "waiting"
    return [
        _queue(session, "cases", Instance, running, Instance.due_at <= now),
        _queue(session, "inbox", InboxRow, unheard, InboxRow.not_before <= now),
        _queue(session, "outbox", OutboxRow, leaving, OutboxRow.not_before <= now),
        _queue(session, "tasks", TaskRow, TaskRow.status == "open", TaskRow.due_at <= now),
        _queue(session, "work", Job, Job.status.in_((WAITING, RUNNING)), Job.status == WAITING),
    ]


def _queue(session: Session, name: str, table: Any, waiting: Any, due: Any) -> Queue:
    query = select(func.count()).select_from(table).where(waiting)
    return Queue(name, session.scalar(query) or 0, session.scalar(query.where(due)) or 0)


def count_stuck(session: Session) -> int:
    """Count what is stuck, for the menu."""
    return session.scalar(select(func.count()).where(Incident.resolved_at.is_(None))) or 0
