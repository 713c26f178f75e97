"""Everything that a diagram names must exist: operators, parameters, messages, forms, roles, decisions, templates."""

from __future__ import annotations

import json
from typing import Any

import pytest

from engine.check import check
from tests.check.diagrams import chain, diagram, end, message, node, properties, service, start, user
from tests.check.toys import CATALOGUE, codes, files, found

DECISION = b"""<?xml version="1.0"?>
<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="d" name="d" namespace="n">
<decision id="tone" name="Tone"><decisionTable id="t">
<input id="i"><inputExpression id="ie" typeRef="string"><text>case.debtor.segment</text></inputExpression></input>
<output id="o" name="tone" typeRef="string"/>
<rule id="r"><inputEntry id="e"><text>"vip"</text></inputEntry>
<outputEntry id="x"><text>"soft"</text></outputEntry></rule>
</decisionTable></decision></definitions>"""


def with_step(step: str) -> bytes:
    return diagram(start(), step, end(), chain("start", "x", "end"))


def with_service(operator: str, result: str = "", /, **parameters: str) -> bytes:
    return with_step(service("x", operator, result, **parameters))


def said(whole: bytes, code: str) -> str:
    return next(problem.message for problem in found(whole) if problem.code == code)


@pytest.mark.parametrize(
    ("whole", "code", "words"),
    [
        (with_service("notes"), "unknown_operator", "There is no operator 'notes'. Did you mean 'note'?"),
        (with_service("zzz"), "unknown_operator", "Known are: note, send."),
        (with_service(""), "no_operator", "choose an operator"),
        (with_step(node("serviceTask", "x")), "no_operator", "choose an operator"),
        (with_service("send", template='"reminder_1"'), "missing_parameter", "needs the parameter 'level' (number)"),
        (with_service("note", txt='"a"'), "surplus_parameter", "Did you mean 'text'?"),
        (with_service("note", level='"three"'), "mistyped_parameter", 'needs a number, but "three" is a string'),
        (with_service("note", text="3"), "mistyped_parameter", "needs a string, but 3 is a number"),
        (with_service("note", on="true"), "mistyped_parameter", "needs a date, but true is a boolean"),
        (with_service("note", text=" "), "empty_parameter", "is empty"),
        (with_service("send", template="null", level="1"), "mistyped_parameter", "may not be null"),
        (with_service("send", template='"remind"', level="1"), "unknown_template", "There is no template 'remind'"),
        (with_step(user("x", form="cal")), "unknown_form", "There is no form forms/cal.json. Did you mean 'call'?"),
        (with_step(user("x", role="boss")), "unknown_role", "There is no role 'boss'"),
        (with_step(user("x", role="")), "unknown_role", "It says not whose task it is"),
        (with_step(user("x", form="")), "no_form", "people can only say that it is done"),
        (with_step(user("x", dew="today")), "unknown_property", "has no property 'dew'. Did you mean 'due'?"),
        (with_step(user("x", annotation="yes")), "bad_property", "it may be 'required', or be left out"),
        (
            with_step(node("userTask", "x", "", properties(stage="s").replace("value=", "v="))),
            "bad_property",
            "a value",
        ),
        (with_step(message("x", "m_gone")), "no_message", "It waits for no message yet"),
        (with_step(node("receiveTask", "x")), "no_message", "It waits for no message yet"),
        (with_service("note", "case"), "bad_variable", "would hide what expressions know by that name"),
        (with_service("note", "last call"), "bad_variable", "use letters, digits and _"),
        (with_step(message("x", "m_paid", "today")), "bad_variable", "would hide"),
        (with_step(node("businessRuleTask", "x")), "no_decision", "It says not which decision it asks"),
    ],
)
def test_what_does_not_exist_is_said_with_the_nearest_that_does(whole: bytes, code: str, words: str) -> None:
    assert (code, "x") in codes(whole)
    assert words in said(whole, code)


def test_a_message_that_the_catalogue_does_not_know() -> None:
    whole = diagram(
        start(),
        node("receiveTask", "x", messageRef="m_payed"),
        end(),
        chain("start", "x", "end"),
        declared='<bpmn:message id="m_payed" name="payed"/>',
    )
    assert said(whole, "unknown_message") == "There is no message 'payed': it would wait for ever. Did you mean 'paid'?"


def test_a_parameter_without_its_type_attribute() -> None:
    whole = with_service("note", text='"a"').replace(b' type="any"', b"")
    assert "write type='string'" in said(whole, "missing_type")


def test_a_parameter_given_twice() -> None:
    given = b'<spiffworkflow:parameter id="text" type="any" value="&quot;a&quot;"/>'
    whole = with_service("note", text='"a"').replace(given, given * 2)
    assert "given twice" in said(whole, "surplus_parameter")


def test_literals_that_fit_are_fine() -> None:
    assert found(with_service("note", "told", text='"a"', on='@"2030-01-31"', level="-1")) == []
    assert found(with_service("note", on='"2030-01-31"', text="null")) == []


def call_form(*components: dict[str, Any]) -> dict[str, bytes]:
    return {"forms/call.json": json.dumps({"components": components}).encode()}


def test_the_forms_beside_the_diagram_are_checked_too() -> None:
    whole = with_step(user("x"))
    problems = found(whole, call_form({"type": "html"}, {"type": "textfield", "key": "a b"}))
    assert [(each.file, each.code) for each in problems] == [("forms/call.json", "bad_form")] * 2
    (problem,) = found(whole, {"forms/call.json": b'{\n"components": [\n'})
    assert (problem.file, problem.code, problem.line) == ("forms/call.json", "bad_form", 3)


def test_an_annotation_needs_a_field_to_be_written_in() -> None:
    whole = with_step(user("x", annotation="required"))
    assert "no_note" in {code for code, _element in codes(whole, call_form({"type": "checkbox", "key": "reached"}))}
    assert found(whole, call_form({"type": "textarea", "key": "note"})) == []


def test_a_field_that_would_hide_a_known_name() -> None:
    assert ("bad_variable", "x") in codes(with_step(user("x")), call_form({"type": "textfield", "key": "case"}))


def test_templates_are_checked_by_the_catalogue() -> None:
    strict = type(CATALOGUE)(
        CATALOGUE.operators,
        CATALOGUE.messages,
        CATALOGUE.vocabulary,
        check_template=lambda data, path: [f"{path} is {data.decode()}"],
    )
    more = {"letter_templates/en/remind.txt": b"broken"}
    problems = check(files(with_service("note")) | more, strict)
    assert [(each.file, each.code, each.message) for each in problems] == [
        ("letter_templates/en/remind.txt", "bad_template", "letter_templates/en/remind.txt is broken")
    ]
    assert ("unknown_template", "x") not in codes(with_service("send", template='"remind"', level="1"), more)


def asking(decision: str) -> bytes:
    held = f"<spiffworkflow:calledDecisionId>{decision}</spiffworkflow:calledDecisionId>"
    return with_step(node("businessRuleTask", "x", "", properties(stage="s") + held))


def test_decisions_must_be_there_and_use_known_names() -> None:
    there = {"decisions/tone.dmn": DECISION}
    assert codes(asking("tone"), there) == {("table_gap", "tone")}
    assert ("unknown_decision", "x") in codes(asking("tune"), there)
    assert ("unknown_decision", "x") in codes(asking("tone"))
    odd = {"decisions/tone.dmn": DECISION.replace(b"segment", b"sgment")}
    assert {(each.file, each.code) for each in found(asking("tone"), odd)} == {("decisions/tone.dmn", "bad_expression")}
    broken = {"decisions/tone.dmn": DECISION.replace(b'"vip"', b"().__class__")}
    assert {(each.file, each.code) for each in found(asking("tone"), broken)} >= {
        ("decisions/tone.dmn", "bad_decision")
    }
