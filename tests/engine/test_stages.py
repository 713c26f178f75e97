"""Cases that another system has brought to a stage go on from there; nothing is sent again, nothing ends today."""

from __future__ import annotations

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from engine import history, instances, operations
from engine.check.reading import read_diagram
from engine.instances import TakenOver
from engine.stages import stages_of, standing_in
from engine.tables import HistoryRow, Incident, OutboxRow
from tests.engine.moving import KEY, why_not
from tests.engine.toys import MONDAY, PAID, Drawing, World, after

DAY, TODAY = timedelta(days=1), MONDAY.date()


def dunning() -> Drawing:
    """Two reminders, each sent and waited for, then a call that a supervisor hears of when nobody makes it."""
    inner = Drawing()
    inner.start("s")
    for name in ("one", "two"):
        inner.say(f"send_{name}", stage=name)
        inner.add(
            f'<bpmn:receiveTask id="sent_{name}" messageRef="m_sent"><bpmn:extensionElements><s:properties>'
            f'<s:property name="stage" value="{name}"/></s:properties></bpmn:extensionElements></bpmn:receiveTask>'
        )
        inner.wait(f"wait_{name}", 'today + @"P7D"', stage=name)
    inner.ask("call", stage="phone")
    inner.boundary("late", "call", after('@"P3D"'), interrupting=False)
    inner.say("tell")
    inner.end("told")
    inner.end("e")
    inner.flow("s", "send_one", "sent_one", "wait_one", "send_two", "sent_two", "wait_two", "call", "e")
    inner.flow("late", "tell", "told")
    outer = Drawing()
    outer.start()
    outer.sub("collect", inner)
    outer.boundary("paid", "collect", PAID)
    outer.end("gave_up")
    outer.end("all_paid")
    outer.flow("start", "collect", "gave_up")
    outer.flow("paid", "all_paid")
    return outer


def take_over(world: World, stage: str, since: date) -> None:
    world.deploy(dunning())
    diagram = read_diagram(dunning().xml(), "toy")
    node = standing_in(diagram, stage)
    element, problem = (node.id, "") if node else ("", f"there is no stage {stage!r}")
    taken = TakenOver(stage, since, element, problem)
    now = world.clock.now()
    with world.database.unit_of_work() as session:
        instances.start(session, key=KEY, strategy="toy", now=now, taken_over=taken)
    world.facts[KEY] = {"today": now.date()}
    world.worker.run_due()


def said(world: World) -> int:
    with world.database.reading() as session:
        return len(session.scalars(select(OutboxRow)).all())


def rows(world: World) -> list[HistoryRow]:
    with world.database.reading() as session:
        return history.read(session, KEY)


def test_stages_come_in_the_order_of_the_flow_and_a_case_stands_behind_what_was_sent() -> None:
    diagram = read_diagram(dunning().xml(), "toy")
    assert stages_of(diagram) == ["one", "two", "phone"]
    found = {stage: standing_in(diagram, stage) for stage in ("one", "two", "phone", "court")}
    assert {stage: node and node.id for stage, node in found.items()} == {
        "one": "wait_one",
        "two": "wait_two",
        "phone": "call",
        "court": None,
    }


def test_a_case_goes_on_from_its_stage_and_its_wait_counts_from_then(world: World) -> None:
    take_over(world, "two", TODAY - 5 * DAY)
    instance = world.instance(KEY)
    assert (instance.stage, instance.element, said(world)) == ("two", "wait_two", 0)
    assert instance.due_at is not None
    assert instance.due_at.isoformat() == "2026-03-03T23:00:00+00:00"  # a week after it began, at midnight in Warsaw
    world.pass_days(2)
    assert world.instance(KEY).element == "call"
    assert said(world) == 0


def test_what_is_long_over_ends_tomorrow_at_the_earliest(world: World) -> None:
    take_over(world, "two", TODAY - 90 * DAY)
    assert world.worker.run_due().advanced == 0
    due = world.instance(KEY).due_at
    assert due is not None
    assert due.isoformat() == "2026-03-02T23:00:00+00:00"


def test_a_task_is_opened_and_what_accompanies_it_counts_from_then(world: World) -> None:
    take_over(world, "phone", TODAY - DAY)
    assert [task.element for task in world.tasks(KEY)] == ["call"]
    assert str(world.instance(KEY).due_at) == "2026-03-03 23:00:00+00:00"
    world.finish(KEY)
    assert world.instance(KEY).outcome == "gave_up"


def test_what_interrupts_the_stages_interrupts_a_case_that_was_taken_over(world: World) -> None:
    take_over(world, "one", TODAY)
    world.tell(KEY, "paid")
    world.worker.run_due()
    assert world.instance(KEY).outcome == "all_paid"


def test_the_record_says_which_stage_since_when_and_nothing_of_a_beginning_elsewhere(world: World) -> None:
    take_over(world, "two", TODAY - 5 * DAY)
    taken, started = rows(world)
    assert (taken.kind, taken.text, taken.who) == ("taken_over", "two", "duly")
    assert taken.detail == {"since": "2026-02-25", "element": "wait_two"}
    assert (started.kind, started.detail and started.detail["waiting"]) == ("started", ["wait_two"])
    with world.database.reading() as session:
        assert history.verify(session, KEY) == []


def test_a_stage_that_the_strategy_does_not_have_waits_for_a_person_who_puts_the_case_somewhere(world: World) -> None:
    take_over(world, "court", TODAY - DAY)
    assert (world.instance(KEY).status, said(world)) == ("stuck", 0)
    with world.database.reading() as session:
        (incident,) = session.scalars(select(Incident))
    assert incident.error == "Unusable: there is no stage 'court'"
    with world.database.unit_of_work() as session:
        deed = operations.Deed("ada", "it is to be called", world.clock.now())
        operations.move(session, world.worker.programmes, KEY, deed, to="call")
    world.worker.run_due()
    assert (world.instance(KEY).element, said(world)) == ("call", 0)


def test_a_case_that_has_still_to_be_put_at_its_stage_does_not_move_to_another_version_before(world: World) -> None:
    world.deploy(dunning())
    with world.database.unit_of_work() as session:
        taken = TakenOver("two", TODAY, "wait_two")
        instances.start(session, key=KEY, strategy="toy", now=world.clock.now(), taken_over=taken)
    world.deploy(dunning())
    assert why_not(world) == ["busy"]


@pytest.mark.parametrize("stage", ["one", "phone"])
def test_a_case_that_is_suspended_before_its_first_step_still_begins_where_it_stood(world: World, stage: str) -> None:
    world.deploy(dunning())
    element = standing_in(read_diagram(dunning().xml(), "toy"), stage)
    assert element is not None
    now = world.clock.now()
    world.facts[KEY] = {"today": now.date()}
    with world.database.unit_of_work() as session:
        instances.start(session, key=KEY, strategy="toy", now=now, taken_over=TakenOver(stage, TODAY, element.id))
        instances.suspend(session, key=KEY, by="ada", reason="dispute", now=now)
    world.worker.run_due()
    assert (world.instance(KEY).status, world.instance(KEY).element, said(world)) == ("suspended", element.id, 0)
