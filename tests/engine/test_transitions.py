"""What is replayed from what was learnt is, to the letter, what SpiffWorkflow would have done."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from types import SimpleNamespace
from typing import Any

from sqlalchemy import select

from engine import instances
from engine.spiff.recording import answer
from engine.spiff.transitions import Leaf, Lineage, Replayed, Source, Step, Transitions, replay
from engine.spiff.watching import Kind
from engine.tables import HistoryRow, Instance, OutboxRow, TaskRow
from engine.unit_of_work import Database
from tests.conftest import create_tables
from tests.engine.toys import PAID, REFUSED, Drawing, World, after, table

CASES = [f"case:{number}" for number in range(12)]
HISTORY = ("business_key", "seq", "who", "kind", "element", "stage", "text", "detail")
STANDS = ("business_key", "status", "stage", "element", "due_at", "bindings", "outcome", "history_seq")
OPEN = ("business_key", "token", "element", "name", "instructions", "status", "due_at")


def dunning() -> Drawing:
    """Remind, wait as a table says, act (which may be refused), ask a person, again or to the end; `paid` ends it."""
    drawing, inner = Drawing(), Drawing()
    inner.start("began")
    inner.say("remind", '"you owe " + string(case.amount)', stage="one")
    inner.decide("level", "level")
    inner.wait("wait", '@"P1D" * level', stage="wait")
    inner.add('<bpmn:exclusiveGateway id="large" default="large_act"/>')
    inner.say("act", '"act"')
    inner.say("beg", '"beg"', operator="refuse")
    inner.boundary("refused", "beg", REFUSED)
    inner.ask("call", stage="phone")
    inner.boundary("late", "call", after('@"P3D"'))
    inner.add('<bpmn:exclusiveGateway id="again" default="again_done"/>')
    inner.end("done")
    inner.flow("began", "remind", "level", "wait", "large", "act", "call", "again", "done")
    inner.flow("beg", "call")
    inner.flow_if("large", "beg", "case.amount &gt;= 4")
    inner.flow("refused", "call")
    inner.flow("late", "remind")
    inner.flow_if("again", "remind", "more = true")
    drawing.start()
    drawing.sub("collect", inner)
    drawing.boundary("paid", "collect", PAID)
    drawing.say("thank", '"thank you"')
    drawing.end("end")
    drawing.end("over")
    drawing.flow("start", "collect", "end")
    drawing.flow("paid", "thank", "over")
    return drawing


LEVEL = table("level", ("[0..2]", "7"), ("[3..9]", "10"), asks="case.amount")


def office(folder: Path, name: str) -> World:
    database = Database(f"sqlite:///{folder / name}.db")
    create_tables(database)
    world = World(database)
    world.facts = {key: {"case": {"amount": number % 5}, "more": False} for number, key in enumerate(CASES)}
    world.deploy(dunning(), level=LEVEL)
    return world


def known(world: World) -> Transitions:
    with world.database.reading() as session:
        return world.worker.programmes.of(session, 1).transitions


def live(world: World, work: Callable[[], object]) -> None:
    """Let the same happen to the cases, however the work is done."""
    with world.database.unit_of_work() as session:
        for key in CASES:
            instances.start(session, key=key, strategy="toy", now=world.clock.now())
    work()
    for _ in range(4):
        for days in (7, 1, 3):
            world.clock.advance(timedelta(days=days))
            work()
            for key in CASES[::3]:
                if world.tasks(key):
                    world.facts[key]["more"] = key != CASES[3]
                    world.finish(key)
                    work()
    for key in CASES[:4]:
        world.tell(key, "paid")
    work()


def all_of(world: World, row: type[Any], columns: tuple[str, ...]) -> list[tuple[Any, ...]]:
    with world.database.reading() as session:
        found = session.execute(select(*(getattr(row, name) for name in columns)).order_by(row.id)).all()
    return sorted((tuple(each) for each in found), key=str)


def one_by_one(world: World) -> None:
    """Advance each case by a worker that remembers nothing."""
    for key in CASES:
        world.worker.forget()
        world.worker.wake(key)
    world.worker.forget()


def test_cases_that_share_what_was_learnt_end_as_those_that_do_not(tmp_path: Path) -> None:
    together, apart = office(tmp_path, "together"), office(tmp_path, "apart")
    live(together, together.worker.run_due)
    live(apart, lambda: one_by_one(apart))
    assert len(known(together)._first) > 8
    assert known(together)._unfit == set()
    for row, columns in ((HistoryRow, HISTORY), (Instance, STANDS), (TaskRow, OPEN), (OutboxRow, ("key", "payload"))):
        assert all_of(together, row, columns) == all_of(apart, row, columns)


def test_data_that_are_alike_where_they_differed_are_left_to_the_library(tmp_path: Path) -> None:
    world = office(tmp_path, "alike")
    first, second, third = CASES[:3]
    for key, amount in ((first, 1), (second, 1), (third, 2)):
        world.facts[key] = {"case": {"amount": amount}, "more": True}
    world.begin(first, second, third)
    world.pass_days(7)
    world.finish(first)
    for key in (second, third):  # "you owe 1" again for the second; the third is told another sum than before
        world.facts[third]["case"] = {"amount": 1 if key == third else 2}
        world.finish(key)
    assert {world.instance(key).element for key in (first, second, third)} == {"wait"}
    assert [len(world.path_of(key)) for key in (first, second, third)] == [len(world.path_of(first))] * 3
    with world.database.reading() as session:
        texts = session.scalars(select(OutboxRow.payload).where(OutboxRow.business_key == third)).all()
    assert [text["text"] for text in texts] == ["you owe 2", "act", "you owe 1"]


def leaf(datas: tuple[tuple[Lineage, ...], ...], values: tuple[tuple[tuple[str, Source], ...], ...]) -> Leaf:
    """Give the end of a transition of which only the bindings matter."""
    return Leaf(b"[]", True, "", (), (), 1, datas, (), values, (), (), ())


def replayed(answers: dict[str, Any], values: list[dict[str, Any]]) -> Replayed | None:
    """Replay a finished task whose token's data differed from what they had been, beside two running values."""
    end = leaf((((0, ()),), ((0, (0,)),)), ((("token", ("old", 1)),), (("token", ("token", 0)),)))
    step = Step(Kind.CHANGES, answer, None, (0, ()), 0, {"": end})
    scripting: Any = SimpleNamespace(answers=answers)
    return replay(step, [{"reached": "yes"}], values, scripting, "case:1/1.4")


def test_new_bindings_come_from_where_they_came_when_it_was_learnt() -> None:
    done = replayed({"reached": "no"}, [{"token": "a"}, {"token": "b"}])
    assert done is not None
    assert done.datas == [{"reached": "yes"}, {"reached": "no"}]
    assert done.values == [{"token": "b"}, {"token": "case:1/1.4.t0"}]


def test_data_that_became_equal_have_another_shape_and_are_not_replayed() -> None:
    assert replayed({"reached": "yes"}, [{"token": "a"}, {"token": "b"}]) is None
    assert replayed({"reached": "no"}, [{"token": "a"}, {"token": "b"}]) is not None
