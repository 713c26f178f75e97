"""Waits and levels are rows of shared tables: a changed row holds for what begins after it, without a new diagram."""

from datetime import timedelta
from typing import Any

import pytest

from engine import deployments, history
from engine.deployments import DECISIONS
from engine.tables import HistoryRow
from tests.processes.founding import MONDAY, shared_tables
from tests.processes.world import World

WAITS, LEVELS = "decisions/waits.dmn", "decisions/dunning_level.dmn"
LETTERS_WAIT = "<text>14</text>"
FOR_LEASING = """<rule id="waits_rule_leasing"><description>Leasing is quicker</description>
  <inputEntry id="l1"><text>"demand"</text></inputEntry>
  <inputEntry id="l2"><text>-</text></inputEntry>
  <inputEntry id="l3"><text>"leasing"</text></inputEntry>
  <outputEntry id="l4"><text>10</text></outputEntry>
</rule>
"""


@pytest.fixture(params=[False, True], ids=["general", "leasing"])
def leasing(request: pytest.FixtureRequest) -> bool:
    return bool(request.param)


def debtor_in(world: World, *, leasing: bool) -> None:
    """Let Kowalski owe 1000.00, ten days overdue, for goods of one group or the other."""
    world.debtor(email="kowalski@debtors.test", segment="retail")
    world.owes("F-1", "1000.00", MONDAY - timedelta(days=10), apart=leasing)
    world.begin()


def change(world: World, path: str, old: str, new: str) -> int:
    """Deploy the shared tables with one of them changed; give the version's number."""
    files = shared_tables()
    text = files[path].decode()
    assert old in text
    files[path] = text.replace(old, new, 1).encode()
    said: dict[str, Any] = {"key": DECISIONS, "name": "Decisions", "by": "alan", "note": "Leasing is quicker"}
    return world.write(
        lambda session: (
            deployments.deploy(session, files=files, now=world.clock.now(), catalogue=world.catalogue, **said)[
                0
            ].version
        )
    )


def to_the_demand_sent(world: World) -> None:
    world.live(14)
    world.does("Call the debtor", outcome="refuses", reached=True, note="Will not pay")
    world.does("Approve demand", by="sven", decision="approve")
    assert (world.stage, world.tasks()) == ("demand", [])


def days_until_the_next_letter(world: World) -> int:
    for days in range(1, 30):
        world.live(1)
        if world.stage == "precourt":
            return days
    raise AssertionError(world.stage)


def decisions_of(world: World) -> list[HistoryRow]:
    with world.database.reading() as session:
        return [row for row in history.read(session, "case:1") if row.kind == "decision"]


def test_fourteen_days_become_ten_for_one_product_group(world: World, leasing: bool) -> None:
    debtor_in(world, leasing=leasing)
    changed = change(world, WAITS, '<rule id="waits_rule_1">', FOR_LEASING + '<rule id="waits_rule_1">')
    to_the_demand_sent(world)
    assert days_until_the_next_letter(world) == (10 if leasing else 14)
    why = [row.detail for row in decisions_of(world) if row.text == "waits" and row.stage == "demand"][-1]
    assert why is not None
    assert (why["binding"], why["version"], why["value"]) == ("latest", changed, 10 if leasing else 14)
    assert why["inputs"]["Stage"] == "demand"
    assert why["rules"] == ([1] if leasing else [9])


def test_a_wait_that_has_begun_keeps_its_length(world: World) -> None:
    debtor_in(world, leasing=True)
    to_the_demand_sent(world)
    change(world, WAITS, '<rule id="waits_rule_1">', FOR_LEASING + '<rule id="waits_rule_1">')
    assert days_until_the_next_letter(world) == 14


def test_the_level_of_a_message_is_a_row_too(world: World) -> None:
    debtor_in(world, leasing=False)
    change(world, LEVELS, "<text>4</text>", "<text>3</text>")
    to_the_demand_sent(world)
    world.live(14)
    assert world.stage == "precourt"
    assert world.letters()[-1].level == 3


def test_why_the_case_runs_as_it_does_is_on_record(world: World) -> None:
    debtor_in(world, leasing=False)
    strategy, owner = (row.detail or {} for row in decisions_of(world)[:2])
    assert (strategy["decision"], strategy["value"], strategy["version"]) == ("choose_strategy", "standard_b2b", 1)
    assert strategy["inputs"]["Segment"] == "retail"
    assert owner["decision"] == "assign_case"
    assert owner["value"]["group"] == "collections"
    assert owner["rules"]
