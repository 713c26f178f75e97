"""People's tasks: take, pass on, postpone, finish, take back; whoever comes second is told who was first."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Select, or_, select, update
from sqlalchemy.orm import Session

from engine import history, inbox
from engine.deployments import unpacked
from engine.errors import Conflict, InvalidForm, NotFound
from engine.forms import as_json, validate
from engine.spiff.advance import TASK_DONE
from engine.tables import Deployment, Instance, TaskRow

NO_DELAY = timedelta()
CHANGED = "{!r} changed while it was open here: its case moved to another version of the strategy. Look at it again."
_FORMS: dict[tuple[str, str], dict[str, Any]] = {}  # by checksum and form: a deployment never changes
Guard = Callable[[Session, TaskRow, str, Mapping[str, Any]], None]


def open_tasks(now: datetime) -> Select[TaskRow]:
    """Give the query of what waits for people: open, not postponed, its case not suspended."""
    awake = or_(TaskRow.postponed_until.is_(None), TaskRow.postponed_until <= now)
    running = Instance.status.in_(("running", "new", "stuck"))
    query = select(TaskRow).join(Instance, Instance.id == TaskRow.instance_id)
    return query.where(TaskRow.status == "open", awake, running)


def get(session: Session, task_id: int) -> TaskRow:
    """Give a task by its id; raises NotFound."""
    task = session.get(TaskRow, task_id)
    if task is None:
        message = f"there is no task number {task_id}"
        raise NotFound(message)
    return task


def form_of(session: Session, task: TaskRow) -> dict[str, Any]:
    """Give the form's schema as it was deployed with the case's version."""
    query = select(Deployment.id, Deployment.checksum).join(Instance, Instance.deployment_id == Deployment.id)
    deployment, checksum = session.execute(query.where(Instance.id == task.instance_id)).one()
    known = (checksum, task.form)
    if known not in _FORMS:
        _FORMS[known] = _read_form(session, deployment, task)
    return _FORMS[known]


def _read_form(session: Session, deployment: int, task: TaskRow) -> dict[str, Any]:
    files = session.scalars(select(Deployment.files).where(Deployment.id == deployment)).one()
    path = f"forms/{task.form}.json"
    if path not in files:
        message = f"the deployed strategy of {task.business_key} has no form {task.form!r}"
        raise NotFound(message)
    schema: dict[str, Any] = json.loads(unpacked({path: files[path]})[path])
    return schema


def form_digest(session: Session, task: TaskRow) -> str:
    """Name the form as it is now: another version of the strategy may ask something else for the same task."""
    schema = form_of(session, task) if task.form else {}
    return hashlib.blake2b(json.dumps(schema, sort_keys=True).encode(), digest_size=8).hexdigest()


def _locked(session: Session, task_id: int) -> tuple[TaskRow, Instance]:
    """Give a task, and its case's process locked: the process first, as workers do, so that there is no deadlock."""
    task = get(session, task_id)
    instance = history.latest_instance(session, task.business_key, lock=True)
    session.refresh(task)
    return task, instance


def take(session: Session, task_id: int, *, by: str, now: datetime) -> None:
    """Make an open task one's own; Conflict when somebody else took it."""
    free = or_(TaskRow.assignee.is_(None), TaskRow.assignee == by)
    _change(session, task_id, {"assignee": by}, by=by, now=now, kind="task_taken", where=free)


def pass_on(session: Session, task_id: int, *, to: str, by: str, now: datetime) -> None:
    """Give an open task to a colleague."""
    _change(session, task_id, {"assignee": to}, by=by, now=now, kind="task_passed_on", text=to)


def postpone(session: Session, task_id: int, *, until: datetime, by: str, now: datetime) -> None:
    """Take a task off the list until a moment."""
    text = until.isoformat()
    _change(session, task_id, {"postponed_until": until}, by=by, now=now, kind="task_postponed", text=text)


def complete(
    session: Session,
    task_id: int,
    *,
    by: str,
    result: Mapping[str, Any],
    now: datetime,
    delay: timedelta = NO_DELAY,
    guard: Guard | None = None,
    shown: str | None = None,
) -> TaskRow:
    """Finish a task with its form's answers; wake the case afterwards. With a `delay` it can be undone until then.

    `shown` is the digest of the form that was answered (`form_digest`). Raises InvalidForm with the answers' errors,
    Conflict when another person was faster or the form has changed since it was shown, and what `guard` raises.
    """
    task, _ = _locked(session, task_id)
    if task.status == "open" and shown is not None and shown != form_digest(session, task):
        raise Conflict(CHANGED.format(task.name))
    clean = _checked(session, task, result, now)
    if guard is not None:
        guard(session, task, by, clean)
    done = {"status": "done", "done_at": now, "done_by": by, "result": clean}
    done["undo_until"] = now + delay if delay else None
    _set(session, task, done)
    payload = {"token": task.token, "result": clean, "by": by}
    key = f"{TASK_DONE}:{task.token}:{now.isoformat()}"
    inbox.post(
        session, key=task.business_key, name=TASK_DONE, payload=payload, unique_key=key, now=now, not_before=now + delay
    )
    return task


def _checked(session: Session, task: TaskRow, result: Mapping[str, Any], now: datetime) -> dict[str, Any]:
    known = {"today": now.date()}
    clean = as_json(validate(form_of(session, task), dict(result), known)) if task.form else {}
    if task.annotation_required and not str(clean.get("note") or "").strip():
        raise InvalidForm({"note": "Please write what was said or done: this task needs a note."})
    return clean


def undo(session: Session, task_id: int, *, by: str, now: datetime) -> TaskRow:
    """Take back a finished task while its delay has not passed."""
    task, instance = _locked(session, task_id)
    key = f"{TASK_DONE}:{task.token}:{task.done_at.isoformat()}" if task.done_at else ""
    if task.status != "done" or not inbox.withdraw(session, key, now=now):
        message = f"{task.name!r} can no longer be taken back: the case has gone on"
        raise Conflict(message)
    task.status, task.done_at, task.done_by, task.result, task.undo_until = "open", None, None, None, None
    history.append(session, instance, who=by, kind="task_undone", text=task.name, now=now)
    return task


def _change(
    session: Session,
    task_id: int,
    values: Mapping[str, Any],
    *,
    by: str,
    now: datetime,
    kind: str,
    text: str = "",
    where: Any = None,
) -> None:
    task, instance = _locked(session, task_id)
    _set(session, task, values, where)
    detail = {"task": task.name, "element": task.element}
    history.append(session, instance, who=by, kind=kind, text=text, detail=detail, now=now)


def _set(session: Session, task: TaskRow, values: Mapping[str, Any], where: Any = None) -> None:
    """Change an open task in one statement that only the first of two can win."""
    conditions = [TaskRow.id == task.id, TaskRow.status == "open", *([] if where is None else [where])]
    changed = session.execute(update(TaskRow).where(*conditions).values(**values))
    if not changed.rowcount:  # type: ignore[attr-defined]
        session.refresh(task)
        raise Conflict(_why_not(task))


def _why_not(task: TaskRow) -> str:
    if task.status == "done" and task.done_at is not None:
        return f"{task.name!r} was done by {task.done_by} on {task.done_at:%Y-%m-%d at %H:%M} UTC"
    if task.status == "withdrawn":
        return f"{task.name!r} is no longer needed: the case has gone on"
    return f"{task.name!r} was taken by {task.assignee}"
