"""Write computed moves in one short transaction: what is no longer as it was read is left out, and told."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from sqlalchemy import insert, select, update
from sqlalchemy.orm import Session

from engine.history import chained
from engine.migration.route import Move, Route, open_tasks
from engine.programmes import Programmes
from engine.tables import HistoryRow, Incident, Instance, TaskRow
from engine.waiting_since import MIGRATED


def write_moves(
    session: Session, route: Route, programmes: Programmes, moves: Sequence[Move], *, by: str, reason: str
) -> set[int]:
    """Write the moves whose cases are as they were read, under their locks; give the ids of those instances.

    The revision rises, so that a worker which computed on the older state must redo it.
    """
    ids = [move.number for move in moves]
    query = select(Instance).where(Instance.id.in_(ids)).order_by(Instance.id)
    locked = {each.id: each for each in session.scalars(query.with_for_update())}
    tasks = open_tasks(session, ids)
    same = [move for move in moves if _is_unchanged(move, locked, tasks)]
    rows = []
    for move in same:
        instance = locked[move.number]
        rows += _record(instance, _signed(move, by, reason))
        _write_instance(session, route, programmes, move, instance)
        _write_tasks(session, move)
        _rename_incidents(session, route, instance)
    if rows:
        session.execute(insert(HistoryRow), rows)
    session.flush()
    return {move.number for move in same}


def _is_unchanged(move: Move, locked: Mapping[int, Instance], tasks: Mapping[int, Mapping[str, TaskRow]]) -> bool:
    seen, now = move.standing.instance, locked.get(move.number)
    same = now is not None and (now.revision, now.status) == (seen.revision, seen.status)
    return same and tasks.get(move.number, {}).keys() == move.standing.tasks.keys()


def _signed(move: Move, by: str, reason: str) -> list[dict[str, Any]]:
    return [{**row, "who": by, "text": reason} if row["kind"] == MIGRATED else row for row in move.record]


def _record(instance: Instance, record: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    key, seq, head = instance.business_key, instance.history_seq, instance.history_head
    rows, instance.history_seq, instance.history_head = chained(
        record, key=key, instance_id=instance.id, seq=seq, head=head
    )
    return rows


def _write_instance(session: Session, route: Route, programmes: Programmes, move: Move, instance: Instance) -> None:
    instance.revision += 1
    instance.deployment_id = route.new.deployment.id
    advanced = move.advanced
    if advanced is not None and advanced.shape is not None:
        instance.shape_id = programmes.shape_id(session, route.new.deployment.id, advanced.shape)
        instance.bindings, instance.due_at = advanced.bindings, move.outcome.to_due_at
        instance.element, instance.stage = advanced.element, advanced.stage


def _write_tasks(session: Session, move: Move) -> None:
    for token, values in move.tasks.items():
        if values:
            session.execute(update(TaskRow).where(TaskRow.token == token).values(**values))


def _rename_incidents(session: Session, route: Route, instance: Instance) -> None:
    if instance.status == "stuck" and route.elements:
        unresolved = (Incident.instance_id == instance.id, Incident.resolved_at.is_(None))
        for incident in session.scalars(select(Incident).where(*unresolved)):
            incident.element = route.elements.get(incident.element, incident.element)
