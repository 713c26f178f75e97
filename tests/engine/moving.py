"""Two versions of toys, cases that stand on the first, and what moves them."""

from __future__ import annotations

from typing import Any

import orjson
from sqlalchemy import select

from engine.migration import Migration, Outcome, Plan
from engine.spiff.codec import load_shape
from engine.spiff.transfer import PREDICTED
from engine.tables import Deployment, HistoryRow, Instance, Shape
from tests.engine.toys import ZONE, World

KEY = "case:1"
TO_TWO = Plan("toy", 1, 2)


def migration(world: World) -> Migration:
    return Migration(world.database, world.worker.programmes, world.clock, ZONE, world.load_facts)


def move(world: World, plan: Plan = TO_TWO) -> Outcome:
    """Move the one case there is, as the dry run said it would."""
    (said,) = migration(world).dry_run(plan)
    (done,) = migration(world).run(plan, by="ada", reason="a better diagram")
    assert done == said
    return done


def why_not(world: World, plan: Plan = TO_TWO) -> list[str]:
    """Give the codes for which the one case cannot move; it stays as it is."""
    before = world.instance(KEY).revision
    outcome = move(world, plan)
    assert not outcome.can_move
    assert world.instance(KEY).revision == before
    return [refusal.code for refusal in outcome.refusals]


def version(world: World) -> int:
    with world.database.reading() as session:
        return session.get_one(Deployment, world.instance(KEY).deployment_id).version


def with_form(world: World, number: int, form: bytes) -> None:
    """Put a form into a stored version."""
    with world.database.unit_of_work() as session:
        row = session.scalars(select(Deployment).where(Deployment.version == number)).one()
        row.files = {**row.files, "forms/call.json": form.decode()}
        row.checksum = f"with form {number}"


def record(world: World) -> list[HistoryRow]:
    with world.database.reading() as session:
        query = select(HistoryRow).where(HistoryRow.business_key == KEY).order_by(HistoryRow.seq)
        return list(session.scalars(query))


def position(world: World, instance: Instance) -> Any:
    """Give the tree with its bindings in place; steps that are only ahead count alike however sure they are."""
    with world.database.reading() as session:
        shape = load_shape(session.get_one(Shape, instance.shape_id).body)
    return tree_of(shape, instance.bindings or b"")


def tree_of(shape: list[Any], bindings: bytes) -> Any:
    datas, values, _ = orjson.loads(bindings)
    _, subs, trees = shape

    def below(rows: dict[int, list[Any]], number: int) -> Any:
        name, _, _, children, state, _, data, value, internal, _ = rows[number]
        held = (datas[data] if data >= 0 else {}, values[value] if value >= 0 else {}, internal)
        return [name, 0 if state & PREDICTED else state, held, [below(rows, child) for child in children]]

    grown = [below({row[1]: row for row in tree}, tree[0][1]) for tree in trees]
    return [[sub[1:4] for sub in subs], grown]
