"""What a person may do to a case's process: try again, skip a step, move its token, change a variable, end it.

Retrying and ending are done at once. The others are put into the case's inbox, for a worker to do at the case's next
batch (engine.spiff.interventions). Each is recorded with its reason at once, which raises the case's revision: a worker
that is at it just then computes anew.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import update
from sqlalchemy.orm import Session

from engine import history, inbox
from engine.errors import Conflict, NotFound, Unusable
from engine.incidents import get_open, open_of
from engine.interventions import CHANGE, MOVE, ORDERS, SKIP
from engine.programmes import Programmes
from engine.spiff.parsing import Specification
from engine.spiff.placing import check, places, ways_out
from engine.tables import InboxRow, Incident, Instance, TaskRow

MOST_VARIABLE_TEXT = 10_000  # characters
LARGEST_NUMBER = 10**18  # what JSON keeps as it is
Scalar = str | int | float | bool | None


@dataclass(frozen=True, slots=True)
class Deed:
    """Who does it, why, and when."""

    by: str
    reason: str
    now: datetime

    def __post_init__(self) -> None:
        if not self.reason.strip():
            message = "say why: it is kept in the case's record"
            raise Unusable(message)


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of a deed for one of several stuck cases; `refused` says why it was not done."""

    incident_id: int
    key: str
    refused: str = ""


def retry(session: Session, key: str, deed: Deed) -> None:
    """Let a stuck case try again now."""
    instance, incident = _stuck(session, key)
    _record(session, instance, deed, "retried", element=incident.element)
    _wake(instance, incident, deed, "tried again")


def skip(session: Session, programmes: Programmes, key: str, deed: Deed, *, to: str = "") -> None:
    """Let the step at which a case is stuck count as done, without running it; `to` chooses between several ways on.

    Raises Unusable where the step is not known, cannot be skipped or has several ways on.
    """
    instance, incident = _stuck(session, key)
    if not incident.element:
        message = f"nobody knows at which step {key} failed: move it, or let it try again"
        raise Unusable(message)
    ways = ways_out(_specification(session, programmes, instance), incident.element)
    if to and to not in ways:
        message = f"no flow leads from {incident.element!r} to {to!r}; it leads to {', '.join(ways)}"
        raise Unusable(message)
    if len(ways) > 1 and not to:
        message = f"several flows lead on from {incident.element!r}: say to which of {', '.join(ways)}"
        raise Unusable(message)
    _record(session, instance, deed, "skipped", element=incident.element, to=to)
    _order(session, instance, deed, SKIP, {"at": incident.element, "to": to})
    _wake(instance, incident, deed, f"skipped {incident.element}")


def move(session: Session, programmes: Programmes, key: str, deed: Deed, *, to: str) -> None:
    """Take the case's token away and put it at the element `to`, its variables kept; its open tasks are withdrawn.

    Raises NotFound for an element that is not there, Unusable where a token could not go on from there.
    """
    instance = _at_work(session, key)
    incident = open_of(session, instance.id)
    at = incident.element if incident else instance.element
    check(_specification(session, programmes, instance), to, at)
    _record(session, instance, deed, "moved", element=at, to=to)
    first = {"at": incident.element if incident else "", "first": True}
    _order(session, instance, deed, MOVE, {"to": to, **(first if incident or instance.status == "new" else {})})
    _wake(instance, incident, deed, f"moved to {to}")


def change(session: Session, key: str, deed: Deed, *, name: str, value: Scalar) -> None:
    """Set a variable of the case's process to a plain JSON value; a stuck case tries again with it."""
    _check_variable(name, value)
    instance = _alive(session, key)
    incident = open_of(session, instance.id)
    at = incident.element if incident else ""
    _record(session, instance, deed, "variable_changed", element=at, name=name, value=value)
    _order(session, instance, deed, CHANGE, {"at": at, "name": name, "value": value})
    if instance.suspended_at is None:
        _wake(instance, incident, deed, f"{name} changed")


def cancel(session: Session, key: str, deed: Deed) -> None:
    """End a case's process for good; its open tasks and what was ordered for it are withdrawn."""
    instance = _alive(session, key)
    _record(session, instance, deed, "cancelled", element=instance.element)
    instance.status, instance.outcome, instance.ended_at = "ended", "cancelled", deed.now
    instance.due_at = instance.shape_id = instance.bindings = None
    instance.suspended_at = instance.suspended_until = instance.suspend_code = instance.suspend_reason = None
    ordered = (InboxRow.business_key == key, InboxRow.handled_at.is_(None), InboxRow.name.in_(ORDERS))
    session.execute(update(InboxRow).where(*ordered).values(handled_at=deed.now, result="withdrawn"))
    still_open = (TaskRow.instance_id == instance.id, TaskRow.status == "open")
    session.execute(update(TaskRow).where(*still_open).values(status="withdrawn", done_at=deed.now))
    if (incident := open_of(session, instance.id)) is not None:
        incident.resolved_at, incident.resolved_by = deed.now, deed.by
        incident.resolution = f"cancelled: {deed.reason}"
    session.flush()


def each(session: Session, incident_ids: Iterable[int], act: Callable[[str], None]) -> list[Outcome]:
    """Do the same to several stuck cases: `act` is given each business key; what is refused stops no other."""
    outcomes = []
    for number in incident_ids:
        known = session.get(Incident, number)
        key, refused = known.business_key if known else "", ""
        try:
            act(get_open(session, number).business_key)
        except (Conflict, NotFound, Unusable) as refusal:
            refused = str(refusal)
        outcomes.append(Outcome(number, key, refused))
    return outcomes


def offers(session: Session, programmes: Programmes, key: str) -> list[str]:
    """Give the elements to which the case's token may be moved, in the order of the diagram."""
    instance = history.latest_instance(session, key)
    incident = open_of(session, instance.id)
    return places(_specification(session, programmes, instance), incident.element if incident else instance.element)


def _record(session: Session, instance: Instance, deed: Deed, kind: str, *, element: str, **detail: Any) -> None:
    given: Mapping[str, Any] = {name: value for name, value in detail.items() if value != ""}
    words = {"who": deed.by, "kind": kind, "text": deed.reason.strip(), "now": deed.now}
    history.append(session, instance, element=element, detail=given, **words)  # type: ignore[arg-type]


def _order(session: Session, instance: Instance, deed: Deed, name: str, payload: Mapping[str, Any]) -> None:
    whole = {**payload, "by": deed.by, "reason": deed.reason}
    unique = f"{name}:{instance.id}:{instance.revision}"
    inbox.post(session, key=instance.business_key, name=name, payload=whole, unique_key=unique, now=deed.now)


def _wake(instance: Instance, incident: Incident | None, deed: Deed, how: str) -> None:
    if incident is not None:
        instance.due_at = incident.retry_at = deed.now
        incident.resolved_by, incident.resolution = deed.by, f"{how}: {deed.reason}"


def _alive(session: Session, key: str) -> Instance:
    instance = history.latest_instance(session, key, lock=True)
    if instance.status == "ended":
        message = f"the process of {key} has ended"
        raise Conflict(message)
    return instance


def _at_work(session: Session, key: str) -> Instance:
    instance = _alive(session, key)
    if instance.suspended_at is not None:
        message = f"{key} is suspended ({instance.suspend_reason}); resume it first"
        raise Conflict(message)
    return instance


def _stuck(session: Session, key: str) -> tuple[Instance, Incident]:
    instance = _at_work(session, key)
    incident = open_of(session, instance.id)
    if incident is None:
        message = f"{key} is not stuck"
        raise Conflict(message)
    return instance, incident


def _specification(session: Session, programmes: Programmes, instance: Instance) -> Specification:
    return programmes.of(session, instance.deployment_id).specification


def _check_variable(name: str, value: Scalar) -> None:
    if not name.isidentifier() or not name.isascii():
        message = f"a variable's name is made of letters, digits and _, not {name!r}"
        raise Unusable(message)
    if not (value is None or isinstance(value, str | bool | int | float)):
        message = f"a variable is a text, a number, true, false or null, not {value!r}"
        raise Unusable(message)
    if isinstance(value, int | float) and not (math.isfinite(value) and abs(value) < LARGEST_NUMBER):
        message = "a number must be finite, and whole ones shorter than 19 digits"
        raise Unusable(message)
    if isinstance(value, str) and len(value) > MOST_VARIABLE_TEXT:
        message = f"a text may have at most {MOST_VARIABLE_TEXT:,} characters"
        raise Unusable(message)
