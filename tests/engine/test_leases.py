"""A claim is one worker's until its lease runs out; who slept past it keeps nothing; on both databases."""

from __future__ import annotations

import threading
from collections.abc import Callable
from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from engine import instances
from engine.clock import SystemClock
from engine.lease import LEASE, new_token
from engine.tables import HistoryRow, Incident, Instance, OutboxRow, TaskRow
from engine.worker import Worker
from engine.worker.claim import claim
from engine.worker.worker import BATCH
from tests.engine.toys import Drawing, World

MANY = 120
AFTER_THE_LEASE = SystemClock(LEASE + timedelta(seconds=1))
WEEK = timedelta(days=7)


@pytest.fixture
def waiting(world: World) -> World:
    """Cases that all wait for a week and then say something."""
    drawing = Drawing()
    drawing.start()
    drawing.wait("week")
    drawing.say("greet", operator="stumble")
    drawing.say("again")
    drawing.ask("ask")
    drawing.end()
    drawing.flow("start", "week", "greet", "again", "ask", "end")
    world.deploy(drawing)
    return world


def meanwhile(monkeypatch: pytest.MonkeyPatch, worker: Worker, happens: Callable[[], object]) -> None:
    """Let something happen after the worker has loaded its batch and before it computes and writes it."""
    load = worker._load

    def loaded(*arguments: object) -> object:
        cases = load(*arguments)  # type: ignore[arg-type]
        happens()
        return cases

    monkeypatch.setattr(worker, "_load", loaded)


def late_worker(world: World) -> Worker:
    """A worker for which the leases of now have run out."""
    worker = world.new_worker()
    worker._wall = AFTER_THE_LEASE
    return worker


def count(world: World, table: type) -> int:
    with world.database.reading() as session:
        return len(session.scalars(select(table)).all())


def test_who_sleeps_past_the_lease_cannot_commit(waiting: World, monkeypatch: pytest.MonkeyPatch) -> None:
    waiting.begin("case:1")
    waiting.clock.advance(WEEK)
    sleeper, heir = waiting.new_worker(), late_worker(waiting)
    meanwhile(monkeypatch, sleeper, heir.run_due)
    counts = sleeper.run_due()
    assert (counts.advanced, counts.incidents) == (0, 0)
    assert waiting.path_of("case:1").count("again") == 1
    assert count(waiting, OutboxRow) == 1
    assert len(waiting.tasks("case:1")) == 1


def test_who_sleeps_past_the_lease_leaves_it_to_its_heir(waiting: World, monkeypatch: pytest.MonkeyPatch) -> None:
    waiting.begin("case:1")
    waiting.clock.advance(WEEK)
    sleeper, now = waiting.new_worker(), waiting.clock.now()
    inherited: list[str] = []

    def inherits() -> None:
        with waiting.database.unit_of_work() as session:
            inherited.append(claim(session, now=now, wall=AFTER_THE_LEASE.now(), limit=1)[0])

    meanwhile(monkeypatch, sleeper, inherits)
    assert sleeper.run_due().advanced == 0
    assert [waiting.instance("case:1").lease_token] == inherited
    assert count(waiting, OutboxRow) == 0


def test_what_failed_for_one_who_slept_is_no_incident(waiting: World, monkeypatch: pytest.MonkeyPatch) -> None:
    waiting.begin("case:1")
    waiting.facts["case:1"] = {"broken": True}
    waiting.clock.advance(WEEK)
    sleeper, heir = waiting.new_worker(), late_worker(waiting)

    def inherits() -> None:
        waiting.facts.clear()
        heir.run_due()

    meanwhile(monkeypatch, sleeper, inherits)
    assert sleeper.run_due().incidents == 0
    assert count(waiting, Incident) == 0
    assert waiting.instance("case:1").status == "running"


def test_a_claim_never_gives_a_case_to_two(waiting: World) -> None:
    waiting.begin(*(f"case:{number}" for number in range(MANY)))
    waiting.clock.advance(WEEK)
    start, now, wall = threading.Barrier(4), waiting.clock.now(), SystemClock().now()

    def take(_number: int) -> list[int]:
        taken: list[int] = []
        start.wait()
        for _ in range(MANY):
            with waiting.database.unit_of_work() as session:
                taken += claim(session, now=now, wall=wall, limit=7)[1]
        return taken

    with ThreadPoolExecutor(4) as workers:
        taken = [each for some in workers.map(take, range(4)) for each in some]
    assert len(taken) == len(set(taken)) == MANY


def test_several_workers_share_the_work_and_do_it_once(waiting: World) -> None:
    waiting.begin(*(f"case:{number}" for number in range(2 * BATCH)))
    waiting.clock.advance(WEEK)
    with ThreadPoolExecutor(3) as pool:
        ran = [pool.submit(waiting.new_worker().run_due) for _ in range(3)]
    assert sum(each.result().advanced for each in ran) == 2 * BATCH
    assert count(waiting, OutboxRow) == count(waiting, TaskRow) == 2 * BATCH
    with waiting.database.reading() as session:
        assert session.scalars(select(Instance.lease_token).where(Instance.lease_token.is_not(None))).all() == []
        assert set(session.scalars(select(HistoryRow.seq))) == {1, 2}


def leased_to(world: World, token: str) -> None:
    world.begin("case:1")
    world.clock.advance(WEEK)
    with world.database.unit_of_work() as session:
        until = SystemClock().now() + LEASE
        session.execute(update(Instance).values(lease_token=token, lease_until=until))


def test_the_cases_of_a_process_that_was_killed_here_are_free_at_once(waiting: World) -> None:
    leased_to(waiting, new_token().replace(f":{new_token().split(':')[1]}:", f":{2**22 + 1}:"))
    worker = waiting.new_worker()
    assert worker.run_due().advanced == 0
    worker.recover()
    assert worker.run_due().advanced == 1


def test_the_cases_of_a_process_that_was_killed_elsewhere_are_free_after_the_lease(waiting: World) -> None:
    leased_to(waiting, "elsewhere:1:abc")
    worker = waiting.new_worker()
    worker.recover()
    assert worker.run_due().advanced == 0
    assert late_worker(waiting).run_due().advanced == 1


def test_a_worker_that_is_to_stop_ends_with_its_batch(waiting: World) -> None:
    worker = waiting.worker
    with waiting.database.unit_of_work() as session:
        for number in range(BATCH + 1):
            instances.start(session, key=f"case:{number}", strategy="toy", now=waiting.clock.now())
    assert worker.run_due(progress=lambda _count: worker.stopping.set()).advanced == BATCH
    assert worker.run_due().advanced == 0
    assert waiting.new_worker().run_due().advanced == 1
