"""Two at once, on two connections: one wins, the other is told, and nothing is done twice."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import inbox, worklist
from engine.errors import Conflict
from engine.tables import InboxRow, OutboxRow
from tests.engine.toys import Drawing, World, after

Deed = Callable[[Session], object]
HEAD_START_S = 0.2
THREE_DAYS = timedelta(days=3)


@pytest.fixture
def asked(world: World) -> World:
    """One case that waits for a person for three days at most."""
    drawing = Drawing()
    drawing.start()
    drawing.ask("ask", stage="asking")
    drawing.boundary("late", "ask", after('@"P3D"'))
    drawing.say("escalate")
    drawing.end("done")
    drawing.end("escalated")
    drawing.flow("start", "ask", "done")
    drawing.flow("late", "escalate", "escalated")
    world.deploy(drawing)
    world.begin("case:1")
    return world


def at_once(world: World, first: Deed, second: Deed) -> BaseException | object:
    """Do `second` on a connection of its own while `first` is done but not committed; give what came of it."""
    came: list[BaseException | object] = []

    def compete() -> None:
        try:
            with world.database.unit_of_work() as session:
                came.append(second(session))
        except Conflict as told:
            came.append(told)

    rival = threading.Thread(target=compete)
    with world.database.unit_of_work() as session:
        first(session)
        rival.start()
        time.sleep(HEAD_START_S)
    rival.join(timeout=30)
    return came[0]


def finishing(world: World, by: str) -> Deed:
    (task,) = world.tasks("case:1")
    return lambda session: worklist.complete(session, task.id, by=by, result={}, now=world.clock.now())


def taking(world: World, by: str) -> Deed:
    (task,) = world.tasks("case:1")
    return lambda session: worklist.take(session, task.id, by=by, now=world.clock.now())


def test_of_two_who_finish_at_once_one_wins_and_the_other_is_told_who_and_when(asked: World) -> None:
    told = at_once(asked, finishing(asked, "anna"), finishing(asked, "ben"))
    assert isinstance(told, Conflict)
    assert str(told) == "'Ask' was done by anna on 2026-03-02 at 08:00 UTC"
    asked.worker.wake("case:1")
    assert asked.instance("case:1").outcome == "done"
    assert [task.done_by for task in asked.tasks("case:1", "done")] == ["anna"]


def test_of_two_who_take_at_once_the_second_is_told_who_has_it(asked: World) -> None:
    told = at_once(asked, taking(asked, "anna"), taking(asked, "ben"))
    assert isinstance(told, Conflict)
    assert str(told) == "'Ask' was taken by anna"
    assert [task.assignee for task in asked.tasks("case:1")] == ["anna"]


def test_a_message_that_two_post_at_once_is_posted_once(asked: World) -> None:
    def posting(session: Session) -> bool:
        now = asked.clock.now()
        return inbox.post(session, key="case:1", name="paid", payload={}, unique_key="paid:1", now=now)

    assert at_once(asked, posting, posting) is False
    with asked.database.reading() as session:
        assert len(session.scalars(select(InboxRow)).all()) == 1


def test_a_finished_task_wins_over_its_overdue_timer(asked: World) -> None:
    deed = finishing(asked, "anna")
    asked.clock.advance(THREE_DAYS)
    with asked.database.unit_of_work() as session:
        deed(session)
    asked.worker.run_due()
    assert asked.instance("case:1").outcome == "done"


def test_a_timer_that_fired_first_goes_its_way_and_the_answer_stays_on_record(
    asked: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    deed, worker = finishing(asked, "anna"), asked.new_worker()
    write = worker._write

    def meanwhile(*args: object) -> object:
        monkeypatch.undo()
        with asked.database.unit_of_work() as session:
            deed(session)
        return write(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(worker, "_write", meanwhile)
    asked.clock.advance(THREE_DAYS)
    worker.run_due()
    assert asked.instance("case:1").outcome == "escalated"
    with asked.database.reading() as session:
        assert [row.result for row in session.scalars(select(InboxRow))] == ["ended"]
        assert len(session.scalars(select(OutboxRow)).all()) == 1


def test_two_workers_at_once_advance_a_case_once(asked: World, monkeypatch: pytest.MonkeyPatch) -> None:
    slow, quick = asked.new_worker(), asked.new_worker()
    load = slow._load

    def meanwhile(*args: object) -> object:
        assert quick.run_due().advanced == 0, "a case that one worker has claimed was claimed by another"
        return load(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(slow, "_load", meanwhile)
    asked.clock.advance(THREE_DAYS)
    assert slow.run_due().advanced == 1
    assert asked.path_of("case:1").count("escalate") == 1
