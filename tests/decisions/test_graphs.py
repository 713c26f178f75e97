"""Requirement graphs: decisions on decisions, business knowledge, services, imports, boxed expressions and types."""

from __future__ import annotations

from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any

import pytest

from engine.decisions import Decision, DecisionError, read_dmn
from engine.decisions.model import Model
from engine.decisions.reader import read_model

SPACE = 'xmlns="https://www.omg.org/spec/DMN/20211108/MODEL/"'


def model(*elements: str, namespace: str = "ns") -> bytes:
    return f'<definitions {SPACE} name="m" namespace="{namespace}">{"".join(elements)}</definitions>'.encode()


def text(value: str, kind: str = "literalExpression") -> str:
    return f"<{kind}><text><![CDATA[{value}]]></text></{kind}>"


def given(name: str, type_: str = "Any") -> str:
    return f'<inputData id="{name}" name="{name}"><variable name="{name}" typeRef="{type_}"/></inputData>'


def decision(name: str, logic: str, *needs: str, type_: str = "Any") -> str:
    required = "".join(need_of(need) for need in needs)
    return (
        f'<decision id="{name}" name="{name}"><variable name="{name}" typeRef="{type_}"/>{required}{logic}</decision>'
    )


def need_of(need: str) -> str:
    kind, _colon, identity = need.rpartition(":")
    outer = "knowledgeRequirement" if kind == "Knowledge" else "informationRequirement"
    return f'<{outer}><required{kind} href="{identity if "#" in identity else "#" + identity}"/></{outer}>'


def knowledge(name: str, parameters: dict[str, str], logic: str) -> str:
    formal = "".join(f'<formalParameter name="{key}" typeRef="{kind}"/>' for key, kind in parameters.items())
    inside = f"<encapsulatedLogic>{formal}{logic}</encapsulatedLogic>"
    return (
        f'<businessKnowledgeModel id="{name}" name="{name}"><variable name="{name}"/>{inside}</businessKnowledgeModel>'
    )


def answer(data: bytes, name: str, **variables: Any) -> Any:
    return read_dmn(data, "m.dmn")[name].evaluate(variables).value


def test_a_decision_rests_on_others_and_remembers_them() -> None:
    data = model(
        given("amount", "number"),
        decision("fee", text("amount * 0.1"), "Input:amount"),
        decision("total", text("amount + fee"), "Input:amount", "Decision:fee"),
    )
    outcome = read_dmn(data, "m.dmn")["total"].evaluate({"amount": 100})
    assert outcome.value == 110
    assert outcome.required["fee"].value == 10


def test_a_decision_sees_what_it_requires_and_what_the_model_does_not_name() -> None:
    data = model(given("a"), given("b"), decision("d", text("[a, b, c]"), "Input:a"))
    found = read_model(data, "m.dmn", lenient=True).elements["ns#d"]
    assert found.evaluate({"a": 1, "b": 2, "c": 3}).value == [1, None, 3]
    with pytest.raises(DecisionError, match="uses `b` without requiring it"):
        read_dmn(data, "m.dmn")


def test_names_lists_what_the_caller_has_to_give() -> None:
    data = model(given("a"), decision("d", text("for i in case.items return i.x + a + today"), "Input:a"))
    assert read_dmn(data, "m.dmn")["d"].names == {"case.items", "today"}


def test_business_knowledge_is_called_by_position_by_name_and_boxed() -> None:
    binding = f'<binding><parameter name="p"/>{text("10")}</binding><binding><parameter name="q"/>{text("3")}</binding>'
    data = model(
        knowledge("less by", {"p": "number", "q": "number"}, text("p - q")),
        decision("a", text("less by(10, 3)"), "Knowledge:less by"),
        decision("b", text("less by(q: 3, p: 10)"), "Knowledge:less by"),
        decision("c", f"<invocation>{text('less by')}{binding}</invocation>", "Knowledge:less by"),
        decision("d", text('less by("10", 3)'), "Knowledge:less by"),
        decision("e", text("less by(1)"), "Knowledge:less by"),
    )
    assert [answer(data, name) for name in "abcde"] == [7, 7, 7, None, None]


def test_knowledge_may_require_itself() -> None:
    factorial = knowledge("fac", {"n": "number"}, text("if n < 2 then 1 else n * fac(n - 1)"))
    needing = factorial.replace("</businessKnowledgeModel>", need_of("Knowledge:fac") + "</businessKnowledgeModel>")
    assert answer(model(needing, decision("d", text("fac(5)"), "Knowledge:fac")), "d") == 120


def test_arguments_by_name_that_are_not_given_are_null() -> None:
    boxed = f'<invocation>{text("both")}<binding><parameter name="p"/>{text("1")}</binding></invocation>'
    data = model(
        knowledge("both", {"p": "number", "q": "number"}, text("[p, q]")),
        decision("a", boxed, "Knowledge:both"),
        decision("b", text("both(q: 2)"), "Knowledge:both"),
        decision("c", text("both(r: 2)"), "Knowledge:both"),
    )
    assert [answer(data, name) for name in "abc"] == [[1, None], [None, 2], None]


def test_tables_inside_knowledge_say_which_rules_hit() -> None:
    cells = (("< 5", "1"), (">= 5", "2"))
    rows = "".join(f"<rule>{text(cell, 'inputEntry')}{text(out, 'outputEntry')}</rule>" for cell, out in cells)
    table = f"<decisionTable><input>{text('x', 'inputExpression')}</input><output name='o'/>{rows}</decisionTable>"
    data = model(knowledge("grade", {"x": "number"}, table), decision("d", text("grade(7)"), "Knowledge:grade"))
    outcome = read_dmn(data, "m.dmn")["d"].evaluate({})
    assert outcome.value == 2
    assert [(inner.hits, dict(inner.inputs)) for inner in outcome.required.values()] == [((2,), {"x": 7})]


def test_a_service_is_a_function_of_its_inputs() -> None:
    service = (
        '<decisionService id="s" name="s"><outputDecision href="#y"/><encapsulatedDecision href="#x"/>'
        '<inputData href="#a"/></decisionService>'
    )
    data = model(
        given("a", "number"),
        decision("x", text("a + 1"), "Input:a"),
        decision("y", text("x * 2"), "Decision:x"),
        service,
        decision("call", text("s(4)"), "Knowledge:s"),
        decision("wrong", text('s("4")'), "Knowledge:s"),
    )
    assert answer(data, "call", a=100) == 10
    assert answer(data, "wrong", a=100) is None


def test_imports_are_seen_under_their_name() -> None:
    inner = model(
        '<itemDefinition name="tAge"><typeRef>number</typeRef><allowedValues><text>&gt;= 18</text></allowedValues>'
        "</itemDefinition>",
        given("a", "number"),
        knowledge("twice", {"x": "number"}, text("x * 2")),
        decision("d", text("a + 1"), "Input:a"),
        namespace="inner",
    )
    outer = model(
        '<import name="lib" namespace="inner" importType="https://www.omg.org/spec/DMN/20211108/MODEL/"/>',
        given("age", "lib.tAge"),
        decision("r", text("lib.twice(lib.d) + age"), "Knowledge:inner#twice", "Decision:inner#d", "Input:age"),
    )
    found: Model = read_model(outer, "m.dmn", imports={"inner": inner}.get)
    result = found.elements["ns#r"]
    assert isinstance(result, Decision)
    assert result.evaluate({"a": 1, "age": 20}).value == 24
    assert result.evaluate({"lib": {"a": 2}, "age": 20}).value == 26
    assert result.evaluate({"a": 1, "age": 17}).value is None


IMPORT = '<import name="{0}" namespace="{0}" importType="https://www.omg.org/spec/DMN/20211108/MODEL/"/>'


def test_a_model_imported_twice_has_inputs_of_each_way_to_it() -> None:
    greeting = decision("hello", text('"Hello, " + name'), "Input:name")
    files = {"a": model(given("name"), greeting, namespace="a")}
    for way in ("b", "c"):
        told = decision("told", text(f'"{way}: " + a.hello'), "Decision:a#hello")
        files[way] = model(IMPORT.format("a"), told, namespace=way)
    both = decision("both", text("[b.told, c.told]"), "Decision:b#told", "Decision:c#told")
    found = read_model(model(IMPORT.format("b"), IMPORT.format("c"), both), "m.dmn", imports=files.get)
    variables = {"b": {"a": {"name": "Ann"}}, "c": {"a": {"name": "Ben"}}}
    outcome = found.elements["ns#both"].evaluate(variables)
    assert outcome.value == ["b: Hello, Ann", "c: Hello, Ben"]
    assert variables == {"b": {"a": {"name": "Ann"}}, "c": {"a": {"name": "Ben"}}}
    assert found.elements["ns#both"].evaluate({"name": "Cid"}).value == ["b: Hello, Cid", "c: Hello, Cid"]


ENTRY = '<contextEntry><variable name="{}"/>{}</contextEntry>'
RELATION = (
    '<relation><column name="a"/><column name="b b"/><row>' + text("1") + text("2") + "</row>"
    "<row>" + text("3") + text("4") + "</row></relation>"
)
LIST = "<list>" + text("1") + text("2") + "</list>"
BOXED = [
    (
        "<context>" + ENTRY.format("a-b", text("1")) + ENTRY.format("c", text("a-b + 1")) + "</context>",
        {"a-b": 1, "c": 2},
    ),
    ("<context>" + ENTRY.format("a", text("1")) + f"<contextEntry>{text('a + 5')}</contextEntry></context>", 6),
    (LIST, [1, 2]),
    (RELATION, [{"a": 1, "b b": 2}, {"a": 3, "b b": 4}]),
    (f"<conditional><if>{text('true')}</if><then>{text('1')}</then><else>{text('2')}</else></conditional>", 1),
    ("<filter><in>" + RELATION + "</in><match>" + text("a > 1") + "</match></filter>", [{"a": 3, "b b": 4}]),
    ('<for iteratorVariable="i"><in>' + LIST + "</in><return>" + text("i * 10") + "</return></for>", [10, 20]),
    ('<some iteratorVariable="i"><in>' + LIST + "</in><satisfies>" + text("i > 1") + "</satisfies></some>", True),
    ('<every iteratorVariable="i"><in>' + LIST + "</in><satisfies>" + text("i > 1") + "</satisfies></every>", False),
]  # fmt: skip


@pytest.mark.parametrize(("logic", "value"), BOXED, ids=[logic[1:12] for logic, _value in BOXED])
def test_boxed_expressions(logic: str, value: Any) -> None:
    assert answer(model(decision("d", logic)), "d") == value


def test_a_boxed_function_is_a_value() -> None:
    function = f'<functionDefinition><formalParameter name="x" typeRef="number"/>{text("x + 1")}</functionDefinition>'
    context = "<context>" + ENTRY.format("f", function) + f"<contextEntry>{text('f(1)')}</contextEntry></context>"
    assert answer(model(decision("d", context)), "d") == 2


LOAN = (
    '<itemDefinition name="tStatus"><typeRef>string</typeRef><allowedValues><text>"NEW", "OLD"</text></allowedValues>'
    '</itemDefinition><itemDefinition name="tLoan">'
    '<itemComponent name="amount"><typeRef>number</typeRef></itemComponent>'
    '<itemComponent name="status"><typeRef>tStatus</typeRef></itemComponent></itemDefinition>'
    '<itemDefinition name="tLoans" isCollection="true"><typeRef>tLoan</typeRef></itemDefinition>'
)


@pytest.mark.parametrize(
    ("type_", "value", "wanted"),
    [
        ("number", 5, 5),
        ("number", "5", None),
        ("number", [5], 5),
        ("tStatus", "NEW", "NEW"),
        ("tStatus", "GONE", None),
        ("tLoan", {"amount": 1, "status": "OLD"}, {"amount": 1, "status": "OLD"}),
        ("tLoan", {"amount": "1", "status": "OLD"}, None),
        ("tLoan", {"status": "OLD"}, None),
        ("tLoan", {"amount": None, "status": "OLD", "x": 1}, {"amount": None, "status": "OLD", "x": 1}),
        ("tLoans", {"amount": 1, "status": "OLD"}, [{"amount": 1, "status": "OLD"}]),
        ("tLoans", [{"amount": 1, "status": "GONE"}], None),
        ("date and time", date(2024, 1, 1), datetime(2024, 1, 1, tzinfo=UTC)),
        ("tUnknown", 5, 5),
    ],
)
def test_values_become_their_declared_type(type_: str, value: Any, wanted: Any) -> None:
    data = model(LOAN, given("v", type_), decision("d", text("v"), "Input:v"), decision("e", text("w"), type_=type_))
    assert answer(data, "d", v=value) == wanted
    assert answer(data, "e", w=value) == wanted


def test_declared_types_are_known_to_expressions() -> None:
    data = model(LOAN, decision("d", text('[{amount: 1, status: "NEW"}, 1][item instance of tLoan].amount')))
    assert answer(data, "d") == [Decimal(1)]


NEW = '{amount: 1, status: "NEW"}'


@pytest.mark.parametrize(
    ("logic", "value"),
    [
        (f"[{NEW}] instance of list<tLoan>", True),
        ("[{amount: 1}] instance of list<tLoan>", False),
        ("{amount: 1} instance of tLoan", False),
        ("1 instance of list<tUnknown>", None),
        (f"(function(one: tLoan) one.amount)([{NEW}])", 1),
        (f"(function(all: list<tLoan>) all.amount)({NEW})", [1]),
        (f"(function(all: tLoans) all.amount)({NEW})", [1]),
        ("(function(one: tLoan) one)({amount: 1})", None),
    ],
)
def test_declared_types_inside_others_and_of_parameters(logic: str, value: Any) -> None:
    assert answer(model(LOAN, decision("d", text(logic))), "d") == value


@pytest.mark.parametrize("name", ["", "lib", "my lib", "a.b"])
def test_imports_have_any_name_or_none(name: str) -> None:
    inner = model(
        '<itemDefinition name="tAge"><typeRef>number</typeRef></itemDefinition>',
        knowledge("twice", {"x": "tAge"}, text("x * 2")),
        namespace="inner",
    )
    start = f"{name}." if name else ""
    outer = model(
        f'<import name="{name}" namespace="inner" importType="https://www.omg.org/spec/DMN/20211108/MODEL/"/>',
        decision("r", text(f"{start}twice(4)"), "Knowledge:inner#twice", type_=f"{start}tAge"),
        decision("s", text('"x"'), type_=f"{start}tAge"),
        decision("t", text(f"[1 instance of {start}tAge, 1 instance of {start}tGone]")),
    )
    found = read_model(outer, "m.dmn", imports={"inner": inner}.get)
    assert [found.elements[f"ns#{key}"].evaluate({}).value for key in "rst"] == [8, None, [True, None]]


def test_circles_and_dangling_requirements_are_refused() -> None:
    circle = model(decision("x", text("y"), "Decision:y"), decision("y", text("x"), "Decision:x"))
    with pytest.raises(DecisionError, match="x needs y needs x, a circle"):
        read_dmn(circle, "m.dmn")
    with pytest.raises(DecisionError, match="requires `z`, which is not in the file"):
        read_dmn(model(decision("x", text("z"), "Input:z")), "m.dmn")
    with pytest.raises(DecisionError, match="no logic"):
        read_dmn(model(decision("x", "")), "m.dmn")
    with pytest.raises(DecisionError, match="`java` is not supported"):
        read_dmn(model(decision("x", '<literalExpression expressionLanguage="java"/>')), "m.dmn")
