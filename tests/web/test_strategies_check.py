"""`duly strategies check PATH --json`: what it prints, and with which code it ends."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from click.testing import CliRunner, Result

from engine.errors import Unusable
from tests.check.diagrams import chain, diagram, end, node, start
from web.bundles import PROJECT
from web.commands.strategies import strategies

SHARED = PROJECT.parent / "shared" / "data"
FIELDS = {"file", "element", "line", "code", "severity", "message"}


@pytest.fixture(autouse=True)
def _home(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("DULY_HOME", str(tmp_path / "none"))


def checked(path: Path) -> tuple[int, dict[str, Any]]:
    result: Result = CliRunner().invoke(strategies, ["check", str(path), "--json"])
    code = 2 if isinstance(result.exception, Unusable) else result.exit_code  # as `main` says it
    return code, json.loads(result.stdout)


def test_what_could_be_deployed_ends_with_0() -> None:
    assert checked(PROJECT / "processes" / "small_balance") == (0, {"ok": True, "problems": []})


def test_all_problems_at_once_with_element_and_line_end_with_3(tmp_path: Path) -> None:
    link, signal = "<bpmn:linkEventDefinition/>", "<bpmn:signalEventDefinition/>"
    steps = node("intermediateThrowEvent", "linked", link), node("complexGateway", "complex"), node("task", "plain")
    flows = chain("start", "linked", "complex", "plain", "said")
    whole = diagram(start(), *steps, node("endEvent", "said", signal), end("alone"), flows)
    path = tmp_path / "mine.bpmn"
    path.write_bytes(whole)
    code, told = checked(path)
    assert (code, told["ok"]) == (3, False)
    assert all(set(problem) == FIELDS and problem["file"] == "mine.bpmn" for problem in told["problems"])
    lines = whole.decode().splitlines()
    errors = {each["element"]: each for each in told["problems"] if each["severity"] == "error"}
    assert set(errors) == {"linked", "complex", "plain", "said", "alone"}
    assert all(f'id="{name}"' in lines[each["line"] - 1] for name, each in errors.items())


BOMB = b'<!DOCTYPE d [<!ENTITY a "aaaa">]><definitions>&a;</definitions>'


@pytest.mark.parametrize("data", [b"", b"not xml", b"<html/>", BOMB])
def test_what_is_no_bpmn_or_dangerous_ends_with_2(tmp_path: Path, data: bytes) -> None:
    path = tmp_path / "mine.bpmn"
    path.write_bytes(data)
    code, told = checked(path)
    assert (code, told["ok"]) == (2, False)
    (problem,) = told["problems"]
    assert (problem["file"], problem["code"], problem["severity"]) == ("mine.bpmn", "unusable", "error")


@pytest.mark.skipif(not SHARED.is_dir(), reason="the shared folder of diagrams and attacks is not here")
@pytest.mark.parametrize(("folder", "code"), [("bpmn/miwg/*.bpmn", 3), ("xml_attacks/*.xml", 2)])
def test_files_of_others(folder: str, code: int) -> None:
    assert {checked(path)[0] for path in SHARED.glob(folder)} == {code}
