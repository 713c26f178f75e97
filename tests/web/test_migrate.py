"""`duly strategies migrate`: look first, then move the cases of an office in the middle of its work."""

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result
from sqlalchemy import select

from engine import instances
from engine.errors import Unusable
from engine.tables import TaskRow
from tests.web.at_work import parts
from web.bundles import PROJECT, deploy_bundle, read_bundle
from web.commands.strategies import strategies
from web.context import Context

__all__ = ["parts"]
APPROVE = "“Approve demand” (demand_approve)"
WAY = ("standard_b2b", "--from", "1", "--to", "2")


def migrate(parts: Context, *arguments: str) -> Result:
    return CliRunner().invoke(strategies, ["migrate", *arguments], obj=parts)


def redraw(parts: Context, folder: Path, old: str, new: str) -> None:
    """Deploy version 2, in which a piece of the diagram reads otherwise."""
    diagram = (PROJECT / "processes" / "standard_b2b" / "strategy.bpmn").read_text()
    assert old in diagram
    path = folder / "standard_b2b"
    path.mkdir()
    (path / "strategy.bpmn").write_text(diagram.replace(old, new))
    deploy_bundle(parts, read_bundle(path), note="Drawn anew", by="analyst")


def standing(parts: Context) -> list[tuple[int, str]]:
    with parts.reading() as session:
        views = instances.views(session, instances.keys(session))
        return sorted((view.version, view.element) for view in views.values())


def open_tasks(parts: Context, name: str) -> list[TaskRow]:
    with parts.reading() as session:
        return list(session.scalars(select(TaskRow).where(TaskRow.name == name, TaskRow.status == "open")))


def test_a_renamed_step_is_found_by_its_name_and_its_open_tasks_move_with_it(parts: Context, tmp_path: Path) -> None:
    redraw(parts, tmp_path, '"demand_approve"', '"demand_sign"')
    before = open_tasks(parts, "Approve demand")
    looked = migrate(parts, *WAY, "--dry-run")
    assert (looked.exit_code, standing(parts)[0]) == (0, (1, "call"))
    assert looked.output.splitlines() == [
        "standard_b2b, version 1 to 2: 6 of 6 cases can move, 0 cannot.",
        "  demand_approve is demand_sign there",
        "        3  call",
        "        3  demand_approve -> demand_sign",
    ]
    moved = migrate(parts, *WAY, "--reason", "A clearer name")
    assert moved.output.startswith("standard_b2b, version 1 to 2: 6 of 6 cases moved, 0 stayed.")
    assert standing(parts) == [(2, "call")] * 3 + [(2, "demand_sign")] * 3
    rows = open_tasks(parts, "Approve demand")
    assert [(row.id, row.token, row.due_at) for row in rows] == [(row.id, row.token, row.due_at) for row in before]
    assert {row.element for row in rows} == {"demand_sign"}
    assert migrate(parts, *WAY, "--dry-run").output.startswith("standard_b2b, version 1 to 2: 0 of 0 cases can move")


def test_what_cannot_move_is_told_and_stays(parts: Context, tmp_path: Path) -> None:
    redraw(parts, tmp_path, '"demand_approve"', '"demand_sign"')
    told: dict[str, Any] = json.loads(migrate(parts, *WAY, "--dry-run", "--json").output)
    assert told["plan"]["elements"] == {"demand_approve": "demand_sign"}
    plan = tmp_path / "plan.json"
    plan.write_text(json.dumps({**told["plan"], "elements": {}}))
    answer = migrate(parts, "--plan", str(plan), "--reason", "x")
    assert answer.exit_code == 3
    assert answer.output.splitlines() == [
        "standard_b2b, version 1 to 2: 3 of 6 cases moved, 3 stayed.",
        "        3  call",
        "        3  demand_approve: stays",
        f"           it stands at {APPROVE}, which version 2 does not have; map it to another step",
    ]
    assert standing(parts) == [(1, "demand_approve")] * 3 + [(2, "call")] * 3


def test_due_dates_are_computed_anew_where_it_is_asked(parts: Context, tmp_path: Path) -> None:
    redraw(parts, tmp_path, "add business days(today, 3)", "add business days(today, 20)")
    answer = migrate(parts, *WAY, "--recompute", "call", "--dry-run")
    assert "task 'Call the debtor': due_at " in answer.output
    before = {str(row.due_at) for row in open_tasks(parts, "Call the debtor")}
    assert migrate(parts, *WAY, "--recompute", "call", "--reason", "more time").exit_code == 0
    assert min(str(row.due_at) for row in open_tasks(parts, "Call the debtor")) > max(before)


@pytest.mark.parametrize(
    ("arguments", "told"),
    [
        (("standard_b2b", "--dry-run"), "Say which cases move where"),
        (WAY, "Say why with --reason"),
        ((*WAY, "--map", "call", "--dry-run"), "write OLD=NEW"),
        (("--plan", "nowhere.json", "--dry-run"), "cannot be read"),
    ],
)
def test_what_is_not_said_is_asked_for(parts: Context, tmp_path: Path, arguments: tuple[str, ...], told: str) -> None:
    redraw(parts, tmp_path, '"demand_approve"', '"demand_sign"')
    answer = migrate(parts, *arguments)
    assert isinstance(answer.exception, Unusable)
    assert told in str(answer.exception)
