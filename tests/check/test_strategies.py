"""The strategies that are delivered pass the check with the real catalogue."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

import pytest

from engine.catalogue import Catalogue
from engine.check import check, check_decisions

ROOT = Path(__file__).parents[2]
STRATEGIES = sorted((ROOT / "processes").glob("*/strategy.bpmn"))


@pytest.fixture(scope="module")
def catalogue() -> Catalogue:
    if find_spec("service_tasks.catalogue") is None:
        pytest.skip("there is no catalogue of service tasks yet")
    built: Catalogue = import_module("service_tasks.catalogue").build_catalogue(None)
    return built


def beside(folder: str) -> dict[str, bytes]:
    """Give the files of a folder by their paths as they are deployed."""
    paths = (path for path in sorted((ROOT / folder).rglob("*")) if path.is_file())
    return {path.relative_to(ROOT).as_posix(): path.read_bytes() for path in paths}


def shared() -> dict[str, bytes]:
    return {f"decisions/{path.name}": path.read_bytes() for path in (ROOT / "processes/decisions").glob("*.dmn")}


@pytest.mark.parametrize("path", STRATEGIES, ids=lambda path: path.parent.name)
def test_a_delivered_strategy_has_no_problem(path: Path, catalogue: Catalogue) -> None:
    own = {each.relative_to(path.parent).as_posix(): each.read_bytes() for each in path.parent.rglob("*.*")}
    problems = check(shared() | own | beside("forms") | beside("letter_templates"), catalogue)
    assert list(map(str, problems)) == []


def test_the_delivered_decisions_can_be_deployed(catalogue: Catalogue) -> None:
    forms = beside("forms")
    strategies = {path.parent.name: {"strategy.bpmn": path.read_bytes(), **forms} for path in STRATEGIES}
    problems = check_decisions(shared(), catalogue, strategies)
    assert [str(each) for each in problems if each.severity == "error"] == []
