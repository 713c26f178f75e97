"""The runner of the TCK's own files: counts by folder, exit code, and no crash on a file it cannot read."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
HANDED_OUT = Path(os.environ.get("DULY_DMN_TCK", ROOT.parent / "shared" / "data" / "dmn_tck"))
MODEL = """<definitions xmlns="https://www.omg.org/spec/DMN/20211108/MODEL/" name="m" namespace="n">
<inputData id="a" name="a"><variable name="a" typeRef="number"/></inputData>
<decision id="d" name="d"><variable name="d"/>
<informationRequirement><requiredInput href="#a"/></informationRequirement>
<literalExpression><text>{a: a + 1, b: [a, "x"]}</text></literalExpression></decision>
<decision id="e" name="e"><variable name="e"/><literalExpression><text>1 +</text></literalExpression></decision>
</definitions>"""
CASES = """<testCases xmlns="http://www.omg.org/spec/DMN/20160719/testcase" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">
<modelName>m.dmn</modelName>
<testCase id="1"><inputNode name="a"><value xsi:type="xsd:decimal">1</value></inputNode>
<resultNode name="d"><expected><component name="a"><value xsi:type="xsd:decimal">2.0</value></component>
<component name="b"><list><item><value xsi:type="xsd:decimal">2</value></item>
<item><value xsi:type="xsd:string">{x}</value></item></list></component></expected></resultNode>
<resultNode name="e" errorResult="true"><expected><value xsi:nil="true"/></expected></resultNode></testCase>
</testCases>"""


def run(folder: Path) -> tuple[int, str]:
    command = [sys.executable, str(ROOT / "benchmarks" / "tck.py"), str(folder)]
    done = subprocess.run(command, capture_output=True, text=True, check=False, cwd=ROOT)
    return done.returncode, done.stdout.strip().splitlines()[-1]


@pytest.mark.parametrize(
    ("model", "wanted", "answer"),
    [
        (MODEL, "x", (0, "passed 1 failed 0 unsupported 0")),
        (MODEL, "y", (1, "passed 0 failed 1 unsupported 0")),
        ("<a/>", "x", (1, "passed 0 failed 0 unsupported 1")),
    ],
)
def test_counts_and_exit_code(tmp_path: Path, model: str, wanted: str, answer: tuple[int, str]) -> None:
    (tmp_path / "m.dmn").write_text(model)
    (tmp_path / "m-test-01.xml").write_text(CASES.replace("{x}", wanted))
    assert run(tmp_path) == answer


def node(name: str, value: str) -> str:
    return f'<inputNode name="{name}">{value}</inputNode>'


def typed(kind: str, value: str) -> str:
    return f'<value xsi:type="xsd:{kind}">{value}</value>'


def expected(name: str, value: str, more: str = "") -> str:
    return f'<resultNode name="{name}" {more}><expected>{value}</expected></resultNode>'


ECHO = """<definitions xmlns="https://www.omg.org/spec/DMN/20211108/MODEL/" name="m" namespace="n">
<inputData id="a" name="a"><variable name="a"/></inputData>
<decision id="d" name="d"><variable name="d"/>
<informationRequirement><requiredInput href="#a"/></informationRequirement>
<literalExpression><text>a</text></literalExpression></decision>
<decision id="big" name="big"><variable name="big"/>
<literalExpression><text>100000000000000000000 / 3</text></literalExpression></decision>
<decision id="zone" name="zone"><variable name="zone"/>
<literalExpression><text>@"2024-01-01T10:00:00@Europe/Warsaw"</text></literalExpression></decision>
<decision id="f" name="f"><variable name="f"/>
<literalExpression><text>"the decision"</text></literalExpression></decision>
<businessKnowledgeModel id="g" name="f"><variable name="f"/><encapsulatedLogic><formalParameter name="x"/>
<literalExpression><text>x + 1</text></literalExpression></encapsulatedLogic></businessKnowledgeModel>
<decisionService id="s" name="f"><outputDecision href="#d"/><inputData href="#a"/></decisionService>
</definitions>"""
ONE, NIL = typed("decimal", "1"), '<value xsi:nil="true"/>'


@pytest.mark.parametrize(
    ("attributes", "inside"),
    [
        ("", node("a", f"<list><item>{ONE}</item></list>") + expected("d", f"<list><item>{ONE}</item></list>")),
        ("", node("a", '<list xsi:nil="true"/>') + expected("d", NIL)),
        (
            "",
            node("a", '<component name="x" xsi:nil="true"/>') + expected("d", f'<component name="x">{NIL}</component>'),
        ),
        ("", node("a", typed("duration", "P1Y")) + expected("d", typed("duration", "P12M"))),
        ("", node("a", typed("boolean", "true")) + expected("d", typed("boolean", "1"))),
        ("", node("a", typed("double", "1.0E1")) + expected("d", typed("decimal", "10"))),
        ("", node("a", "<value>10</value>") + expected("d", typed("decimal", "10"))),
        ("", expected("big", typed("decimal", "33333333333333333333"))),
        ("", expected("zone", typed("dateTime", "2024-01-01T10:00:00+01:00"))),
        ("", node("a", NIL) + expected("d", typed("string", "not this"), 'errorResult="true"')),
        ("", expected("f", typed("string", "the decision"))),
        ('type="bkm" invocableName="f"', node("x", ONE) + expected("f", typed("decimal", "2"))),
        ('type="decisionService" invocableName="f"', node("a", ONE) + expected("d", ONE)),
    ],
)
def test_reads_what_test_files_hold(tmp_path: Path, attributes: str, inside: str) -> None:
    folder = tmp_path / "level" / "case"
    folder.mkdir(parents=True)
    (folder / "broken.dmn").write_text("<definitions")
    (folder / "m.dmn").write_text(ECHO)
    head = CASES[: CASES.index("<testCase id")]
    for number in (1, 2):
        one = f'{head}<testCase id="{number}" {attributes}>{inside}</testCase></testCases>'
        (folder / f"m-test-0{number}.xml").write_text(one)
    assert run(tmp_path) == (0, "passed 2 failed 0 unsupported 0")


@pytest.mark.skipif(not HANDED_OUT.is_dir(), reason="the TCK's files are not here")
def test_the_cases_at_hand_all_pass() -> None:
    code, last = run(HANDED_OUT)
    assert code == 0, last
