"""The main job on real receivables: what an import must count, and what must hold after weeks of running on it."""

from __future__ import annotations

from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from engine import deployments
from engine.tables import Deployment, Instance
from tests.acceptance.checks import check_everything
from tests.acceptance.duly import BEGIN, begin, bring_in, duly, parts_of, run_arguments, write_invoices

INVOICES = Path(__file__).parents[3] / "shared/data/invoices"
OPEN_ITEMS, CLOSED_ITEMS = INVOICES / "open_items.csv", INVOICES / "accounts_receivable.csv"
needs_data = pytest.mark.skipif(not OPEN_ITEMS.exists(), reason="the large portfolios are not here")


@needs_data
def test_the_open_items_come_in_whole_and_a_second_time_change_nothing(tmp_path: Path) -> None:
    first, second = begin(tmp_path, OPEN_ITEMS), bring_in(tmp_path, OPEN_ITEMS)
    assert (first["rows"], first["debtors"], first["rejected"], first["rounded"]) == (9681, 694, 0, 631)
    assert first["open_amount"] == {"USD": "310427859.02"}
    assert (second["created"], second["updated"], second["settled"], second["unchanged"]) == (0, 0, 0, 9681)


@pytest.mark.soak
@needs_data
def test_the_whole_portfolio_lives_through_four_months(tmp_path: Path) -> None:
    begin(tmp_path, OPEN_ITEMS)
    last = date(2020, 9, 30)
    totals = duly(tmp_path, *run_arguments(last, "--staff", "robot"))
    assert (totals["days"], totals["cases_opened"], totals["incidents"]) == (123, 694, 0)
    check_everything(parts_of(tmp_path), last)


def test_three_weeks_with_the_robot_and_a_new_version_of_a_strategy(tmp_path: Path) -> None:
    begin(tmp_path, write_invoices(tmp_path / "invoices.csv", debtors=15))
    middle, last = BEGIN + timedelta(days=2), BEGIN + timedelta(days=20)
    assert duly(tmp_path, *run_arguments(middle, "--staff", "robot"))["cases_opened"] == 15
    deploy_again(tmp_path, "standard_b2b")
    more = write_invoices(tmp_path / "more.csv", debtors=17)
    bring_in(tmp_path, more, as_of=middle)
    totals = duly(tmp_path, *run_arguments(last, "--staff", "robot"))
    assert (totals["cases_opened"], totals["incidents"]) == (2, 0)
    assert versions(tmp_path) == {1: 15, 2: 2}
    check_everything(parts_of(tmp_path), last)


def test_without_staff_a_run_stops_at_peoples_tasks_and_waits(tmp_path: Path) -> None:
    begin(tmp_path, write_invoices(tmp_path / "invoices.csv", debtors=6))
    last = BEGIN + timedelta(days=60)
    totals = duly(tmp_path, *run_arguments(last))
    assert (totals["tasks_completed"], totals["letters_drafted"], totals["incidents"]) == (0, 0, 0)
    lines = duly(tmp_path, "cases", "list", "--json")
    assert {line["stage"] for line in lines} == {"phone", "closed"}  # a small balance needs nobody
    check_everything(parts_of(tmp_path), last)


def deploy_again(home: Path, key: str) -> None:
    """Deploy what is active once more, with a note in the diagram, as version 2."""
    parts = parts_of(home)
    with parts.unit_of_work() as session:
        row = session.scalars(select(Deployment).where(Deployment.key == key, Deployment.active)).one()
        files = deployments.unpacked(row.files)
        files["strategy.bpmn"] += b"<!-- the second version -->"
        now = parts.now()
        deployments.deploy(
            session, key=key, name=row.name, files=files, by="test", note="again", now=now, catalogue=parts.catalogue
        )
    parts.database.dispose()


def versions(home: Path) -> dict[int, int]:
    """Give by version how many cases ran on it."""
    parts = parts_of(home)
    with parts.reading() as session:
        query = select(Deployment.version).join(Instance, Instance.deployment_id == Deployment.id)
        found = list(session.scalars(query))
    parts.database.dispose()
    return {version: found.count(version) for version in sorted(set(found))}
