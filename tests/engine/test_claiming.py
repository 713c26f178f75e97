"""Claims find what has mail without looking at every case."""

from __future__ import annotations

from sqlalchemy import text
from sqlalchemy.dialects import sqlite

from engine.worker.claim import WITH_MAIL, claim
from tests.engine.toys import MONDAY, Drawing, World


def waiting() -> Drawing:
    toy = Drawing()
    toy.start()
    toy.add('<bpmn:receiveTask id="hear" messageRef="m_paid"/>')
    toy.end()
    toy.flow("start", "hear", "end")
    return toy


def claimed(world: World, limit: int) -> list[int]:
    with world.database.unit_of_work() as session:
        return claim(session, now=MONDAY, wall=MONDAY, limit=limit)[1]


def test_a_claim_goes_from_the_mail_to_its_cases(world: World) -> None:
    if not world.database.is_sqlite:
        return  # a planner with statistics may rightly prefer another way for so few rows
    statement = str(WITH_MAIL.compile(dialect=sqlite.dialect(), compile_kwargs={"render_postcompile": True}))
    with world.database.reading() as session:
        values = {f"p{number}": "2026-03-02" for number in range(statement.count("?"))}
        for name in values:
            statement = statement.replace("?", f":{name}", 1)
        plan = [row.detail for row in session.execute(text(f"EXPLAIN QUERY PLAN {statement}"), values)]
    assert "ix_inbox_open" in plan[0]
    assert not [step for step in plan if step.startswith(("SCAN", "USE TEMP"))]


def test_a_case_with_two_letters_is_claimed_once(world: World) -> None:
    world.deploy(waiting())
    world.begin("a", "b", "c")
    world.tell("b", "paid", "first")
    world.tell("a", "paid", "second")
    world.tell("b", "sent", "third")
    assert claimed(world, 10) == [world.instance("b").id, world.instance("a").id]


def test_the_oldest_mail_is_claimed_first(world: World) -> None:
    world.deploy(waiting())
    world.begin("a", "b", "c")
    for key in ("c", "a", "b"):
        world.tell(key, "paid")
    assert claimed(world, 2) == [world.instance("c").id, world.instance("a").id]
