"""Write a computed batch in one short transaction: one executemany per table, revision and token checked."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from datetime import datetime
from functools import cache
from itertools import groupby
from typing import Any

from sqlalchemy import Insert, Table, bindparam, func, insert, select, update
from sqlalchemy.orm import Session

from engine.catalogue import Routing
from engine.errors import Conflict
from engine.history import chained
from engine.programmes import Programmes
from engine.spiff.advance import OpenTask
from engine.tables import HistoryRow, InboxRow, Incident, Instance, OutboxRow, TaskRow
from engine.worker.compute import Computed

INSTANCE: Table = Instance.__table__  # type: ignore[assignment]
TASK: Table = TaskRow.__table__  # type: ignore[assignment]
INBOX: Table = InboxRow.__table__  # type: ignore[assignment]
OUTBOX: Table = OutboxRow.__table__  # type: ignore[assignment]
HISTORY: Table = HistoryRow.__table__  # type: ignore[assignment]
INCIDENT: Table = Incident.__table__  # type: ignore[assignment]
UPDATED = (
    *("status", "stage", "element", "due_at", "shape_id", "bindings", "revision", "lease_until", "lease_token"),
    *("history_seq", "history_head", "outcome", "ended_at", "suspended_at", "suspended_until", "suspend_code"),
    "suspend_reason",
)
# Put together once: what is put together anew is compiled or looked up anew with each batch.
ADVANCE = (
    update(INSTANCE)
    .where(
        INSTANCE.c.id == bindparam("b_id"),
        INSTANCE.c.revision == bindparam("b_revision"),
        INSTANCE.c.lease_token == bindparam("b_token"),
    )
    .values({name: bindparam(name) for name in UPDATED})
)
WITHDRAW = (
    update(TASK)
    .where(TASK.c.token == bindparam("b_token"), TASK.c.status == "open")
    .values(status="withdrawn", done_at=bindparam("done_at"))
)
HANDLE = (
    update(INBOX)
    .where(INBOX.c.id == bindparam("b_id"))
    .values(handled_at=bindparam("handled_at"), result=bindparam("result"))
)
UNHEARD = (
    select(INBOX.c.unique_key)
    .where(INBOX.c.business_key.in_(bindparam("keys", expanding=True)))
    .where(INBOX.c.handled_at.is_(None), INBOX.c.not_before <= bindparam("now"))
)


def write_batch(session: Session, batch: Sequence[Computed], programmes: Programmes, token: str, now: datetime) -> None:
    """Write all of it, or raise: Conflict where an instance is no longer as it was claimed."""
    records = [_record(each) for each in batch]
    shapes = [_shape_id(session, each, programmes) for each in batch]
    instances = [
        {**_instance_row(each, token, now), "shape_id": shape, "history_seq": seq, "history_head": head}
        for each, shape, (_, seq, head) in zip(batch, shapes, records, strict=True)
    ]
    _update_instances(session, instances)
    _many(session, HISTORY, [row for rows, _, _ in records for row in rows])
    _write_tasks(session, batch, now)
    _write_messages(session, batch, now)
    _write_domain(session, batch)
    resolved = [{"b_instance": each.case.instance.id} for each in batch if _freed(each)]
    if resolved:
        session.connection().execute(_resolve(now), resolved)


def _freed(each: Computed) -> bool:
    """Tell whether the case was stuck, perhaps before it was suspended, and has gone on."""
    was = each.case.instance.status
    return was == "stuck" or (was == "suspended" and each.status != "suspended")


def refuse_unheard(session: Session, batch: Sequence[Computed], now: datetime) -> None:
    """Raise Conflict where a message came while a written case was computed: it wins over what was not yet kept.

    Call it last: by now the cases' rows are locked, and a person who was finishing one of their tasks has finished.
    """
    keys = [each.case.instance.business_key for each in batch]
    own = {row["unique_key"] for each in batch for row in each.write.messages}
    if set(session.connection().scalars(UNHEARD, {"keys": keys, "now": now})) - own:
        raise Conflict("a message came while the case was computed: it is computed again")


def _record(each: Computed) -> tuple[list[dict[str, Any]], int, str]:
    instance = each.case.instance
    return chained(
        each.write.record,
        key=instance.business_key,
        instance_id=instance.id,
        seq=instance.history_seq,
        head=instance.history_head,
    )


def _shape_id(session: Session, each: Computed, programmes: Programmes) -> int | None:
    shape = each.advanced.shape
    return None if shape is None else programmes.shape_id(session, each.case.instance.deployment_id, shape)


def _instance_row(each: Computed, token: str, now: datetime) -> dict[str, Any]:
    instance, advanced = each.case.instance, each.advanced
    return {
        "b_id": instance.id,
        "b_revision": instance.revision,
        "b_token": token,
        "status": each.status,
        "stage": advanced.stage,
        "element": advanced.element,
        "due_at": advanced.due_at,
        "bindings": advanced.bindings,
        "revision": instance.revision + 1,
        "lease_until": None,
        "lease_token": None,
        "outcome": advanced.element if advanced.ended else None,
        "ended_at": now if advanced.ended else None,
        "suspended_at": each.suspended_at,
        "suspended_until": each.suspended_until,
        "suspend_code": instance.suspend_code if each.status == "suspended" else None,
        "suspend_reason": instance.suspend_reason if each.status == "suspended" else None,
    }


def _update_instances(session: Session, rows: Sequence[dict[str, Any]]) -> None:
    changed = session.connection().execute(ADVANCE, rows).rowcount
    if changed != len(rows):
        message = f"{len(rows) - changed} of {len(rows)} cases changed while they were computed"
        raise Conflict(message)


def _write_tasks(session: Session, batch: Sequence[Computed], now: datetime) -> None:
    _many(session, TASK, [_task_row(each, task, now) for each in batch for task in each.advanced.opened])
    withdrawn = [{"b_token": token, "done_at": now} for each in batch for token in sorted(each.advanced.closed)]
    if withdrawn:
        session.connection().execute(WITHDRAW, withdrawn)


def _task_row(each: Computed, task: OpenTask, now: datetime) -> dict[str, Any]:
    routing = each.case.facts.routing.get(task.role, Routing())
    return {
        "instance_id": each.case.instance.id,
        "business_key": each.case.instance.business_key,
        "token": task.token,
        "element": task.element,
        "name": task.name,
        "form": task.form,
        "role": task.role,
        "stage": task.stage or each.advanced.stage,
        "group_key": routing.group_key,
        "assignee": routing.assignee,
        "priority": routing.priority,
        "instructions": task.instructions,
        "due_at": task.due_at,
        "annotation_required": task.annotation_required,
        "four_eyes": task.four_eyes,
        "created_at": now,
    }


def _write_messages(session: Session, batch: Sequence[Computed], now: datetime) -> None:
    handled = [
        {"b_id": id_, "handled_at": now, "result": result}
        for each in batch
        for id_, result in each.advanced.results.items()
    ]
    if handled:
        session.connection().execute(HANDLE, handled)
    _many(session, OUTBOX, [row for each in batch for row in each.write.outgoing])
    _many(session, INBOX, _unsent(session, [row for each in batch for row in each.write.messages]))


def _unsent(session: Session, rows: Sequence[dict[str, Any]]) -> list[dict[str, Any]]:
    """Leave out messages that were posted before (a step that is redone posts them again)."""
    keys = [row["unique_key"] for row in rows]
    known = set(session.scalars(select(InboxRow.unique_key).where(InboxRow.unique_key.in_(keys)))) if keys else set()
    return [row for row in rows if row["unique_key"] not in known]


def _write_domain(session: Session, batch: Sequence[Computed]) -> None:
    """Write the operators' own rows, grouped by table and columns, in the order of the cases."""
    rows = [row for each in batch for row in each.write.rows]
    for _, group in groupby(sorted(rows, key=_shape_of_row), key=_shape_of_row):
        together = list(group)
        _many(session, together[0][0], [row for _, row in together])
    for table, where, values in (change for each in batch for change in each.write.updates):
        session.connection().execute(
            update(table).where(*(table.c[name] == value for name, value in where.items())).values(**values)
        )


def _shape_of_row(pair: tuple[Table, dict[str, Any]]) -> tuple[str, tuple[str, ...]]:
    return pair[0].name, tuple(sorted(pair[1]))


def _many(session: Session, table: Table, rows: Iterable[dict[str, Any]]) -> None:
    if rows := list(rows):
        session.connection().execute(_into(table), rows)


@cache
def _into(table: Table) -> Insert:
    return insert(table)


def _resolve(now: datetime) -> Any:
    is_open = (INCIDENT.c.instance_id == bindparam("b_instance"), INCIDENT.c.resolved_at.is_(None))
    by = {"resolved_by": func.coalesce(INCIDENT.c.resolved_by, "duly")}
    how = {"resolution": func.coalesce(INCIDENT.c.resolution, "went on")}
    return update(INCIDENT).where(*is_open).values(resolved_at=now, **by, **how)
