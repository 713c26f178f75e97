"""A portfolio comes from another system: its cases go on from their stages, and what was asked is not asked again."""

from datetime import date, timedelta
from functools import partial

import pytest
from sqlalchemy import delete, select, update
from sqlalchemy.orm import Session

from engine import history, operations
from engine.instances import InstanceView, views
from engine.tables import Incident
from receivables.notice import Notice
from receivables.receivable import Receivable
from tests.processes.founding import MONDAY
from tests.processes.world import World

DAY = timedelta(days=1)


def taken_over(world: World, *items: tuple[str, str | None, date | None]) -> None:
    """Let a debtor owe items that stand at these stages since these days, and begin the day."""
    world.debtor(email="boss@kowalski.test")
    for number, stage, since in items:
        world.owes(number, "1000.00", MONDAY - 60 * DAY)
        staged = update(Receivable).where(Receivable.number == number).values(stage=stage, stage_since=since)
        world.write(partial(Session.execute, statement=staged))
    world.begin()


def seen(world: World) -> InstanceView:
    with world.database.reading() as session:
        return views(session, ["case:1"])["case:1"]


def levels(world: World) -> list[int]:
    with world.database.reading() as session:
        return list(session.scalars(select(Notice.level).order_by(Notice.receivable_id)))


@pytest.mark.parametrize(
    ("stage", "element", "level"),
    [
        ("first_reminder", "first_wait", 1),
        ("second_reminder", "second_wait", 2),
        ("phone", "call", 2),
        ("demand", "demand_wait", 3),
        ("precourt", "precourt_wait", 4),
    ],
)
def test_a_case_goes_on_from_its_stage_with_the_level_that_it_had_reached(
    world: World, stage: str, element: str, level: int
) -> None:
    taken_over(world, ("A-1", stage, MONDAY - DAY))
    assert (seen(world).stage, seen(world).element) == (stage, element)
    assert (world.mails, levels(world)) == ([], [level])


def test_after_the_second_reminder_of_the_other_system_comes_the_call_and_no_reminder(world: World) -> None:
    taken_over(world, ("A-1", "second_reminder", MONDAY - 30 * DAY))
    assert seen(world).element == "second_wait"
    world.live(3)
    assert (seen(world).element, world.mails) == ("call", [])


def test_a_case_stands_at_the_farthest_stage_of_its_items_since_the_latest_day(world: World) -> None:
    items = (
        ("A-1", "first_reminder", MONDAY),
        ("A-2", "demand", MONDAY - 9 * DAY),
        ("A-3", "demand", MONDAY - 2 * DAY),
    )
    taken_over(world, *items, ("A-4", None, None))
    assert seen(world).element == "demand_wait"
    assert levels(world) == [1, 3, 3]
    with world.database.reading() as session:
        (row,) = [each for each in history.read(session, seen(world).key) if each.kind == "taken_over"]
    assert (row.text, row.detail and row.detail["since"]) == ("demand", (MONDAY - 2 * DAY).isoformat())


def test_a_stage_that_the_chosen_strategy_lacks_waits_for_a_person(world: World) -> None:
    taken_over(world, ("A-1", "court", MONDAY - DAY))
    assert (seen(world).status, world.mails, levels(world)) == ("stuck", [], [])
    with world.database.reading() as session:
        (incident,) = session.scalars(select(Incident))
    assert "stage 'court' since 2026-03-01; the strategy 'standard_b2b' has no such stage" in incident.error
    deed = operations.Deed("ada", "It is to be decided", world.clock.now())
    world.write(lambda session: operations.move(session, world.worker.programmes, "case:1", deed, to="decide"))
    world.settle()
    assert (seen(world).status, seen(world).element, world.mails) == ("running", "decide", [])
    world.write(lambda session: session.execute(delete(Incident)))  # the world looks for those that nobody wanted
