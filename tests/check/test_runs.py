"""What the check lets pass runs as it is drawn, and what it refuses would not."""

from __future__ import annotations

import pytest

from engine.check import check
from engine.unit_of_work import Database
from tests.check.diagrams import (
    boundary,
    chain,
    declared_error,
    diagram,
    end,
    error_inner,
    flow,
    message,
    message_inner,
    node,
    properties,
    service,
    start,
    subprocess,
    timer,
    timer_inner,
)
from tests.engine.toys import CATALOGUE, Drawing, World

TERMINATE = "<bpmn:terminateEventDefinition/>"
REFUSED = declared_error("refused")


class Drawn(Drawing):
    """A finished diagram in place of one that is built step by step."""

    def __init__(self, whole: bytes) -> None:
        super().__init__()
        self.whole = whole

    def xml(self) -> bytes:
        return self.whole


@pytest.fixture
def world(database: Database) -> World:
    return World(database)


def say(name: str) -> str:
    return service(name, "say", "", text='"x"')


def refuse(name: str) -> str:
    return service(name, "refuse", "", text='"x"')


def begin(world: World, whole: bytes) -> None:
    assert [problem for problem in check({"strategy.bpmn": whole}, CATALOGUE) if problem.severity == "error"] == []
    world.deploy(Drawn(whole))
    world.begin("case:1")


def test_terminate_ends_its_own_sub_process_and_nothing_else(world: World) -> None:
    inside = (start("in"), node("parallelGateway", "p"), timer("t"), timer("u", '@"P1D"'))
    flows = chain("in", "p", "t", "out") + chain("p", "u", "stop")
    inner = subprocess("s", *inside, node("endEvent", "stop", TERMINATE), end("out"), flows)
    begin(world, diagram(start(), inner, timer("after"), end(), chain("start", "s", "after", "end")))
    world.pass_days(1)
    assert world.instance("case:1").element == "after"


def test_an_error_end_event_leads_to_the_boundary_of_its_sub_process(world: World) -> None:
    inner = subprocess(
        "s", start("in"), timer("t"), node("endEvent", "bad", error_inner("e_x")), chain("in", "t", "bad")
    )
    caught = boundary("b", "s", error_inner("e_x"))
    flows = chain("start", "s", "end") + chain("b", "rescued")
    begin(world, diagram(start(), inner, caught, end("rescued"), end(), flows, declared=declared_error("x")))
    world.pass_days(7)
    assert world.instance("case:1").outcome == "rescued"


def test_the_nearest_boundary_catches_an_operators_refusal(world: World) -> None:
    own, around = boundary("own", "a", error_inner("e_refused")), boundary("far", "s", error_inner("e_refused"))
    flows = chain("in", "a", "out") + chain("own", "out2")
    inner = subprocess("s", start("in"), refuse("a"), own, end("out"), end("out2"), flows)
    flows = chain("start", "s", "end") + chain("far", "rescued")
    begin(world, diagram(start(), inner, around, end("rescued"), end(), flows, declared=REFUSED))
    assert world.instance("case:1").outcome == "end"


def race(waiting: str) -> bytes:
    flows = chain("start", "g", "m", "heard") + chain("g", "t", "late")
    return diagram(start(), node("eventBasedGateway", "g"), waiting, timer("t"), end("heard"), end("late"), flows)


@pytest.mark.parametrize("waiting", [message("m"), node("receiveTask", "m", messageRef="m_paid")])
def test_an_event_based_gateway_takes_what_comes_first(world: World, waiting: str) -> None:
    begin(world, race(waiting))
    world.tell("case:1", "paid")
    world.worker.run_due()
    assert world.instance("case:1").outcome == "heard"


@pytest.mark.parametrize("waiting", [message("m"), node("receiveTask", "m", messageRef="m_paid")])
def test_an_event_based_gateway_waits_no_longer_than_its_timer(world: World, waiting: str) -> None:
    begin(world, race(waiting))
    world.pass_days(7)
    assert world.instance("case:1").outcome == "late"


def test_an_inclusive_gateway_takes_what_holds_and_waits_for_all_of_it(world: World) -> None:
    split, join = node("inclusiveGateway", "g", default="g_c"), node("inclusiveGateway", "j")
    flows = flow("start", "g") + flow("g", "a", "1 = 1") + flow("g", "b", "2 = 2") + flow("g", "c")
    flows += chain("a", "j", "end") + flow("b", "j") + flow("c", "j")
    begin(world, diagram(start(), split, timer("a"), timer("b", '@"P1D"'), timer("c"), join, end(), flows))
    world.pass_days(1)
    assert world.instance("case:1").status == "running"
    world.pass_days(6)
    assert world.instance("case:1").status == "ended"
    assert "c" not in world.path_of("case:1")


def test_a_repeating_timer_beside_a_task_leaves_the_task_open(world: World) -> None:
    ask = node("userTask", "u", "", properties(role="collector"))
    again = boundary("b", "u", timer_inner('"R2/P1D"', "timeCycle"), cancelActivity="false")
    flows = chain("start", "u", "end") + chain("b", "n", "told")
    begin(world, diagram(start(), ask, again, say("n"), end("told"), end(), flows))
    for _day in range(3):
        world.pass_days(1)
    assert world.path_of("case:1").count("n") == 2
    assert len(world.tasks("case:1")) == 1


def test_a_message_beside_a_sub_process_leaves_it_running(world: World) -> None:
    inner = subprocess("s", start("in"), timer("t"), end("out"), chain("in", "t", "out"))
    heard = boundary("b", "s", message_inner("m_paid", "payment"), cancelActivity="false")
    flows = chain("start", "s", "end") + chain("b", "n", "told")
    begin(world, diagram(start(), inner, heard, say("n"), end("told"), end(), flows))
    world.tell("case:1", "paid")
    world.worker.run_due()
    assert world.instance("case:1").element == "t"
    world.pass_days(7)
    assert world.instance("case:1").outcome == "end"


def test_what_is_refused_would_run_both_paths(world: World) -> None:
    twice = boundary("own", "a", error_inner("e_refused")), boundary("any", "a", "<bpmn:errorEventDefinition/>")
    flows = chain("start", "a", "end") + chain("own", "e1") + chain("any", "e2")
    whole = diagram(start(), refuse("a"), *twice, end("e1"), end("e2"), end(), flows, declared=REFUSED)
    assert [problem.code for problem in check({"strategy.bpmn": whole}, CATALOGUE)] == ["double_catch"]
    world.deploy(Drawn(whole))
    world.begin("case:1")
    assert {"e1", "e2"} <= set(world.path_of("case:1"))
