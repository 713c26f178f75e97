"""What a person does to a case's process: it is done once, on record with its reason, also beside a working worker."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from sqlalchemy import select

from engine import history, inbox, incidents, instances, operations
from engine.errors import Conflict, NotFound, Unusable
from engine.operations import Deed
from engine.spiff.advance import TASK_DONE
from engine.tables import HistoryRow, InboxRow, Incident, OutboxRow
from tests.engine.toys import PAID, Drawing, World, after

DAY = timedelta(days=1)
WHY = "it was agreed"


def line() -> Drawing:
    """Say, stumble, ask (paid ends it), stumble again, wait a week."""
    drawing = Drawing()
    drawing.start()
    drawing.say("before", '"b"')
    drawing.say("act", operator="stumble")
    drawing.ask("ask", stage="asking")
    drawing.boundary("paid", "ask", PAID)
    drawing.say("again", "word", operator="stumble")
    drawing.wait("week", stage="waiting")
    for end in ("end", "all_paid"):
        drawing.end(end)
    drawing.flow("start", "before", "act", "ask", "again", "week", "end")
    drawing.flow("paid", "all_paid")
    return drawing


@pytest.fixture
def stuck(world: World) -> World:
    """One case that is stuck at its second step."""
    world.deploy(line())
    world.facts["case:1"] = {"broken": True}
    world.begin("case:1")
    return world


@pytest.fixture
def asked(world: World) -> World:
    """One case that waits for a person."""
    world.deploy(line())
    world.begin("case:1")
    return world


def do(world: World, act: Callable[..., object], key: str = "case:1", *parts: Any, **more: Any) -> None:
    """Do it as Anna, then let the worker go on."""
    with world.database.unit_of_work() as session:
        act(session, *parts, key, Deed("anna", WHY, world.clock.now()), **more)
    world.worker.run_due()


def skip(world: World, **more: Any) -> None:
    do(world, operations.skip, "case:1", world.worker.programmes, **more)


def move(world: World, to: str, key: str = "case:1") -> None:
    do(world, operations.move, key, world.worker.programmes, to=to)


def rows(world: World, kind: str) -> list[HistoryRow]:
    with world.database.reading() as session:
        assert history.verify(session, "case:1") == []
        wanted = (HistoryRow.business_key == "case:1", HistoryRow.kind == kind)
        return list(session.scalars(select(HistoryRow).where(*wanted).order_by(HistoryRow.seq)))


def said(world: World) -> list[str]:
    with world.database.reading() as session:
        return [row.payload["text"] for row in session.scalars(select(OutboxRow).order_by(OutboxRow.id))]


def results(world: World) -> list[str | None]:
    with world.database.reading() as session:
        return list(session.scalars(select(InboxRow.result).order_by(InboxRow.id)))


def incident(world: World) -> Incident:
    with world.database.reading() as session:
        return session.scalars(select(Incident).order_by(Incident.id.desc())).first() or Incident()


def test_a_skipped_step_counts_as_done_and_its_operator_is_not_called(stuck: World) -> None:
    skip(stuck)
    assert stuck.instance("case:1").status == "running"
    assert [task.element for task in stuck.tasks("case:1")] == ["ask"]
    assert said(stuck) == ["b"]
    assert stuck.path_of("case:1") == ["start", "before", "act"]
    (row,) = rows(stuck, "skipped")
    assert (row.who, row.text, row.element) == ("anna", WHY, "act")
    found = incident(stuck)
    assert (found.resolved_by, found.resolution) == ("anna", f"skipped act: {WHY}")


def test_several_skips_of_one_advance_add_up(world: World) -> None:
    drawing = Drawing()
    drawing.start()
    for name in ("one", "two"):
        drawing.say(name, operator="stumble")
    drawing.end()
    drawing.flow("start", "one", "two", "end")
    world.deploy(drawing)
    world.facts["case:1"] = {"broken": True}
    world.begin("case:1")
    skip(world)
    assert incident(world).element == "two"
    skip(world)
    assert world.instance("case:1").status == "ended"
    assert results(world) == ["delivered", "delivered"]


def test_a_gateway_that_fails_is_skipped_by_one_of_its_ways(world: World) -> None:
    drawing = Drawing()
    drawing.start()
    drawing.add('<bpmn:exclusiveGateway id="which"/>')
    drawing.ask("left")
    drawing.wait("right")
    drawing.end()
    drawing.flow("start", "which")
    drawing.flow_if("which", "left", "1 = 2")
    drawing.flow_if("which", "right", "1 = 3")
    drawing.flow("left", "end")
    drawing.flow("right", "end")
    world.deploy(drawing)
    world.begin("case:1")
    assert incident(world).element == "which"
    with pytest.raises(Unusable, match="say to which of left, right"):
        skip(world)
    with pytest.raises(Unusable, match="no flow leads"):
        skip(world, to="end")
    skip(world, to="right")
    assert world.instance("case:1").element == "right"


def test_a_wait_whose_time_cannot_be_told_is_named_and_can_be_skipped(world: World) -> None:
    drawing = Drawing()
    drawing.start()
    drawing.say("hello")
    drawing.wait("broken_wait", "nobody.knows + 1")
    drawing.ask("ask")
    drawing.end()
    drawing.flow("start", "hello", "broken_wait", "ask", "end")
    world.deploy(drawing)
    world.begin("case:1")
    assert incident(world).element == "broken_wait"
    skip(world)
    assert [task.element for task in world.tasks("case:1")] == ["ask"]


def test_a_stuck_case_is_moved_with_what_it_had_learnt_until_it_failed(stuck: World) -> None:
    assert incident(stuck).data == {"before_result": "b"}
    move(stuck, "ask")
    assert [task.element for task in stuck.tasks("case:1")] == ["ask"]
    assert said(stuck) == ["b"]
    (row,) = rows(stuck, "moved")
    assert (row.who, row.text, row.element, row.detail) == ("anna", WHY, "act", {"to": "ask"})
    stuck.finish("case:1")
    assert incident(stuck).data == {"before_result": "b", "done_by": "anna"}


def test_a_running_case_is_moved_and_its_open_task_is_withdrawn(asked: World) -> None:
    move(asked, "week")
    assert asked.tasks("case:1") == []
    assert len(asked.tasks("case:1", "withdrawn")) == 1
    instance = asked.instance("case:1")
    assert (instance.element, instance.stage, instance.due_at) == ("week", "waiting", asked.clock.now() + 7 * DAY)
    move(asked, "ask")
    assert len(asked.tasks("case:1")) == 1
    asked.tell("case:1", "paid")
    asked.worker.run_due()
    assert asked.instance("case:1").outcome == "all_paid"


def test_a_new_case_may_be_moved_before_its_first_step(world: World) -> None:
    world.deploy(line())
    with world.database.unit_of_work() as session:
        instances.start(session, key="case:1", strategy="toy", now=world.clock.now())
    move(world, "week")
    assert world.instance("case:1").element == "week"
    assert said(world) == []


def test_two_moves_are_done_one_after_the_other(asked: World) -> None:
    with asked.database.unit_of_work() as session:
        for to in ("act", "week"):
            deed = Deed("anna", to, asked.clock.now())
            operations.move(session, asked.worker.programmes, "case:1", deed, to=to)
    asked.worker.run_due()
    assert asked.instance("case:1").element == "week"
    assert results(asked) == ["delivered", "delivered"]
    assert [row.text for row in rows(asked, "moved")] == ["act", "week"]
    assert len(asked.tasks("case:1", "withdrawn")) == 1, "the question of the first move was never put"


def test_what_cannot_be_done_is_refused_in_words_and_changes_nothing(asked: World) -> None:
    before = asked.instance("case:1").revision
    with pytest.raises(NotFound, match="no element 'nothing'"):
        move(asked, "nothing")
    with pytest.raises(Unusable, match="choose the step after it"):
        move(asked, "start")
    with pytest.raises(Conflict, match="is not stuck"):
        skip(asked)
    with pytest.raises(Conflict, match="is not stuck"):
        do(asked, operations.retry)
    with pytest.raises(Unusable, match="say why"), asked.database.unit_of_work() as session:
        operations.cancel(session, "case:1", Deed("anna", " ", asked.clock.now()))
    assert asked.instance("case:1").revision == before


def test_a_suspended_case_must_be_resumed_before_it_is_moved(asked: World) -> None:
    with asked.database.unit_of_work() as session:
        instances.suspend(session, key="case:1", by="sue", reason="dispute", now=asked.clock.now())
    with pytest.raises(Conflict, match="resume it first"):
        move(asked, "week")


def test_a_move_that_a_suspension_overtook_is_dropped_and_says_so(asked: World) -> None:
    now = asked.clock.now()
    with asked.database.unit_of_work() as session:
        operations.move(session, asked.worker.programmes, "case:1", Deed("anna", WHY, now), to="week")
        instances.suspend(session, key="case:1", by="sue", reason="dispute", now=now)
    asked.worker.run_due()
    assert asked.instance("case:1").element == "ask"
    assert "resume it first" in rows(asked, "order_dropped")[0].text
    assert results(asked) == ["not_awaited"]


def test_an_order_for_a_case_that_went_another_way_is_dropped_and_says_so(world: World) -> None:
    drawing = Drawing()
    drawing.start()
    drawing.ask("ask")
    drawing.boundary("late", "ask", after('@"P3D"'))
    drawing.boundary("paid", "ask", PAID)
    drawing.say("act", operator="stumble")
    drawing.wait("calm")
    drawing.end()
    drawing.flow("start", "ask", "end")
    drawing.flow("late", "act", "end")
    drawing.flow("paid", "calm", "end")
    world.deploy(drawing)
    world.facts["case:1"] = {"broken": True}
    world.begin("case:1")
    world.pass_days(3)
    assert incident(world).element == "act"
    world.tell("case:1", "paid")
    skip(world)
    assert world.instance("case:1").element == "calm"
    assert results(world) == ["delivered", "not_awaited"]
    (row,) = rows(world, "order_dropped")
    assert (row.text, row.element) == ("the case went on without it", "act")


def answer(world: World, **result: Any) -> None:
    (task,) = world.tasks("case:1")
    payload = {"token": task.token, "result": result, "by": "ben"}
    now = world.clock.now()
    with world.database.unit_of_work() as session:
        inbox.post(session, key="case:1", name=TASK_DONE, payload=payload, unique_key="answer", now=now)
    world.worker.run_due()


def test_a_changed_variable_is_seen_by_the_step_that_failed_over_what_was_answered(asked: World) -> None:
    asked.facts["case:1"] = {"broken": True}
    answer(asked, word="wrong")
    assert "wrong" in incident(asked).error
    assert (incident(asked).data or {})["word"] == "wrong"
    do(asked, operations.change, name="word", value="right")
    assert "right" in incident(asked).error
    assert (incident(asked).data or {})["word"] == "right"
    asked.facts["case:1"] = {}
    do(asked, operations.retry)
    assert asked.instance("case:1").element == "week"
    (row,) = rows(asked, "variable_changed")
    assert row.detail == {"name": "word", "value": "right"}


def test_a_variable_of_a_running_case_is_changed_where_it_stands(asked: World) -> None:
    for name, value in (("word", "new"), ("count", 3), ("share", 0.5), ("sure", False), ("none", None)):
        do(asked, operations.change, name=name, value=value)
    asked.facts["case:1"] = {"broken": True}
    asked.finish("case:1")
    data = incident(asked).data or {}
    assert {name: data[name] for name in ("word", "count", "share", "sure", "none")} == {
        "word": "new",
        "count": 3,
        "share": 0.5,
        "sure": False,
        "none": None,
    }


@pytest.mark.parametrize("name", ["", "a b", "é", "1x"])
def test_a_variable_has_a_name(asked: World, name: str) -> None:
    with pytest.raises(Unusable, match="letters, digits"):
        do(asked, operations.change, name=name, value=1)


@pytest.mark.parametrize("value", [[1], {"a": 1}, float("nan"), 10**18, "x" * 10_001])
def test_a_variable_is_a_plain_value(asked: World, value: Any) -> None:
    with pytest.raises(Unusable):
        do(asked, operations.change, name="x", value=value)


def test_a_cancelled_case_has_ended_and_nothing_is_left_open(asked: World) -> None:
    do(asked, operations.cancel)
    instance = asked.instance("case:1")
    assert (instance.status, instance.outcome, instance.due_at) == ("ended", "cancelled", None)
    assert asked.tasks("case:1") == []
    assert rows(asked, "cancelled")[0].who == "anna"
    with pytest.raises(Conflict, match="has ended"):
        do(asked, operations.cancel)


def test_one_deed_for_all_that_are_stuck_tells_of_each_what_came_of_it(world: World) -> None:
    world.deploy(line())
    keys = [f"case:{number}" for number in range(1, 6)]
    world.facts |= {key: {"broken": True} for key in keys}
    world.begin(*keys)
    with world.database.reading() as session:
        numbers = sorted(each.id for each in incidents.unresolved(session))
    do(world, operations.cancel, "case:2")
    with world.database.unit_of_work() as session:
        deed = Deed("anna", WHY, world.clock.now())
        outcomes = operations.each(
            session,
            [*numbers, 999],
            lambda key: operations.move(session, world.worker.programmes, key, deed, to="ask"),
        )
    world.worker.run_due()
    assert [(each.key, bool(each.refused)) for each in outcomes] == [
        *((key, key == "case:2") for key in keys),
        ("", True),
    ]
    assert "no longer stuck" in outcomes[1].refused
    assert [len(world.tasks(key)) for key in keys] == [1, 0, 1, 1, 1]


def test_a_worker_that_is_at_it_just_then_computes_anew(asked: World, monkeypatch: pytest.MonkeyPatch) -> None:
    worker = asked.new_worker()
    write = worker._write

    def meanwhile(*args: object) -> object:
        monkeypatch.undo()
        with asked.database.unit_of_work() as session:
            deed = Deed("anna", WHY, asked.clock.now())
            operations.move(session, asked.worker.programmes, "case:1", deed, to="act")
        return write(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(worker, "_write", meanwhile)
    asked.tell("case:1", "paid")
    worker.run_due()
    assert asked.instance("case:1").outcome == "all_paid"
    assert results(asked) == ["delivered", "not_awaited"]


def test_a_stuck_case_that_was_suspended_and_resumed_is_no_longer_stuck(stuck: World) -> None:
    now = stuck.clock.now()
    with stuck.database.unit_of_work() as session:
        instances.suspend(session, key="case:1", by="sue", reason="dispute", now=now)
    stuck.facts["case:1"] = {}
    with stuck.database.unit_of_work() as session:
        instances.resume(session, key="case:1", by="sue", reason="over", now=now)
    stuck.worker.run_due()
    assert stuck.instance("case:1").status == "running"
    assert incident(stuck).resolved_at is not None


def test_an_operator_is_tried_again_as_its_own_policy_says(world: World) -> None:
    drawing = Drawing()
    drawing.start()
    drawing.say("act", operator="flicker")
    drawing.end()
    drawing.flow("start", "act", "end")
    world.deploy(drawing)
    world.begin("case:1")
    minute, seen = timedelta(minutes=1), []
    for _ in range(3):
        found = incident(world)
        seen.append((found.attempts, found.retry_at and found.retry_at - found.at))
        world.clock.advance(timedelta(hours=1))
        world.worker.run_due()
    assert seen == [(1, minute), (2, 3 * minute), (3, None)]


def test_places_are_offered_from_where_the_case_stands(asked: World) -> None:
    with asked.database.reading() as session:
        offered = operations.offers(session, asked.worker.programmes, "case:1")
    assert set(offered) == {"before", "act", "ask", "again", "week", "end", "all_paid"}
