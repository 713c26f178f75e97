"""A move and somebody else at once, on two connections: one wins, the other is told, and nothing is lost."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy.orm import Session

from engine import history, worklist
from engine.errors import Conflict
from engine.migration import writing
from engine.migration.running import Migration
from tests.engine.moving import KEY, TO_TWO, migration, version, with_form
from tests.engine.test_migration import called
from tests.engine.test_races import at_once
from tests.engine.toys import World

Deed = Callable[[Session], object]


@pytest.fixture
def asked(world: World) -> World:
    """One case that waits for a person on version 1; version 2 asks something else."""
    world.deploy(called("call", "collector"))
    world.begin(KEY)
    world.deploy(called("call", "collector"))
    with_form(world, 1, b'{"components": []}')
    with_form(world, 2, b'{"components": [{"type": "text", "text": "Mind the gap"}]}')
    return world


def moving(world: World) -> Deed:
    """Write a move that was computed just now."""
    mover = migration(world)
    route = mover._route(TO_TWO)
    moves = mover._computed(route, [world.instance(KEY).id])
    return lambda session: writing.write_moves(session, route, mover.programmes, moves, by="ada", reason="x")


def finishing(world: World) -> Deed:
    (task,) = world.tasks(KEY)
    with world.database.reading() as session:
        shown = worklist.form_digest(session, task)
    now = world.clock.now()
    return lambda session: worklist.complete(session, task.id, by="anna", result={}, now=now, shown=shown)


def test_who_answers_a_form_that_moves_to_another_version_meanwhile_is_told(asked: World) -> None:
    told = at_once(asked, moving(asked), finishing(asked))
    assert isinstance(told, Conflict)
    assert "moved to another version" in str(told)
    assert version(asked) == 2
    (task,) = asked.tasks(KEY)
    assert task.status == "open"
    asked.finish(KEY)
    assert asked.instance(KEY).outcome == "end"


def test_a_task_that_is_finished_first_keeps_its_case_where_it_is_until_it_has_gone_on(asked: World) -> None:
    assert at_once(asked, finishing(asked), moving(asked)) == set()
    (told,) = migration(asked).run(TO_TWO, by="ada", reason="x")
    assert [refusal.code for refusal in told.refusals] == ["busy"]
    asked.worker.wake(KEY)
    assert (version(asked), asked.instance(KEY).outcome) == (1, "end")


def test_a_worker_that_computed_on_the_old_version_writes_nothing_and_does_it_again(
    asked: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    worker = asked.new_worker()
    write = worker._write

    def meanwhile(*args: object) -> object:
        monkeypatch.undo()
        with asked.database.unit_of_work() as session:
            assert len(moving(asked)(session)) == 1  # type: ignore[arg-type]
        return write(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(worker, "_write", meanwhile)
    asked.tell(KEY, "paid")
    asked.clock.advance(timedelta(minutes=1))
    worker.run_due()
    assert version(asked) == 2
    assert len(asked.tasks(KEY)) == 1
    with asked.database.reading() as session:
        assert history.verify(session, KEY) == []


def test_a_case_that_a_worker_advances_meanwhile_is_read_again_and_moves(
    asked: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    mover = migration(asked)
    compute = Migration._computed

    def meanwhile(self: Migration, *args: object) -> object:
        computed = compute(self, *args)  # type: ignore[arg-type]
        monkeypatch.undo()
        with asked.database.unit_of_work() as session:
            history.record(session, KEY, who="ben", kind="noted", now=asked.clock.now(), text="spoke to him")
        return computed

    monkeypatch.setattr(Migration, "_computed", meanwhile)
    (outcome,) = mover.run(TO_TWO, by="ada", reason="x")
    assert outcome.can_move
    assert version(asked) == 2
    with asked.database.reading() as session:
        assert history.verify(session, KEY) == []
