"""What bites in SpiffWorkflow, each under its number: put right in the engine, or refused before it is deployed."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select

from engine import incidents, instances, operations
from engine.check import check
from engine.errors import Unusable
from engine.spiff.parsing import parse
from engine.tables import InboxRow, Incident
from engine.unit_of_work import Database
from tests.check.diagrams import (
    chain,
    diagram,
    end,
    flow,
    message_inner,
    node,
    start,
    subprocess,
    timer,
)
from tests.check.toys import codes, found
from tests.engine.toys import CATALOGUE, MONDAY, PAID, ZONE, Drawing, World, after, table
from tests.engine.walks.diagrams import Hard, each, every, times
from tests.engine.walks.engines import Ours

TURNS = 300


@pytest.fixture
def world(database: Database) -> World:
    return World(database)


def elements(world: World) -> list[str]:
    return [task.element for task in world.tasks("case:1")]


def one_step(step: str) -> bytes:
    return diagram(start(), step, end(), chain("start", "x", "end"))


def reminders() -> Hard:
    """Remind every week for as long as it takes; `paid` ends it."""
    inner = Hard()
    inner.start("s")
    inner.gateway("exclusive", "again")
    inner.say("remind")
    inner.wait("week")
    inner.end("e")
    inner.flow("s", "again", "remind", "week", "more")
    inner.again("more", "again", "e")
    drawing = Hard()
    drawing.start()
    drawing.sub("collect", inner)
    drawing.boundary("paid", "collect", PAID)
    drawing.end()
    drawing.end("all_paid")
    drawing.flow("start", "collect", "end")
    drawing.flow("paid", "all_paid")
    return drawing


def test_01_a_payment_wins_over_an_overdue_timer(world: World) -> None:
    world.deploy(reminders())
    world.begin("case:1")
    world.tell("case:1", "paid")
    world.pass_days(30)
    assert (world.instance("case:1").outcome, len(world.said())) == ("all_paid", 1)


def test_01_overdue_timers_fire_in_the_order_of_time_and_what_follows_begins_then(world: World) -> None:
    drawing = Hard()
    drawing.start()
    drawing.gateway("parallel", "fork")
    drawing.wait("long", '@"P3D"')
    drawing.wait("short", '@"P1D"')
    drawing.say("third", '"third"')
    drawing.say("first", '"first"')
    drawing.wait("next", '@"P5D"')
    drawing.end()
    drawing.flow("start", "fork", "long", "third", "end")
    drawing.flow("fork", "short", "first", "next", "end")
    world.deploy(drawing)
    world.begin("case:1")
    world.pass_days(10)
    assert world.said() == ["first", "third"]
    assert world.instance("case:1").due_at == world.clock.now() + timedelta(days=5)


def turns(drawing: Drawing) -> tuple[Ours, list[int]]:
    """Run through 300 turns of a wait; give the engine and its state's size after each."""
    sizes = []
    engine = Ours(drawing.xml(), MONDAY)
    for _turn in range(TURNS):
        assert engine.due is not None
        engine.step(engine.due)
        sizes.append(engine.size)
    return engine, sizes


def test_02_a_loop_of_300_turns_neither_stalls_nor_grows() -> None:
    engine, sizes = turns(reminders())
    assert len(engine.calls) == TURNS + 1
    assert sizes[-1] == sizes[4]


def test_02_a_loop_of_300_turns_beside_a_person_neither_stalls_nor_grows() -> None:
    drawing = Hard()
    drawing.start()
    for kind, name in (("parallel", "fork"), ("parallel", "join"), ("exclusive", "again")):
        drawing.gateway(kind, name)
    drawing.ask("ask")
    drawing.say("remind")
    drawing.wait("week")
    drawing.end()
    drawing.flow("start", "fork", "ask", "join", "end")
    drawing.flow("fork", "again", "remind", "week", "more")
    drawing.again("more", "again", "join")
    engine, sizes = turns(drawing)
    assert len(engine.calls) == TURNS + 1
    assert sizes[-1] == sizes[4]


def test_02_a_reminder_without_end_beside_a_task_does_not_pile_up() -> None:
    drawing = Hard()
    drawing.start()
    drawing.ask("ask")
    drawing.boundary("again", "ask", every("R/P1D"), interrupting=False)
    drawing.say("remind")
    drawing.end("reminded")
    drawing.end()
    drawing.flow("start", "ask", "end")
    drawing.flow("again", "remind", "reminded")
    engine, sizes = turns(drawing)
    assert len(engine.calls) == TURNS
    assert sizes[-1] == sizes[4]


def test_02_a_tree_far_deeper_than_1000_in_one_advance(world: World) -> None:
    drawing = Hard()
    drawing.start()
    drawing.gateway("exclusive", "again")
    drawing.say("turn", 'if turn_result = null then "x" else turn_result + "x"')
    drawing.gateway("exclusive", "enough", default="again")
    drawing.ask("then")
    drawing.end()
    drawing.flow("start", "again", "turn", "enough", "again")
    drawing.flow_if("enough", "then", "string length(turn_result) = 400")
    drawing.flow("then", "end")
    world.deploy(drawing)
    world.begin("case:1")
    assert world.path_of("case:1").count("turn") == 400
    assert elements(world) == ["then"]
    world.finish("case:1")
    assert world.instance("case:1").outcome == "end"


def test_03_a_join_in_a_loop_waits_for_all_branches_in_any_order(world: World) -> None:
    drawing = Hard()
    drawing.start()
    for kind, name in (("exclusive", "again"), ("parallel", "fork"), ("parallel", "join")):
        drawing.gateway(kind, name)
    drawing.ask("a")
    drawing.ask("b")
    drawing.say("joined")
    drawing.flow("start", "again", "fork", "a", "join", "joined", "again")
    drawing.flow("fork", "b", "join")
    world.deploy(drawing)
    world.begin("case:1")
    for order in (0, 1, 0, 1, 1, 0):
        before = len(world.said())
        world.finish("case:1", order)
        assert (len(elements(world)), len(world.said())) == (1, before)
        world.finish("case:1")
        assert (sorted(elements(world)), len(world.said())) == (["a", "b"], before + 1)


@pytest.mark.parametrize("one_by_one", [False, True])
def test_04_a_repeated_step_directly_behind_a_boundary_event(world: World, *, one_by_one: bool) -> None:
    drawing = Hard()
    drawing.start()
    drawing.ask("ask")
    drawing.boundary("late", "ask", after('@"P1D"'))
    drawing.ask_each("each", times("2", one_by_one=one_by_one))
    drawing.end()
    drawing.flow("start", "ask", "end")
    drawing.flow("late", "each", "end")
    world.deploy(drawing)
    world.begin("case:1")
    world.pass_days(1)
    world.finish("case:1")
    world.finish("case:1")
    assert world.instance("case:1").status == "ended"


def test_05_a_repeated_step_is_restored_by_a_worker_that_never_saw_it(world: World) -> None:
    drawing = Hard()
    drawing.start()
    drawing.ask_each("each", times("2"))
    drawing.end()
    drawing.flow("start", "each", "end")
    world.deploy(drawing)
    world.begin("case:1")
    for _instance in range(2):
        world.worker = world.new_worker()
        world.finish("case:1")
    assert world.instance("case:1").status == "ended"


def test_06_event_sub_processes_are_refused() -> None:
    begun = node("startEvent", "s", message_inner("m_paid"))
    inner = subprocess("x", begun, end("e"), chain("s", "e"), triggeredByEvent="true")
    (problem,) = (each for each in found(diagram(start(), inner, end(), chain("start", "end"))) if each.element == "x")
    assert (problem.code, problem.severity) == ("unsupported", "error")
    assert "put a boundary event on a sub-process" in problem.message


def test_07_an_incident_names_what_really_went_wrong(world: World) -> None:
    drawing = Drawing()
    drawing.start()
    drawing.say("act", '"by nothing"', operator="stumble")
    drawing.end()
    drawing.flow("start", "act", "end")
    world.deploy(drawing)
    world.facts["case:1"] = {"broken": True}
    world.begin("case:1")
    with world.database.reading() as session:
        assert session.scalars(select(Incident.error)).one() == "ZeroDivisionError: by nothing"


@pytest.mark.parametrize(("late", "code"), [(timer("x", '@"P9D"'), "two_timers"), (None, "cycle_here")])
def test_08_two_timers_or_a_repeating_one_behind_an_event_gateway_are_refused(late: str | None, code: str) -> None:
    late = late or timer("x", '"R3/P1D"', "timeCycle")
    gateway = node("eventBasedGateway", "g")
    flows = chain("start", "g", "t", "end") + flow("g", "x") + flow("x", "end")
    assert (code, "x") in codes(diagram(start(), gateway, timer("t"), late, end(), flows))


def test_09_an_error_that_nobody_catches_is_said(world: World) -> None:
    drawing = Drawing()
    drawing.start()
    drawing.say("act", operator="refuse")
    drawing.end()
    drawing.flow("start", "act", "end")
    assert "uncaught_error" in {each.code for each in check({"strategy.bpmn": drawing.xml()}, CATALOGUE)}
    world.deploy(drawing)
    assert world.begin("case:1").incidents == 1


def repeating(missed: str) -> Hard:
    drawing = Hard()
    drawing.start()
    drawing.ask("ask")
    more = {"missed": missed} if missed else {}
    drawing.boundary("again", "ask", every("R20/P1D"), interrupting=False, **more)
    drawing.say("remind")
    drawing.end("reminded")
    drawing.end()
    drawing.flow("start", "ask", "end")
    drawing.flow("again", "remind", "reminded")
    return drawing


@pytest.mark.parametrize(("missed", "reminders_sent"), [("", 1), ("once", 1), ("each", 10)])
def test_10_ten_days_late_a_repeating_timer_acts_once_or_as_often_as_missed(
    world: World, missed: str, reminders_sent: int
) -> None:
    world.deploy(repeating(missed))
    world.begin("case:1")
    world.pass_days(10)
    assert len(world.said()) == reminders_sent
    assert world.instance("case:1").due_at == world.clock.now() + timedelta(days=1)
    for _day in range(20):
        world.pass_days(1)
    assert len(world.said()) == reminders_sent + 10


def test_11_a_duration_without_its_mark_is_refused_with_a_hint() -> None:
    (problem,) = found(one_step(timer("x", "P7D")))
    assert (problem.code, problem.element) == ("bad_expression", "x")
    assert '@"P7D"' in problem.message


@pytest.mark.parametrize("duration", ['@"P30D"', '@"P1M"'])
@pytest.mark.parametrize("kind", ["wait", "repeated"])
def test_11_a_wait_over_the_change_of_the_clocks_keeps_the_hour_on_the_wall(
    world: World, duration: str, kind: str
) -> None:
    drawing = Hard()
    drawing.start()
    drawing.ask("ask")
    timer_on_it = after(duration) if kind == "wait" else every("R/" + duration.strip('@"'))
    drawing.boundary("late", "ask", timer_on_it, interrupting=False)
    drawing.end("told")
    drawing.end()
    drawing.flow("start", "ask", "end")
    drawing.flow("late", "told")
    world.deploy(drawing)
    world.begin("case:1")
    due, now = world.instance("case:1").due_at, world.clock.now().astimezone(ZONE)
    assert due is not None
    there = due.astimezone(ZONE)
    assert (there.time(), there.utcoffset()) == (now.time(), timedelta(hours=2))
    assert now.utcoffset() == timedelta(hours=1)


def test_12_after_a_failure_nothing_is_half_done_and_the_same_is_tried_again(world: World) -> None:
    drawing = Drawing()
    drawing.start()
    drawing.say("before")
    drawing.say("act", operator="stumble")
    drawing.say("behind")
    drawing.end()
    drawing.flow("start", "before", "act", "behind", "end")
    world.deploy(drawing)
    world.facts["case:1"] = {"broken": True}
    world.begin("case:1")
    assert world.said() == []
    world.facts["case:1"] = {}
    with world.database.unit_of_work() as session:
        (incident,) = incidents.unresolved(session)
        operations.retry(session, incident.business_key, operations.Deed("adam", "mended", world.clock.now()))
    world.worker.run_due()
    assert world.said() == ["hello", "hello"]


def test_13_a_suspended_case_keeps_what_its_wait_had_left(world: World) -> None:
    world.deploy(reminders())
    world.begin("case:1")
    world.pass_days(3)
    for change, more in ((instances.suspend, 20), (instances.resume, 0)):
        with world.database.unit_of_work() as session:
            change(session, key="case:1", by="anna", reason="dispute", now=world.clock.now())
        world.pass_days(more)
    assert world.instance("case:1").due_at == world.clock.now() + timedelta(days=4)


def test_14_a_message_that_nobody_awaits_is_kept_and_marked(world: World) -> None:
    world.deploy(reminders())
    world.begin("case:1")
    world.tell("case:1", "sent")
    assert world.worker.run_due().incidents == 0
    with world.database.reading() as session:
        assert session.scalars(select(InboxRow.result)).one() == "not_awaited"


def test_15_a_new_version_moves_no_wait_that_is_running(world: World) -> None:
    world.deploy(reminders())
    world.begin("case:1")
    before = world.instance("case:1").due_at
    world.deploy(repeating(""))
    world.pass_days(1)
    assert world.instance("case:1").due_at == before


@pytest.mark.parametrize("attack", ["().__class__", '__import__("os").system("true")', "open('/etc/passwd')"])
def test_16_no_python_reaches_a_diagram(attack: str) -> None:
    assert ("bad_expression", "x") in codes(one_step(timer("x", attack)))


def test_17_dangerous_xml_and_dangling_data_are_refused() -> None:
    bomb = b'<!DOCTYPE d [<!ENTITY a "aaaa">]><definitions>&a;</definitions>'
    with pytest.raises(Unusable):
        check({"strategy.bpmn": bomb}, CATALOGUE)
    with pytest.raises(Unusable):
        parse(bomb, "bomb.bpmn")
    dangling = '<bpmn:dataObjectReference id="r" dataObjectRef="d"/>'
    inner = subprocess("x", start("s"), dangling, end("e"), chain("s", "e"))
    assert ("dangling_data", "r") in codes(one_step(inner))


LINK, SIGNAL = "<bpmn:linkEventDefinition/>", "<bpmn:signalEventDefinition/>"
COMPENSATE = "<bpmn:compensateEventDefinition/>"


def test_18_what_would_silently_do_nothing_is_refused_all_at_once_with_its_lines() -> None:
    elements = (
        node("intermediateThrowEvent", "linked", LINK),
        node("intermediateThrowEvent", "undone", COMPENSATE),
        node("complexGateway", "complex"),
        node("scriptTask", "script", "<bpmn:script>x = = 1</bpmn:script>"),
        node("userTask", "nowhere"),
        node("endEvent", "signalled", SIGNAL),
    )
    whole = diagram(start(), *elements, chain("start", "linked", "undone", "complex", "script", "signalled"))
    problems = {(each.code, each.element): each.line for each in found(whole)}
    lines = whole.decode().splitlines()
    for name in ("linked", "undone", "complex", "script", "signalled"):
        assert f'id="{name}"' in lines[problems["unsupported", name] - 1]
    assert 'id="nowhere"' in lines[problems["unreachable", "nowhere"] - 1]


@pytest.mark.parametrize(("length", "deployable"), [(395, True), (451, False)])
def test_18_a_chain_of_steps_runs_or_is_refused(world: World, length: int, *, deployable: bool) -> None:
    drawing = Drawing()
    drawing.start()
    names = [f"s{number}" for number in range(length)]
    for name in names:
        drawing.say(name)
    drawing.end()
    drawing.flow("start", *names, "end")
    said = {each.code for each in check({"strategy.bpmn": drawing.xml()}, CATALOGUE) if each.severity == "error"}
    assert said == (set() if deployable else {"too_long"})
    if deployable:
        world.deploy(drawing)
        world.begin("case:1")
        assert len(world.said()) == length


def test_18_a_chain_along_boundary_events_goes_deeper_and_is_read_too() -> None:
    drawing = Drawing()
    drawing.start()
    before = "start"
    for number in range(198):
        drawing.ask(f"ask{number}")
        drawing.boundary(f"late{number}", f"ask{number}", after('@"P1D"'))
        drawing.end(f"end{number}")
        drawing.flow(before, f"ask{number}", f"end{number}")
        before = f"late{number}"
    drawing.end()
    drawing.flow(before, "end")
    assert f"ask{number}" in parse(drawing.xml(), "long.bpmn").process.task_specs


def test_19_tables_are_read_by_feel_with_every_hit_policy(world: World) -> None:
    drawing = Drawing()
    drawing.start()
    drawing.decide("level", "level", stage="late")
    drawing.say("tell", "string(level)")
    drawing.end()
    drawing.flow("start", "level", "tell", "end")
    world.deploy(drawing, level=table("level", ('"early"', "1"), ('"late"', "2"), ("-", "3")))
    world.begin("case:1")
    assert world.said() == ["2"]


def test_20_lists_survive_branches_that_join(world: World) -> None:
    drawing = Hard()
    drawing.start()
    for kind, name in (("parallel", "fork"), ("parallel", "join")):
        drawing.gateway(kind, name)
    drawing.ask("first", form="who")
    drawing.ask("again", form="who")
    drawing.ask("beside")
    drawing.say("tell", "string(who)")
    drawing.end()
    drawing.flow("start", "first", "fork", "again", "join", "tell", "end")
    drawing.flow("fork", "beside", "join")
    world.deploy(drawing, forms="who*")
    world.begin("case:1")
    world.finish("case:1", who=["Anna", "Ben"])
    assert elements(world) == ["again", "beside"]
    world.finish("case:1", who=["Cleo"])
    world.finish("case:1")
    assert world.said() == ['["Cleo"]']


def test_20_lists_survive_turns_side_by_side(world: World) -> None:
    drawing = Hard()
    drawing.start()
    drawing.ask("first", form="who")
    drawing.say_each("greet", "name", each("who", "name"))
    drawing.say("tell", "string(who)")
    drawing.end()
    drawing.flow("start", "first", "greet", "tell", "end")
    world.deploy(drawing, forms="who*")
    world.begin("case:1")
    world.finish("case:1", who=["Anna", "Ben"])
    assert world.said() == ["Anna", "Ben", '["Anna", "Ben"]']


def test_21_a_plain_task_is_refused() -> None:
    assert ("unsupported", "x") in codes(one_step(node("task", "x")))
