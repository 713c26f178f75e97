"""Where branches meet: what each of them changed, who is waited for, and that no token takes another's place."""

from __future__ import annotations

import pytest

from engine.unit_of_work import Database
from tests.engine.toys import World
from tests.engine.walks.diagrams import Hard, every


@pytest.fixture
def world(database: Database) -> World:
    return World(database)


def elements(world: World) -> list[str]:
    return [task.element for task in world.tasks("case:1")]


def finish(world: World, element: str, **answers: str) -> None:
    world.finish("case:1", elements(world).index(element), **answers)


def beside_each_other() -> Hard:
    """In a loop, ask for an answer beside another step that leaves it alone, then tell it."""
    drawing = Hard()
    drawing.start()
    for kind, name in (("exclusive", "again"), ("parallel", "fork"), ("parallel", "join")):
        drawing.gateway(kind, name)
    drawing.ask("ask", form="answer")
    drawing.ask("beside")
    drawing.say("tell", "answer")
    drawing.flow("start", "again", "fork", "ask", "join", "tell", "again")
    drawing.flow("fork", "beside", "join")
    return drawing


@pytest.mark.parametrize("last", ["ask", "beside"])
def test_a_branch_that_left_a_value_alone_does_not_set_it_back(world: World, last: str) -> None:
    world.deploy(beside_each_other(), forms="answer")
    world.begin("case:1")
    for answer in ("one", "two"):
        for element in sorted(("ask", "beside"), key=lambda each: each == last):
            finish(world, element, **({"answer": answer} if element == "ask" else {}))
    assert world.said() == ["one", "two"]


def test_what_branches_changed_leaves_a_sub_process(world: World) -> None:
    inner = Hard()
    inner.start("s")
    inner.gateway("parallel", "fork")
    inner.ask("one", form="first")
    inner.ask("two", form="second")
    inner.ask("three")
    for name in ("e1", "e2", "e3"):
        inner.end(name)
    inner.flow("s", "fork", "one", "e1")
    inner.flow("fork", "two", "e2")
    inner.flow("fork", "three", "e3")
    drawing = Hard()
    drawing.start()
    drawing.sub("work", inner)
    drawing.say("tell", "first + second")
    drawing.end()
    drawing.flow("start", "work", "tell", "end")
    world.deploy(drawing, forms="first second")
    world.begin("case:1")
    finish(world, "two", second="b")
    finish(world, "one", first="a")
    finish(world, "three")
    assert world.said() == ["ab"]


def test_turns_of_a_repeating_timer_do_not_take_each_other_s_tokens(world: World) -> None:
    drawing = Hard()
    drawing.start()
    drawing.ask("host")
    drawing.boundary("tick", "host", every("R9/P1D"), interrupting=False)
    for name in ("fork", "join"):
        drawing.gateway("parallel", name)
    drawing.say("one")
    drawing.say("two")
    drawing.ask("then")
    drawing.end("ticked")
    drawing.end()
    drawing.flow("start", "host", "end")
    drawing.flow("tick", "fork", "one", "join", "then", "ticked")
    drawing.flow("fork", "two", "join")
    world.deploy(drawing)
    world.begin("case:1")
    for days in (1, 2, 3):
        world.pass_days(1)
        assert elements(world) == ["host", *["then"] * days]
    finish(world, "host")
    assert elements(world) == ["then"] * 3
    for _turn in range(3):
        finish(world, "then")
    assert world.instance("case:1").status == "ended"


def test_an_inclusive_join_waits_for_a_sub_process_and_not_for_what_was_not_chosen(world: World) -> None:
    inner = Hard()
    inner.start("s")
    inner.ask("inside")
    inner.end("e")
    inner.flow("s", "inside", "e")
    drawing = Hard()
    drawing.start()
    drawing.gateway("inclusive", "split", default="never")
    drawing.gateway("inclusive", "join")
    drawing.sub("work", inner)
    drawing.ask("never")
    drawing.say("joined")
    drawing.end()
    drawing.flow("start", "split", "never", "join", "joined", "end")
    drawing.flow_if("split", "work", "1 = 1")
    drawing.flow_if("split", "join", "2 = 2")
    drawing.flow("work", "join")
    world.deploy(drawing)
    world.begin("case:1")
    assert (elements(world), world.said()) == (["inside"], [])
    finish(world, "inside")
    assert world.said() == ["hello"]
    assert world.instance("case:1").outcome == "end"
