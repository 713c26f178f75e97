"""After a gap nothing rushes: what fell due is held, messages are heard, people get their time back."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from engine import gaps, holds, incidents, instances, measures, operations
from engine.outbox import Delivery, Dispatcher, Prepared, Receipt
from engine.tables import HistoryRow, InboxRow, Incident, Instance, OutboxRow
from tests.engine.toys import MONDAY, PAID, Drawing, World, after

DAY = timedelta(days=1)


def waiting() -> Drawing:
    """Wait a week for a payment, then say something and wait again."""
    drawing = Drawing()
    drawing.start()
    drawing.wait("week", stage="first")
    drawing.say("remind")
    drawing.wait("second_week", stage="second")
    drawing.end("done")
    drawing.flow("start", "week", "remind", "second_week", "done")
    return drawing


def paying() -> Drawing:
    """Wait a week, but for a payment only so long as nothing is paid."""
    inner = Drawing()
    inner.start("in")
    inner.wait("week")
    inner.say("remind")
    inner.end("out")
    inner.flow("in", "week", "remind", "out")
    drawing = Drawing()
    drawing.start()
    drawing.sub("collect", inner)
    drawing.boundary("paid", "collect", PAID)
    drawing.boundary("heard", "collect", '<bpmn:messageEventDefinition messageRef="m_sent"/>', interrupting=False)
    drawing.say("note")
    drawing.end("collected")
    drawing.end("settled")
    drawing.end("noted")
    drawing.flow("start", "collect", "collected")
    drawing.flow("paid", "settled")
    drawing.flow("heard", "note", "noted")
    return drawing


def asking() -> Drawing:
    """Ask a person, and tell the supervisor after three days."""
    drawing = Drawing()
    drawing.start()
    drawing.add(
        '<bpmn:userTask id="ask" name="Ask"><bpmn:extensionElements><s:properties>'
        '<s:property name="role" value="collector"/><s:property name="due" value="@&quot;P2D&quot;"/>'
        "</s:properties></bpmn:extensionElements></bpmn:userTask>"
    )
    drawing.boundary("late", "ask", after('@"P3D"'), interrupting=False)
    drawing.say("escalate")
    drawing.wait("week")
    for name in ("end", "told"):
        drawing.end(name)
    drawing.flow("start", "ask", "week", "end")
    drawing.flow("late", "escalate", "told")
    return drawing


def stand_still(world: World, days: float) -> gaps.Gap:
    """Let nothing be done for a while and be noticed."""
    with world.database.unit_of_work() as session:
        if gaps.last_beat(session) is None:
            gaps.beat(session, world.clock.now())
    world.clock.advance(timedelta(days=days))
    gap = noticed(world)
    assert gap is not None
    return gap


def noticed(world: World) -> gaps.Gap | None:
    with world.database.unit_of_work() as session:
        return gaps.notice(session, now=world.clock.now(), is_gap=lambda since, until: until - since > DAY)


def release(world: World, per_day: int | None = None) -> None:
    with world.database.unit_of_work() as session:
        holds.release(session, by="ada", now=world.clock.now(), per_day=per_day)
    keep(world)


def keep(world: World) -> None:
    """Do what a day brings to what is held."""
    with world.database.unit_of_work() as session:
        holds.let_go_portion(session, world.clock.now().date())
        holds.finish(session, world.clock.now())


def said(world: World, *keys: str) -> int:
    """Count what was said, for some cases or for all."""
    wanted = [OutboxRow.business_key.in_(keys)] if keys else []
    with world.database.reading() as session:
        return session.scalar(select(func.count(OutboxRow.id)).where(*wanted)) or 0


def get_stuck(session: Session, number: int) -> Incident:
    return incidents.report(session, number, incidents.Failure(ZeroDivisionError("x"), "ask"), now=MONDAY)


def stages(world: World, *keys: str) -> list[str]:
    return [world.instance(key).stage for key in keys]


CASES = [f"case:{number}" for number in range(1, 6)]


@pytest.fixture
def due(world: World) -> World:
    """Five cases whose wait ended while nothing was done, which is noticed."""
    world.deploy(waiting())
    world.begin(*CASES)
    world.clock.advance(6 * DAY)
    stand_still(world, 3)
    return world


def test_a_short_pause_is_no_gap(world: World) -> None:
    with world.database.unit_of_work() as session:
        gaps.beat(session, world.clock.now())
    world.clock.advance(DAY)
    assert noticed(world) is None
    with world.database.reading() as session:
        assert holds.open_holds(session) == []


def test_an_installation_that_never_worked_has_no_gap(world: World) -> None:
    world.clock.advance(90 * DAY)
    assert noticed(world) is None


def test_a_gap_is_noticed_once(due: World) -> None:
    assert noticed(due) is None
    with due.database.reading() as session:
        found = holds.open_holds(session)
        assert [hold.queue for hold in found] == ["cases", "messages"]
        assert holds.gaps_of(found) == [(MONDAY + 6 * DAY, MONDAY + 9 * DAY)]
        assert [holds.count(session, hold) for hold in found] == [5, 0]


def test_what_fell_due_in_the_gap_does_not_fire(due: World) -> None:
    assert due.worker.run_due().advanced == 0
    assert due.worker.wake("case:1").advanced == 0
    assert (said(due), stages(due, *CASES)) == (0, ["first"] * 5)


def test_what_falls_due_after_the_gap_goes_on_as_always(due: World) -> None:
    due.clock.advance(timedelta(minutes=1))
    due.begin("case:9")
    assert due.pass_days(7).advanced == 1
    assert (said(due), stages(due, "case:9")) == (1, ["second"])


def test_what_begins_at_the_very_moment_of_noticing_is_held_too(due: World) -> None:
    assert due.begin("case:9").started == 0
    release(due)
    assert due.worker.run_due().started == 1


def test_what_is_held_is_no_lag(due: World) -> None:
    def lag() -> measures.Waiting:
        with due.database.reading() as session:
            return measures.measure(session, now=due.clock.now(), wall=due.clock.now()).overdue

    assert lag() == measures.Waiting(0, 0.0)
    release(due, per_day=2)
    assert lag() == measures.Waiting(2, 2 * 86400.0)


def test_a_new_worker_keeps_to_the_hold(due: World) -> None:
    assert due.new_worker().run_due().advanced == 0


def test_all_of_it_is_let_go_at_once(due: World) -> None:
    release(due)
    due.worker.run_due()
    assert (said(due), stages(due, *CASES)) == (5, ["second"] * 5)
    assert {due.instance(key).due_at for key in CASES} == {MONDAY + 16 * DAY}  # the next wait begins when it is entered
    keep(due)
    with due.database.reading() as session:
        assert holds.open_holds(session) == []


def test_portions_follow_day_by_day_in_the_order_of_due_dates(due: World) -> None:
    release(due, per_day=2)
    due.worker.run_due()
    assert stages(due, *CASES) == ["second"] * 2 + ["first"] * 3
    keep(due)  # again on the same day
    assert due.worker.run_due().advanced == 0
    due.clock.advance(DAY)
    keep(due)
    due.worker.run_due()
    assert stages(due, *CASES) == ["second"] * 4 + ["first"]
    due.clock.advance(DAY)
    keep(due)
    due.worker.run_due()
    assert stages(due, *CASES) == ["second"] * 5


def test_what_was_let_go_is_held_again_while_it_is_not_done(due: World) -> None:
    release(due, per_day=2)
    due.worker.run_due()
    release(due)
    with due.database.unit_of_work() as session:
        assert holds.hold_again(session, by="ada", now=due.clock.now()) == 3
    assert due.worker.run_due().advanced == 0
    release(due, per_day=1)
    assert due.worker.run_due().advanced == 1


def test_a_pace_may_follow_upon_all_at_once(due: World) -> None:
    release(due)
    release(due, per_day=1)
    assert due.worker.run_due().advanced == 1


def test_a_payment_during_the_hold_is_heard_and_wins(world: World) -> None:
    world.deploy(paying())
    world.begin("case:1", "case:2")
    world.clock.advance(6 * DAY)
    stand_still(world, 3)
    world.tell("case:1", "paid")
    world.worker.run_due()
    assert world.instance("case:1").outcome == "settled"
    assert (world.instance("case:2").status, said(world)) == ("running", 0)


def test_a_message_that_leaves_the_wait_standing_does_not_fire_it(world: World) -> None:
    world.deploy(paying())
    world.begin("case:1")
    world.clock.advance(6 * DAY)
    stand_still(world, 3)
    world.tell("case:1", "sent")
    world.worker.wake("case:1")
    assert "note" in world.path_of("case:1")
    assert "remind" not in world.path_of("case:1")
    assert world.instance("case:1").due_at == MONDAY + 7 * DAY
    release(world)
    world.worker.run_due()
    assert "remind" in world.path_of("case:1")


def test_a_stuck_case_that_hears_a_message_does_not_fire_what_fell_due(world: World) -> None:
    world.deploy(paying())
    world.begin("case:1")
    with world.database.unit_of_work() as session:
        get_stuck(session, session.scalars(select(Instance.id)).one())
    world.clock.advance(6 * DAY)
    stand_still(world, 3)
    world.tell("case:1", "sent")
    world.worker.run_due()
    assert "note" in world.path_of("case:1")
    assert "remind" not in world.path_of("case:1")


def test_staff_deadlines_move_by_the_gap_and_debtors_waits_do_not(world: World) -> None:
    world.deploy(asking())
    world.deploy(waiting(), key="waiting")
    world.begin("case:1")
    world.begin("case:2", strategy="waiting")
    world.clock.advance(DAY)
    gap = stand_still(world, 4.25)
    (task,) = world.tasks("case:1")
    assert task.due_at == MONDAY + 2 * DAY + gap.length
    world.worker.run_due()
    assert said(world) == 0  # nobody is told on for days on which nothing could be done
    assert world.instance("case:1").due_at == MONDAY + 3 * DAY + gap.length
    assert world.instance("case:2").due_at == MONDAY + 7 * DAY
    world.clock.set(MONDAY + 3 * DAY + gap.length - timedelta(seconds=1))
    world.worker.run_due()
    assert (said(world, "case:1"), said(world, "case:2")) == (0, 1)
    world.clock.advance(timedelta(seconds=1))
    world.worker.run_due()
    assert said(world, "case:1") == 1


def test_in_one_case_the_deadline_of_people_moves_and_the_wait_for_the_debtor_does_not(world: World) -> None:
    drawing = Drawing()
    drawing.start()
    for gate in ("fork", "join"):
        drawing.add(f'<bpmn:parallelGateway id="{gate}"/>')
    drawing.ask("ask")
    drawing.boundary("late", "ask", after('@"P3D"'), interrupting=False)
    drawing.wait("week")
    drawing.end("told")
    drawing.end()
    drawing.flow("start", "fork", "ask", "join", "end")
    drawing.flow("fork", "week", "join")
    drawing.flow("late", "told")
    world.deploy(drawing)
    world.begin("case:1")
    stand_still(world, 5)
    world.worker.run_due()
    assert world.instance("case:1").due_at == MONDAY + 7 * DAY
    world.pass_days(2)
    assert world.instance("case:1").due_at == MONDAY + 8 * DAY


def test_a_moved_deadline_is_on_record_and_moved_once(world: World) -> None:
    world.deploy(asking())
    world.begin("case:1")
    stand_still(world, 4)
    world.worker.run_due()
    world.new_worker().run_due()
    assert world.instance("case:1").due_at == MONDAY + 7 * DAY
    with world.database.reading() as session:
        kinds = list(session.scalars(select(HistoryRow.kind).where(HistoryRow.kind == "deadlines_moved")))
        assert kinds == ["deadlines_moved"]


def test_who_finishes_late_because_of_the_gap_is_heard_before_any_deadline(world: World) -> None:
    world.deploy(asking())
    world.begin("case:1")
    stand_still(world, 5)
    world.finish("case:1")
    assert said(world) == 0
    assert world.instance("case:1").due_at == MONDAY + 12 * DAY


def test_tasks_that_people_got_during_the_gap_keep_their_deadlines(world: World) -> None:
    world.deploy(asking())
    with world.database.unit_of_work() as session:
        gaps.beat(session, world.clock.now())
    world.clock.advance(DAY)
    world.begin("case:1")
    stand_still(world, 2)
    world.worker.run_due()
    assert world.tasks("case:1")[0].due_at == MONDAY + 3 * DAY
    assert world.instance("case:1").due_at == MONDAY + 4 * DAY


def test_suspended_and_stuck_cases_are_not_woken_by_the_gap(world: World) -> None:
    world.deploy(asking())
    world.begin("case:1", "case:2")
    with world.database.unit_of_work() as session:
        one, two = session.scalars(select(Instance).order_by(Instance.id))
        instances.suspend(session, key=one.business_key, by="ada", reason="dispute", now=MONDAY)
        stuck = get_stuck(session, two.id)
    gap = stand_still(world, 4)
    assert world.worker.run_due().advanced == 0
    with world.database.reading() as session:
        assert list(session.scalars(select(InboxRow.business_key))) == ["case:2"]
    world.clock.advance(timedelta(minutes=1))
    with world.database.unit_of_work() as session:
        operations.retry(session, stuck.business_key, operations.Deed("ada", "mended", world.clock.now()))
    world.worker.run_due()
    assert world.instance("case:2").due_at == MONDAY + 3 * DAY + gap.length


def test_a_second_gap_during_a_hold_holds_everything_again(due: World) -> None:
    release(due, per_day=2)
    due.worker.run_due()
    due.clock.advance(DAY)
    due.begin("case:8")
    with due.database.unit_of_work() as session:
        gaps.beat(session, due.clock.now())
        holds.let_go_portion(session, due.clock.now().date())  # it is let go, and not done before the next gap
    stand_still(due, 8)
    assert due.worker.run_due().advanced == 0
    with due.database.reading() as session:
        found = holds.open_holds(session)
        assert [holds.count(session, hold) for hold in found] == [6, 2]
        assert len(holds.gaps_of(found)) == 2
    keep(due)  # the chosen pace goes on
    assert due.worker.run_due().advanced == 2
    assert stages(due, "case:3", "case:4", "case:5") == ["second", "second", "first"]


KILLED = """
import os, signal, sys
from datetime import datetime, timedelta
from engine.unit_of_work import Database
from engine.worker import worker
from tests.engine.toys import World
worker.BATCH = 2
world = World(Database(sys.argv[1]))
world.clock.set(datetime.fromisoformat(sys.argv[2]))
batches = []
def count(_number):
    batches.append(1)
    if len(batches) == 2:
        os.kill(os.getpid(), signal.SIGKILL)
world.worker.run_due(count)
"""


def test_a_kill_in_the_middle_of_a_release_loses_and_doubles_nothing(due: World) -> None:
    release(due)
    words = [sys.executable, "-c", KILLED, due.database.url, due.clock.now().isoformat()]
    killed = subprocess.run(words, check=False, env=dict(os.environ))
    assert killed.returncode == -signal.SIGKILL
    assert said(due) == 4
    worker = due.new_worker()
    worker.recover()
    keep(due)
    worker.run_due()
    keep(due)
    assert (said(due), stages(due, *CASES)) == (5, ["second"] * 5)
    with due.database.reading() as session:
        assert holds.open_holds(session) == []


class Voice:
    """A channel that hands out what it is given."""

    name = "voice"

    def __init__(self) -> None:
        self.said: list[str] = []

    def prepare(self, _session: object, rows: list[OutboxRow], _now: datetime) -> Prepared:
        return Prepared([Delivery((row.id,), row.key, row.key) for row in rows])

    def deliver(self, delivery: Delivery) -> Receipt:
        self.said.append(delivery.content)
        return Receipt()

    def sent(self, *_arguments: object) -> None:
        """Nothing more to do."""


def test_messages_of_the_gap_are_held_and_let_go_in_portions(world: World) -> None:
    voice = Voice()
    dispatcher = Dispatcher(world.database, world.clock, {"voice": voice}, lambda _session: True)  # type: ignore[dict-item]
    world.deploy(waiting())
    with world.database.unit_of_work() as session:
        for number in range(3):
            about = {"channel": "voice", "payload": {}, "created_at": MONDAY, "not_before": MONDAY}
            session.add(OutboxRow(key=f"old-{number}", business_key="case:1", **about))
        gaps.beat(session, MONDAY)
    stand_still(world, 3)
    with world.database.unit_of_work() as session:
        now = world.clock.now()
        new = {"channel": "voice", "payload": {}, "created_at": now, "not_before": now + timedelta(seconds=1)}
        session.add(OutboxRow(key="new", business_key="case:1", **new))
    world.clock.advance(timedelta(minutes=1))
    dispatcher.run_due()
    assert voice.said == ["new"]
    release(world, per_day=2)
    dispatcher.run_due()
    assert voice.said == ["new", "old-0", "old-1"]
    world.clock.advance(DAY)
    keep(world)
    dispatcher.run_due()
    assert voice.said == ["new", "old-0", "old-1", "old-2"]
    keep(world)
    with world.database.reading() as session:
        assert holds.open_holds(session) == []
