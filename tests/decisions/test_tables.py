"""Decision tables by hit policy, and what they say when they are wrong."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest

from engine.decisions import Decision, DecisionError, read_dmn

HEAD = '<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" name="m">'
ROWS = ((">= 18", '"low"', "10"), (">= 18", "-", "20"), ("< 18", "-", "30"), (">= 60", "-", "20"))


def column(kind: str, *inside: str) -> str:
    return f"<{kind}>" + "".join(inside) + f"</{kind}>"


def text(kind: str, value: str) -> str:
    return f"<{kind}><text><![CDATA[{value}]]></text></{kind}>"


def table(policy: str, rows: tuple[tuple[str, ...], ...] = ROWS, *, extra: str = "", outputs: int = 1) -> Decision:
    columns = [
        text("input", "x").replace("<text>", "<inputExpression><text>").replace("</text>", "</text></inputExpression>")
    ]
    inputs = "".join(columns[0].replace("CDATA[x]", f"CDATA[{name}]") for name in ("case.age", "risk"))
    given = "".join(f'<output name="o{number}">{extra}</output>' for number in range(outputs))
    body = "".join(
        "<rule>" + "".join(text("inputEntry", cell) for cell in row[:2])
        + "".join(text("outputEntry", cell) for cell in row[2:]) + text("annotationEntry", "why") + "</rule>"
        for row in rows
    )  # fmt: skip
    logic = f"<decisionTable {policy}>{inputs}{given}<annotation name='note'/>{body}</decisionTable>"
    data = f'{HEAD}<decision id="fee" name="Fee">{logic}</decision></definitions>'
    return read_dmn(data.encode(), "fee.dmn")["fee"]


def answer(decision: Decision, age: int, risk: str | None = "low") -> tuple[Any, tuple[int, ...]]:
    outcome = decision.evaluate({"case": {"age": age}, "risk": risk})
    return outcome.value, outcome.hits


RANKED = "<outputValues><text>30, 20, 10</text></outputValues>"
DEFAULT = "<defaultOutputEntry><text>7</text></defaultOutputEntry>"


@pytest.mark.parametrize(
    ("policy", "extra", "value", "hits"),
    [
        ('hitPolicy="FIRST"', "", 10, (1,)),
        ('hitPolicy="PRIORITY"', RANKED, 20, (2,)),
        ('hitPolicy="RULE ORDER"', "", [10, 20, 20], (1, 2, 4)),
        ('hitPolicy="OUTPUT ORDER"', RANKED, [20, 20, 10], (2, 4, 1)),
        ('hitPolicy="COLLECT"', "", [10, 20, 20], (1, 2, 4)),
        ('hitPolicy="COLLECT" aggregation="SUM"', "", 50, (1, 2, 4)),
        ('hitPolicy="COLLECT" aggregation="MIN"', "", 10, (1, 2, 4)),
        ('hitPolicy="COLLECT" aggregation="MAX"', "", 20, (1, 2, 4)),
        ('hitPolicy="COLLECT" aggregation="COUNT"', "", 3, (1, 2, 4)),
    ],
)
def test_hit_policies(policy: str, extra: str, value: Any, hits: tuple[int, ...]) -> None:
    assert answer(table(policy, extra=extra), 65) == (value, hits)


def test_unique_answers_once_and_refuses_overlaps() -> None:
    assert answer(table(""), 17) == (30, (3,))
    with pytest.raises(DecisionError, match="`Fee`: rules 1 and 2 hit together"):
        answer(table('hitPolicy="UNIQUE"'), 18)


def test_any_wants_agreement() -> None:
    assert answer(table('hitPolicy="ANY"'), 65, "high") == (20, (2, 4))
    with pytest.raises(DecisionError, match="different outputs"):
        answer(table('hitPolicy="ANY"'), 65)


def test_without_a_hit_the_default_answers() -> None:
    rows = (("> 100", "-", "1"),)
    assert answer(table("", rows), 1) == (None, ())
    assert answer(table("", rows, extra=DEFAULT), 1) == (7, ())
    assert answer(table('hitPolicy="COLLECT"', rows), 1) == ([], ())
    assert answer(table('hitPolicy="COLLECT" aggregation="COUNT"', rows), 1) == (0, ())
    assert answer(table('hitPolicy="COLLECT"', rows, extra=DEFAULT), 1) == (7, ())
    assert answer(table('hitPolicy="RULE ORDER"', rows, extra=DEFAULT), 1) == (7, ())


def test_several_outputs_come_by_name_and_inputs_are_recorded() -> None:
    decision = table("", ((">= 18", 'not("high")', '"a"', '"b"'),), outputs=2)
    outcome = decision.evaluate({"case": {"age": 20}, "risk": "low"})
    assert outcome.value == {"o0": "a", "o1": "b"}
    assert outcome.inputs == {"case.age": Decimal(20), "risk": "low"}


def test_each_rule_says_why_it_does_not_hit() -> None:
    decision = table("", ((">= 18", '"high"', "1"), (">= 18", "-", "2"), ("< 18", '"high"', "3")))
    verdicts = decision.verdicts({"case": {"age": 20}, "risk": "low"})
    assert [(verdict.rule, verdict.failed) for verdict in verdicts] == [
        (1, ("risk",)),
        (2, ()),
        (3, ("case.age", "risk")),
    ]


def test_columns_of_one_name_are_told_apart() -> None:
    inputs = column("input", text("inputExpression", "x")) * 2
    rule = column("rule", text("inputEntry", "> 1"), text("inputEntry", "< 9"), text("outputEntry", "5"))
    logic = f"<decisionTable>{inputs}<output name='o'/>{rule}</decisionTable>"
    data = f'{HEAD}<decision id="d" name="d">{logic}</decision></definitions>'
    assert read_dmn(data.encode(), "d.dmn")["d"].evaluate({"x": 3}).inputs == {"x": 3, "x (2)": 3}


def test_priority_falls_back_to_the_values_of_the_type() -> None:
    item = '<itemDefinition name="tO"><typeRef>string</typeRef><allowedValues><text>"b", "a"</text></allowedValues>'
    rules = "".join(column("rule", text("inputEntry", "-"), text("outputEntry", value)) for value in ('"a"', '"b"'))
    inputs = column("input", text("inputExpression", "x"))
    logic = f'<decisionTable hitPolicy="PRIORITY">{inputs}<output name="o" typeRef="tO"/>{rules}</decisionTable>'
    data = f'{HEAD}{item}</itemDefinition><decision id="d" name="d">{logic}</decision></definitions>'
    assert read_dmn(data.encode(), "d.dmn")["d"].evaluate({"x": 3}).value == "b"


@pytest.mark.parametrize(
    ("row", "message"),
    [
        (("1 +", "-", "1"), r"rule 1, input column 1 \(case.age\): the expression ends too early"),
        (("-", "-", "(1"), "rule 1, output column o0"),
        (("-", "1"), "it has 2 input and 0 output cells for 2 and 1 columns"),
    ],
)
def test_errors_name_decision_rule_and_column(row: tuple[str, ...], message: str) -> None:
    with pytest.raises(DecisionError, match=message) as error:
        table("", (row,))
    assert "fee.dmn, line 1, decision `Fee`" in str(error.value)


def test_unknown_names_are_found_when_reading() -> None:
    logic = text("literalExpression", "case.ballance")
    data = f'{HEAD}<decision id="d" name="d">{logic}</decision></definitions>'
    assert read_dmn(data.encode(), "d.dmn")["d"].evaluate({}).value is None
    with pytest.raises(DecisionError, match=r"did you mean `case.balance`\?"):
        read_dmn(data.encode(), "d.dmn", names={"case.balance"})


def test_what_is_no_dmn_is_refused() -> None:
    with pytest.raises(DecisionError, match="no DMN file"):
        read_dmn(b"<a/>", "a.dmn")
