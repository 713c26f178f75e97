"""Everything that a delivered diagram names exists."""

from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

import pytest
from lxml import etree

from engine.catalogue import Catalogue
from tests.architecture.source import ROOT

BPMN = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"
SPIFF = "{http://spiffworkflow.org/bpmn/schema/1.0/core}"
DMN = "{https://www.omg.org/spec/DMN/20191111/MODEL/}"
EXAMPLES = {"road_fine": "service_tasks.examples.road_fine.catalogue"}
"""Processes outside debt collection, with the catalogue of their own."""
NO_LETTERS = None  # the names are listed, nothing is written
DIAGRAMS = sorted((ROOT / "processes").rglob("*.bpmn"))

pytestmark = pytest.mark.skipif(not DIAGRAMS, reason="there is no diagram yet")


@pytest.fixture(params=DIAGRAMS, ids=lambda path: path.stem)
def diagram(request: pytest.FixtureRequest) -> etree._Element:
    return etree.parse(request.param, etree.XMLParser(resolve_entities=False, no_network=True)).getroot()


@pytest.fixture
def catalogue(diagram: etree._Element, catalogue_of_strategies: Catalogue) -> Catalogue:
    process = next(str(each.get("id")) for each in diagram.iter(f"{BPMN}process"))
    if process not in EXAMPLES:
        return catalogue_of_strategies
    own: Catalogue = import_module(EXAMPLES[process]).CATALOGUE
    return own


@pytest.fixture(scope="module")
def catalogue_of_strategies() -> Catalogue:
    if find_spec("service_tasks.catalogue") is None:
        pytest.skip("there is no catalogue of service tasks yet")
    built: Catalogue = import_module("service_tasks.catalogue").build_catalogue(NO_LETTERS)
    return built


def properties(diagram: etree._Element, name: str) -> set[str]:
    return {str(each.get("value")) for each in diagram.iter(f"{SPIFF}property") if each.get("name") == name}


def parameters(diagram: etree._Element, name: str) -> set[str]:
    """Collect the literal texts that service tasks pass as this parameter."""
    found = (str(each.get("value")) for each in diagram.iter(f"{SPIFF}parameter") if each.get("id") == name)
    return {value.strip('"') for value in found if value.startswith('"')}


def test_operators(diagram: etree._Element, catalogue: Catalogue) -> None:
    used = {str(each.get("id")) for each in diagram.iter(f"{SPIFF}serviceTaskOperator")}
    assert not used - set(catalogue.operators)


def test_messages(diagram: etree._Element, catalogue: Catalogue) -> None:
    used = {str(each.get("name")) for each in diagram.iter(f"{BPMN}message")}
    assert not used - set(catalogue.messages)


def test_forms(diagram: etree._Element) -> None:
    missing = {form for form in properties(diagram, "form") if not list((ROOT / "forms").rglob(f"{form}.json"))}
    assert not missing


def test_templates(diagram: etree._Element) -> None:
    known = {_key(path) for path in (ROOT / "letter_templates").rglob("*") if path.is_file()}
    assert not parameters(diagram, "template") - known


def _key(path: Path) -> str:
    return path.name.partition(".")[0]


def test_decisions(diagram: etree._Element) -> None:
    called = {str(each.text).strip() for each in diagram.iter(f"{SPIFF}calledDecisionId")}
    called |= properties(diagram, "decision")
    called |= properties(diagram, "decision")
    known = {
        str(decision.get("id"))
        for path in (ROOT / "processes").rglob("*.dmn")
        for decision in etree.parse(path).iter(f"{DMN}decision")
    }
    assert not called - known
