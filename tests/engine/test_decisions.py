"""Calls to decisions: by a step or as a wait begins, bound to the strategy's version or to the latest."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import event

from engine import deployments, instances
from engine.deployments import DECISIONS, packed
from engine.errors import DiagramError, NotFound, Unusable
from tests.engine.toys import CATALOGUE, MONDAY, Drawing, World, after, by_path, table

SOFT, HARD = table("tone", ("-", '"soft"')), table("tone", ("-", '"hard"'))
WEEK, FORTNIGHT = table("waits", ("-", "7")), table("waits", ("-", "14"))


def asking(**more: str) -> Drawing:
    """A step that asks for the tone, and another that says it a day later."""
    drawing = Drawing()
    drawing.start()
    drawing.decide("ask", "tone", "calm", **more)
    drawing.wait("day", '@"P1D"')
    drawing.say("speak", "tone")
    drawing.end()
    drawing.flow("start", "ask", "day", "speak", "end")
    return drawing


def waiting(**more: str) -> Drawing:
    drawing = Drawing()
    drawing.start()
    drawing.wait("pause", '@"P1D" * waits', "calm", decision="waits", **more)
    drawing.wait("more", '@"P1D"', "late")
    drawing.end()
    drawing.flow("start", "pause", "more", "end")
    return drawing


def due(world: World, key: str = "case:1") -> str:
    moment = world.instance(key).due_at
    assert moment is not None
    return moment.date().isoformat()


def detail(world: World, key: str = "case:1") -> dict[str, Any]:
    (row,) = world.made(key)
    return row.detail or {}


def test_a_call_asks_the_tables_of_its_own_version(world: World) -> None:
    world.deploy(asking(), tone=SOFT)
    world.share(tone=HARD)
    world.begin("case:1")
    assert detail(world) == {
        "decision": "tone",
        "rules": [1],
        "inputs": {"stage": "calm"},
        "value": "soft",
        "binding": "version",
        "version": 1,
    }
    assert world.made("case:1")[0].stage == "calm"


def test_a_call_bound_to_the_latest_asks_what_is_active_then(world: World) -> None:
    world.deploy(asking(binding="latest"), tone=SOFT)
    world.share(tone=SOFT)
    world.begin("case:1")
    assert world.share(tone=HARD) == 2
    world.begin("case:2")
    with world.database.unit_of_work() as session:
        deployments.rollback(session, DECISIONS)
    world.begin("case:3")
    made = [detail(world, f"case:{number}") for number in (1, 2, 3)]
    assert [(each["value"], each["binding"], each["version"]) for each in made] == [
        ("soft", "latest", 1),
        ("hard", "latest", 2),
        ("soft", "latest", 1),
    ]


def test_where_the_latest_has_no_such_table_the_strategys_own_is_asked(world: World) -> None:
    world.deploy(asking(binding="latest"), tone=SOFT)
    world.begin("case:1")
    world.share(tone=HARD)
    world.deploy(asking(binding="latest"), tone=SOFT)
    with world.database.unit_of_work() as session:
        row = deployments.active(session, DECISIONS)
        assert row is not None
        row.files = packed(by_path({"waits": WEEK}))  # as a rollback to a version before the table was shared
    world.begin("case:2")
    made = [detail(world, key) for key in ("case:1", "case:2")]
    assert [(each["value"], each["binding"], each["version"]) for each in made] == [
        ("soft", "version", 1),
        ("soft", "version", 2),
    ]


def test_a_wait_asks_as_it_begins_and_only_then(world: World) -> None:
    world.deploy(waiting(binding="latest"), waits=WEEK)
    world.share(waits=WEEK)
    world.begin("case:1")
    assert due(world) == "2026-03-09"
    world.share(waits=FORTNIGHT)
    world.pass_days(1)
    world.tell("case:1", "sent")
    world.worker.run_due()
    assert due(world) == "2026-03-09"
    world.begin("case:2")
    assert due(world, "case:2") == "2026-03-17"
    (row,) = world.made("case:1")
    assert (row.text, row.element, row.stage) == ("waits", "pause", "calm")
    assert (row.detail or {})["version"] == 1
    world.pass_days(6)
    assert (world.instance("case:1").element, len(world.made("case:1"))) == ("more", 1)


def test_each_entering_asks_again(world: World) -> None:
    drawing = Drawing()
    drawing.start()
    drawing.add('<bpmn:exclusiveGateway id="again"/>')
    drawing.wait("pause", '@"P1D" * waits', decision="waits", binding="latest")
    drawing.flow("start", "again", "pause", "again")
    world.deploy(drawing, waits=WEEK)
    world.share(waits=WEEK)
    world.begin("case:1")
    world.share(waits=FORTNIGHT)
    world.pass_days(7)
    assert due(world) == "2026-03-23"
    assert [(row.detail or {})["version"] for row in world.made("case:1")] == [1, 2]


def test_what_a_wait_asked_is_known_to_its_timer_alone(world: World) -> None:
    world.deploy(waiting(), waits=WEEK)
    world.begin("case:1")
    assert b"waits" not in (world.instance("case:1").bindings or b"")


def by_boundary() -> Drawing:
    drawing = Drawing()
    drawing.start()
    drawing.ask("task", "late")
    drawing.boundary("remind", "task", after('@"P1D" * waits'), interrupting=False, decision="waits")
    drawing.end()
    drawing.end("reminded")
    drawing.flow("start", "task", "end")
    drawing.flow("remind", "reminded")
    return drawing


def by_gateway() -> Drawing:
    drawing = Drawing()
    drawing.start()
    drawing.add('<bpmn:eventBasedGateway id="g"/>')
    drawing.wait("remind", '@"P1D" * waits', "late", decision="waits")
    drawing.add(
        '<bpmn:intermediateCatchEvent id="got"><bpmn:messageEventDefinition messageRef="m_paid"/>'
        "</bpmn:intermediateCatchEvent>"
    )
    drawing.end()
    drawing.end("paid_up")
    drawing.flow("start", "g", "remind", "end")
    drawing.flow("g", "got", "paid_up")
    return drawing


@pytest.mark.parametrize("draw", [by_boundary, by_gateway])
def test_a_timer_beside_a_task_or_a_message_asks_too(world: World, draw: Callable[[], Drawing]) -> None:
    world.deploy(draw(), waits=table("waits", ('"late"', "3"), ("-", "7")))
    world.begin("case:1")
    assert due(world) == "2026-03-05"
    (row,) = world.made("case:1")
    assert (row.element, row.stage) == ("remind", "late")
    world.pass_days(3)
    assert "remind" in world.path_of("case:1")


def test_a_repeating_timer_asks_once(world: World) -> None:
    drawing = by_boundary()
    cycle = ('@"P1D" * waits', '"R2/" + waits')
    drawing.nodes = [each.replace("timeDuration", "timeCycle").replace(*cycle) for each in drawing.nodes]
    world.deploy(drawing, waits=table("waits", ("-", '"P2D"')))
    world.begin("case:1")
    assert due(world) == "2026-03-04"
    world.pass_days(2)
    assert due(world) == "2026-03-06"
    assert len(world.made("case:1")) == 1


def test_a_batch_looks_the_active_decisions_up_once(world: World) -> None:
    world.deploy(asking(binding="latest"), tone=SOFT)
    world.share(tone=HARD)
    world.begin("case:0")
    world.begin(*(f"case:{number}" for number in range(1, 30)))
    asked: list[str] = []
    event.listen(world.database.engine, "before_cursor_execute", lambda *given: asked.append(given[2]))
    world.pass_days(1)
    assert len([each for each in asked if "deployment.active" in each]) == 1
    assert not [each for each in asked if "deployment.files" in each]


def store(world: World, files: dict[str, bytes], key: str = DECISIONS) -> None:
    more: dict[str, Any] = {"name": "", "by": "test", "note": "", "now": MONDAY, "catalogue": CATALOGUE}
    with world.database.unit_of_work() as session:
        deployments.deploy(session, key=key, files=files, **more)


def test_shared_decisions_are_versions_like_any_other(world: World) -> None:
    assert (world.share(tone=SOFT), world.share(tone=SOFT), world.share(tone=HARD)) == (1, 1, 2)
    with world.database.unit_of_work() as session:
        assert deployments.rollback(session, DECISIONS).version == 1
        assert [each.version for each in deployments.history_of(session, DECISIONS)] == [1, 2]
        with pytest.raises(NotFound, match="the shared decisions have no earlier version"):
            deployments.rollback(session, DECISIONS)
        with pytest.raises(NotFound, match="'decisions' is not deployed"):
            instances.start(session, key="case:1", strategy=DECISIONS, now=MONDAY)


def test_strategies_and_decisions_are_kept_apart(world: World) -> None:
    with pytest.raises(Unusable, match="is kept for the tables that strategies share"):
        store(world, {"strategy.bpmn": asking().xml()})
    with pytest.raises(Unusable, match="deployed under the key 'decisions'"):
        store(world, by_path({"tone": SOFT}), "toy")
    with pytest.raises(DiagramError, match="no_table"):
        store(world, {"decisions/notes.txt": b"hello"})


def test_what_a_strategy_asks_for_the_latest_of_must_stay(world: World) -> None:
    world.share(tone=SOFT)
    world.deploy(asking(binding="latest"), tone=SOFT)
    with pytest.raises(DiagramError) as refused:
        world.share(other=table("other", ("-", "1")))
    (problem,) = refused.value.problems
    assert (problem.code, problem.element) == ("asked_decision", "tone")
    assert problem.message.startswith("Strategy toy version 1 at 'ask' asks for the latest of decision 'tone'")
    with pytest.raises(DiagramError, match=r"asks it: .*colour"):
        world.share(tone=table("tone", ("-", '"soft"'), asks="colour"))


def test_strategies_with_cases_on_the_way_count_too(world: World) -> None:
    world.share(tone=SOFT)
    world.deploy(asking(binding="latest"), tone=SOFT)
    world.begin("case:1")
    world.deploy(asking(), tone=SOFT)
    with pytest.raises(DiagramError, match="asked_decision"):
        world.share(other=table("other", ("-", "1")))
    world.pass_days(1)
    assert world.instance("case:1").status == "ended"
    assert world.share(other=table("other", ("-", "1"))) == 2
