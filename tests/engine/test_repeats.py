"""Steps repeated for the members of a list, or a number of times: restored between the turns, interrupted, in loops."""

from __future__ import annotations

import pytest

from engine.unit_of_work import Database
from tests.engine.toys import PAID, REFUSED, World, after
from tests.engine.walks.diagrams import Hard, each, times


@pytest.fixture
def world(database: Database) -> World:
    return World(database)


def asking(marker: str, **more: str) -> Hard:
    drawing = Hard()
    drawing.start()
    drawing.ask_each("ask", marker, **more)
    drawing.ask("then")
    drawing.end()
    drawing.flow("start", "ask", "then", "end")
    return drawing


def elements(world: World) -> list[str]:
    return [task.element for task in world.tasks("case:1")]


def test_side_by_side_all_are_open_at_once_and_the_last_goes_on(world: World) -> None:
    world.deploy(asking(times("3")))
    world.begin("case:1")
    assert elements(world) == ["ask"] * 3
    world.finish("case:1", answer=1)
    world.finish("case:1", other=2)
    assert elements(world) == ["ask"]
    world.finish("case:1")
    assert elements(world) == ["then"]


def test_one_by_one_each_begins_when_the_one_before_has_ended(world: World) -> None:
    world.deploy(asking(times("3", one_by_one=True)))
    world.begin("case:1")
    for _turn in range(3):
        assert elements(world) == ["ask"]
        world.finish("case:1")
    assert elements(world) == ["then"]


def test_enough_is_enough(world: World) -> None:
    world.deploy(asking(times("3", until='answer = "yes"'), form="answer"), forms="answer")
    world.begin("case:1")
    world.finish("case:1", answer="no")
    assert elements(world) == ["ask"] * 2
    world.finish("case:1", answer="yes")
    assert elements(world) == ["then"]
    assert len(world.tasks("case:1", "withdrawn")) == 1


@pytest.mark.parametrize("one_by_one", [False, True])
def test_the_machine_repeats_for_each_member_of_a_list(world: World, *, one_by_one: bool) -> None:
    drawing = Hard()
    drawing.start()
    drawing.ask("names", form="who")
    drawing.say_each("greet", '"hello " + name', each("who", "name", one_by_one=one_by_one))
    drawing.end()
    drawing.flow("start", "names", "greet", "end")
    world.deploy(drawing, forms="who*")
    world.begin("case:1")
    world.finish("case:1", who=["Anna", "Ben", "Cleo"])
    assert world.instance("case:1").status == "ended"
    assert world.said() == ["hello Anna", "hello Ben", "hello Cleo"]


def test_for_nobody_there_is_nothing_to_do(world: World) -> None:
    world.deploy(asked_each(), forms="who* answer")
    world.begin("case:1")
    world.finish("case:1", who=[])
    assert elements(world) == ["names"]


def asked_each() -> Hard:
    """Ask for names, then each for an answer; the answers are gathered in a list; and again."""
    drawing = Hard()
    drawing.start()
    drawing.gateway("exclusive", "again")
    drawing.ask("names", form="who")
    drawing.ask_each("ask", each("who", "name", gathered=("answers", "answer")), form="answer")
    drawing.say("tell", '"answers: " + string(answers)')
    drawing.flow("start", "again", "names", "ask", "tell", "again")
    return drawing


def test_answers_are_gathered_anew_in_each_turn_of_a_loop(world: World) -> None:
    world.deploy(asked_each(), forms="who* answer")
    world.begin("case:1")
    for turn, who in enumerate((["Anna", "Ben"], ["Cleo"])):
        world.finish("case:1", who=who)
        for name in who:
            world.finish("case:1", answer=f"{name} {turn}")
    assert world.said() == ['answers: ["Anna 0", "Ben 0"]', 'answers: ["Cleo 1"]']


def test_a_refusal_of_one_ends_the_others_and_is_followed_once(world: World) -> None:
    drawing = Hard()
    drawing.start()
    drawing.say_each("attempt", '"x"', times("3"), operator="refuse")
    drawing.boundary("refused", "attempt", REFUSED)
    drawing.end("excused")
    drawing.end()
    drawing.flow("start", "attempt", "end")
    drawing.flow("refused", "excused")
    world.deploy(drawing)
    counts = world.begin("case:1")
    assert counts.incidents == 0
    assert world.instance("case:1").outcome == "excused"
    assert world.path_of("case:1").count("attempt") == 1


def test_of_two_branches_that_both_refuse_the_first_ends_the_sub_process(world: World) -> None:
    inner = Hard()
    inner.start("s")
    inner.gateway("parallel", "fork")
    inner.say("one", operator="refuse")
    inner.say("two", operator="refuse")
    inner.end("e")
    inner.flow("s", "fork", "one", "e")
    inner.flow("fork", "two", "e")
    drawing = Hard()
    drawing.start()
    drawing.sub("work", inner)
    drawing.boundary("refused", "work", REFUSED)
    drawing.end("excused")
    drawing.end()
    drawing.flow("start", "work", "end")
    drawing.flow("refused", "excused")
    world.deploy(drawing)
    assert world.begin("case:1").incidents == 0
    assert world.instance("case:1").outcome == "excused"


def test_a_message_ends_all_sub_processes_with_their_waits(world: World) -> None:
    inner = Hard()
    inner.start("s")
    inner.ask("inside")
    inner.boundary("late", "inside", after('@"P2D"'), interrupting=False)
    inner.say("remind")
    inner.end("e")
    inner.end("reminded")
    inner.flow("s", "inside", "e")
    inner.flow("late", "remind", "reminded")
    drawing = Hard()
    drawing.start()
    drawing.sub_each("each", inner, times("3"))
    drawing.boundary("paid", "each", PAID)
    drawing.ask("then")
    drawing.end()
    drawing.flow("start", "each", "then", "end")
    drawing.flow("paid", "then")
    world.deploy(drawing)
    world.begin("case:1")
    assert elements(world) == ["inside"] * 3
    world.tell("case:1", "paid")
    world.worker.run_due()
    assert elements(world) == ["then"]
    assert world.instance("case:1").due_at is None
    world.pass_days(3)
    assert world.said() == []
