"""Files that strangers send: dangerous XML and other programs' diagrams end in words, soon, and never in a crash."""

from __future__ import annotations

import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.check import check
from engine.errors import Unusable
from tests.check.diagrams import chain, diagram, end, service, start
from tests.check.toys import CATALOGUE, files, told

ROOT = Path(__file__).parents[2]
DATA = ROOT.parent / "shared" / "data"
ATTACKS = sorted((DATA / "xml_attacks").glob("*.xml"))
MODELS = sorted((DATA / "bpmn" / "miwg").glob("*.bpmn"))
SECONDS = 2.0
PLAIN = diagram(start(), service("a"), end(), chain("start", "a", "end"))
ENTITY = b'<!DOCTYPE bpmn:definitions [<!ENTITY secret SYSTEM "file:///etc/passwd">]>\n<bpmn:definitions'


@pytest.fixture(autouse=True)
def soon() -> Iterator[None]:
    began = time.process_time()
    yield
    assert time.process_time() - began < SECONDS


def test_an_external_entity_is_refused() -> None:
    with pytest.raises(Unusable, match="document type or entities"):
        check(files(PLAIN.replace(b"<bpmn:definitions", ENTITY, 1).replace(b'name="a"', b'name="&secret;"')), CATALOGUE)


@pytest.mark.parametrize("encoding", ["utf-16", "utf-16-le", "utf-16-be", "utf-32"])
def test_another_encoding_hides_no_entity(encoding: str) -> None:
    text = PLAIN.replace(b"<bpmn:definitions", ENTITY, 1).decode().replace("UTF-8", encoding)
    assert isinstance(told(text.encode(encoding)), str)


def test_depth_and_bulk_are_refused() -> None:
    deep = b"<bpmn:subProcess>" * 150 + b"</bpmn:subProcess>" * 150
    assert "deep" in told(PLAIN.replace(b"</bpmn:process>", deep + b"</bpmn:process>"))
    bulk = b"<bpmn:userTask/>" * 200_000
    assert "elements" in told(PLAIN.replace(b"</bpmn:process>", bulk + b"</bpmn:process>"))


def test_a_diagram_that_nobody_could_read_is_refused_before_it_is_judged() -> None:
    scopes = "".join(f'<bpmn:subProcess id="s{number}"/>' for number in range(20_000))
    assert "more than 2,000 steps" in told(diagram(start(), scopes, end()))


@pytest.mark.skipif(not ATTACKS, reason="the shared folder of XML attacks is not here")
@pytest.mark.parametrize("path", ATTACKS, ids=lambda path: path.stem)
def test_known_attacks_are_refused_in_words(path: Path) -> None:
    said = told(path.read_bytes())
    assert isinstance(said, str)
    assert "strategy.bpmn" in said


@pytest.mark.skipif(not MODELS, reason="the shared folder of reference models is not here")
@pytest.mark.parametrize("path", MODELS, ids=lambda path: path.stem)
def test_other_programs_diagrams_are_judged_and_never_crash_the_check(path: Path) -> None:
    said = told(path.read_bytes())
    assert isinstance(said, list)
    assert any(problem.severity == "error" for problem in said)
    assert all(problem.message and problem.line for problem in said)
    assert not any("executor cannot read" in problem.message for problem in said)
