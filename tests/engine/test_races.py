"""Two at once, on two connections: one wins, the other is told, and nothing is done twice."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select, text
from sqlalchemy.orm import Session

from engine import history, inbox, instances, worklist
from engine.errors import Conflict, DulyError
from engine.tables import InboxRow, OutboxRow
from engine.worker import Worker
from engine.worker.write import write_batch
from tests.engine.toys import PAID, Drawing, World, after

Deed = Callable[[Session], object]
THREE_DAYS = timedelta(days=3)
PATIENCE_S = 30


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
    rival = Rival(world, second)
    with world.database.unit_of_work() as session:
        first(session)
        rival.begin()
    return rival.outcome()


class Rival:
    """Somebody who does a deed on a connection of their own, at the same time."""

    def __init__(self, world: World, deed: Deed) -> None:
        self.world, self.deed = world, deed
        self.begun, self.came = threading.Event(), list[BaseException | object]()
        self.thread = threading.Thread(target=self._compete, daemon=True)

    def begin(self) -> None:
        """Let the deed begin, and go on once it waits for a lock or is done."""
        self.thread.start()
        assert self.begun.wait(PATIENCE_S)
        while self.thread.is_alive() and not self._waits():
            pass

    def outcome(self) -> BaseException | object:
        self.thread.join(PATIENCE_S)
        return self.came[0]

    def _compete(self) -> None:
        self.begun.set()
        try:
            with self.world.database.unit_of_work() as session:
                self.came.append(self.deed(session))
        except DulyError as told:
            self.came.append(told)

    def _waits(self) -> bool:
        if self.world.database.is_sqlite:
            return True  # it cannot begin before the other has committed
        with self.world.database.reading() as session:
            waiting = "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = "
            return bool(session.scalar(text(f"{waiting} 'Lock'")))


def while_it_writes(world: World, worker: Worker, deed: Deed, monkeypatch: pytest.MonkeyPatch) -> Rival:
    """Run the worker, and let a rival begin after it has written and before it commits."""
    rival = Rival(world, deed)

    def write(session: Session, *arguments: Any) -> None:
        monkeypatch.undo()
        write_batch(session, *arguments)
        rival.begin()

    monkeypatch.setattr("engine.worker.worker.write_batch", write)
    worker.run_due()
    return rival


def before_it_writes(world: World, worker: Worker, deed: Deed, monkeypatch: pytest.MonkeyPatch) -> object:
    """Run the worker, and do a deed after it has computed and before it writes; give what came of the deed."""
    write, came = worker._write, list[object]()

    def meanwhile(*arguments: Any) -> Any:
        monkeypatch.undo()
        with world.database.unit_of_work() as session:
            came.append(deed(session))
        return write(*arguments)

    monkeypatch.setattr(worker, "_write", meanwhile)
    worker.run_due()
    return came[0]


def as_it_begins_to_write(
    world: World, worker: Worker, deed: Deed, monkeypatch: pytest.MonkeyPatch, midway: str = ""
) -> None:
    """Run the worker, and commit a deed that was done while the worker computed only once the worker waits for it.

    `midway` names the function of the worklist after which the worker begins to write, before the deed is whole.
    """
    write = worker._write
    computed, done = threading.Event(), threading.Event()

    def meanwhile(*arguments: Any) -> Any:
        monkeypatch.undo()
        computed.set()
        assert done.wait(PATIENCE_S)
        return write(*arguments)

    monkeypatch.setattr(worker, "_write", meanwhile)
    rival = Rival(world, lambda _session: None)
    rival.thread = threading.Thread(target=worker.run_due, daemon=True)
    rival.thread.start()
    assert computed.wait(PATIENCE_S)

    def let_write(*_: object) -> None:
        done.set()
        while rival.thread.is_alive() and not rival._waits():
            pass

    if midway:
        step = getattr(worklist, midway)
        monkeypatch.setattr(worklist, midway, lambda *arguments: let_write(step(*arguments)))
    with world.database.unit_of_work() as session:
        deed(session)
        let_write()
    rival.thread.join(PATIENCE_S)


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


# A timer and a person who finishes: whoever is kept first wins


def overdue(world: World) -> Worker:
    """Let the task's deadline pass; nobody has noticed yet."""
    world.clock.advance(THREE_DAYS)
    return world.new_worker()


def heard(world: World) -> list[str | None]:
    with world.database.reading() as session:
        return list(session.scalars(select(InboxRow.result).order_by(InboxRow.id)))


def test_a_finished_task_wins_over_its_overdue_timer(asked: World) -> None:
    deed, worker = finishing(asked, "anna"), overdue(asked)
    with asked.database.unit_of_work() as session:
        deed(session)
    worker.run_due()
    assert asked.instance("case:1").outcome == "done"


def test_a_task_finished_while_its_timer_is_computed_wins(asked: World, monkeypatch: pytest.MonkeyPatch) -> None:
    deed, worker = finishing(asked, "anna"), overdue(asked)
    before_it_writes(asked, worker, deed, monkeypatch)
    assert asked.instance("case:1").outcome == "done"
    assert [task.done_by for task in asked.tasks("case:1", "done")] == ["anna"]
    assert (heard(asked), count(asked, OutboxRow)) == (["delivered"], 0)


def test_a_task_that_is_being_finished_when_its_timer_is_written_wins(
    asked: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    deed, worker = finishing(asked, "anna"), overdue(asked)
    as_it_begins_to_write(asked, worker, deed, monkeypatch)
    assert asked.instance("case:1").outcome == "done"
    assert (heard(asked), count(asked, OutboxRow)) == (["delivered"], 0)


def test_who_finishes_a_task_whose_timer_is_being_written_is_told(
    asked: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    deed, worker = finishing(asked, "anna"), overdue(asked)
    told = while_it_writes(asked, worker, deed, monkeypatch).outcome()
    assert isinstance(told, Conflict)
    assert str(told) == "'Ask' is no longer needed: the case has gone on"
    assert asked.instance("case:1").outcome == "escalated"
    assert (heard(asked), count(asked, OutboxRow)) == ([], 1)


def test_a_task_that_is_being_taken_when_its_timer_is_written_locks_nobody_for_good(
    asked: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    deed, worker = taking(asked, "anna"), overdue(asked)
    as_it_begins_to_write(asked, worker, deed, monkeypatch, midway="_set")
    worker.run_due()
    assert asked.instance("case:1").outcome == "escalated"
    with asked.database.reading() as session:
        kinds = [row.kind for row in history.read(session, "case:1")]
        assert kinds.index("task_taken") < kinds.index("timer")
        assert history.verify(session, "case:1") == []


# A timer and a payment


@pytest.fixture
def owing(world: World) -> World:
    """One case that waits a week for a payment before it reminds."""
    inner = Drawing()
    inner.start("s")
    inner.wait("week")
    inner.say("remind")
    inner.wait("another")
    inner.end("e")
    inner.flow("s", "week", "remind", "another", "e")
    outer = Drawing()
    outer.start()
    outer.sub("collect", inner)
    outer.boundary("on_paid", "collect", PAID)
    outer.end("given_up")
    outer.end("all_paid")
    outer.flow("start", "collect", "given_up")
    outer.flow("on_paid", "all_paid")
    world.deploy(outer)
    world.begin("case:1")
    world.clock.advance(timedelta(days=7))
    return world


def paying(world: World) -> Deed:
    now = world.clock.now()
    return lambda session: inbox.post(session, key="case:1", name="paid", payload={}, unique_key="paid:1", now=now)


def count(world: World, table: type) -> int:
    with world.database.reading() as session:
        return len(session.scalars(select(table)).all())


def test_a_payment_wins_over_an_overdue_timer(owing: World) -> None:
    with owing.database.unit_of_work() as session:
        paying(owing)(session)
    owing.worker.run_due()
    assert owing.instance("case:1").outcome == "all_paid"
    assert count(owing, OutboxRow) == 0


def test_a_payment_that_comes_while_the_timer_is_computed_wins(owing: World, monkeypatch: pytest.MonkeyPatch) -> None:
    before_it_writes(owing, owing.new_worker(), paying(owing), monkeypatch)
    assert owing.instance("case:1").outcome == "all_paid"
    assert (heard(owing), count(owing, OutboxRow)) == (["delivered"], 0)


def test_a_payment_that_comes_while_the_timer_is_written_is_heard_next(
    owing: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    worker = owing.new_worker()
    assert while_it_writes(owing, worker, paying(owing), monkeypatch).outcome() is True
    worker.run_due()
    assert owing.instance("case:1").outcome == "all_paid"
    assert heard(owing) == ["delivered"]
    # PostgreSQL lets it in before the worker commits, and then it wins; SQLite lets one write after the other.
    assert count(owing, OutboxRow) == (1 if owing.database.is_sqlite else 0)


def test_a_payment_that_is_not_yet_kept_when_the_timer_is_written_is_heard_next(
    owing: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    worker = owing.new_worker()
    as_it_begins_to_write(owing, worker, paying(owing), monkeypatch)
    worker.run_due()
    assert owing.instance("case:1").outcome == "all_paid"
    assert heard(owing) == ["delivered"]


# A timer and a suspension


def suspending(world: World) -> Deed:
    now = world.clock.now()
    return lambda session: instances.suspend(session, key="case:1", by="anna", reason="a dispute", now=now)


def test_a_case_suspended_while_its_timer_is_computed_stays_where_it_was(
    owing: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    before_it_writes(owing, owing.new_worker(), suspending(owing), monkeypatch)
    frozen_before_the_reminder(owing)


def test_a_case_that_is_being_suspended_when_its_timer_is_written_stays_where_it_was(
    owing: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    as_it_begins_to_write(owing, owing.new_worker(), suspending(owing), monkeypatch)
    frozen_before_the_reminder(owing)


def frozen_before_the_reminder(world: World) -> None:
    instance = world.instance("case:1")
    assert (instance.status, instance.element, instance.lease_token) == ("suspended", "week", None)
    assert count(world, OutboxRow) == 0
    with world.database.unit_of_work() as session:
        instances.resume(session, key="case:1", by="anna", reason="settled", now=world.clock.now())
    world.worker.run_due()
    assert count(world, OutboxRow) == 1
    with world.database.reading() as session:
        assert history.verify(session, "case:1") == []


def test_a_case_suspended_while_its_timer_is_written_rests_behind_it(
    owing: World, monkeypatch: pytest.MonkeyPatch
) -> None:
    while_it_writes(owing, owing.new_worker(), suspending(owing), monkeypatch).outcome()
    instance = owing.instance("case:1")
    assert (instance.status, instance.element) == ("suspended", "another")
    assert count(owing, OutboxRow) == 1


def test_who_suspends_a_case_that_a_timer_is_ending_is_told(asked: World, monkeypatch: pytest.MonkeyPatch) -> None:
    worker = overdue(asked)
    told = while_it_writes(asked, worker, suspending(asked), monkeypatch).outcome()
    assert isinstance(told, Conflict)
    assert str(told) == "case:1 is ended; only a running case can be suspended"


# Two workers


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
