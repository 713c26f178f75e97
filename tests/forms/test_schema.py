"""Which forms may be deployed, and what is said about the others."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.forms import check_schema, field_types

FORMS = sorted((Path(__file__).parents[2] / "forms").glob("*.json"))
YES_NO = [{"label": "Yes", "value": "yes"}, {"label": "No", "value": "no"}]


def form(*components: dict[str, Any]) -> dict[str, Any]:
    return {"components": list(components)}


def text(key: str = "note", **more: Any) -> dict[str, Any]:
    return {"type": "textfield", "key": key, "label": key.title(), **more}


@pytest.mark.parametrize("path", FORMS, ids=lambda path: path.stem)
def test_the_delivered_forms_are_fine(path: Path) -> None:
    assert check_schema(json.loads(path.read_text(encoding="utf-8"))) == []


def test_a_form_with_everything_that_is_allowed() -> None:
    schema = form(
        text(validate={"required": True, "maxLength": 20, "pattern": "^[a-z]+$"}),
        {"type": "textarea", "key": "long", "validate": {"validationType": "email"}},
        {"type": "number", "key": "amount", "decimalDigits": 2, "validate": {"min": 0.01, "max": "10"}},
        {"type": "datetime", "key": "at", "subtype": "datetime"},
        {"type": "select", "key": "one", "values": YES_NO},
        {"type": "radio", "key": "other", "values": YES_NO},
        {"type": "checkbox", "key": "sure"},
        {"type": "group", "components": [{"type": "checklist", "key": "some", "values": YES_NO}]},
        {"type": "taglist", "key": "tags", "values": YES_NO, "conditional": {"hide": '=one != "yes"'}},
        *({"type": kind} for kind in ("text", "separator", "spacer", "button")),
    )
    assert check_schema(schema) == []
    assert field_types(schema) == {
        "note": "string",
        "long": "string",
        "amount": "number",
        "at": "date and time",
        "one": "string",
        "other": "string",
        "sure": "boolean",
        "some": "list<string>",
        "tags": "list<string>",
    }


@pytest.mark.parametrize(
    ("component", "said"),
    [
        ({"type": "html", "content": "<b>x</b>"}, "raw HTML could run scripts"),
        ({"type": "dynamiclist", "path": "rows", "components": []}, "dynamiclist"),
        ({"type": "invented"}, "the server cannot validate it"),
        ({"type": "group", "path": "inner", "components": []}, "has a path"),
        ({"type": "group", "isRepeating": True, "components": []}, "repeats"),
        (text(""), "has the key ''"),
        (text("a.b"), "has the key 'a.b'"),
        (text(validate={"pattern": "("}), "pattern of 'Note' cannot be used"),
        (text(validate={"pattern": "(?=a)b"}), "Look-ahead"),
        (text(validate={"pattern": 5}), "pattern of 'Note' cannot be used"),
        (text(validate={"maxLength": "=limit"}), "only a plain number"),
        (text(validate={"maxLength": "1e999999"}), "only a plain number"),
        (text(validate={"required": "=sure"}), "only yes or no"),
        (text(readonly="=sure"), "only yes or no"),
        (text(validate={"validationType": "iban"}), "validated as 'iban'"),
        (text(validate="all"), "cannot be read"),
        ({"type": "number", "key": "n", "decimalDigits": -1}, "decimal digits"),
        ({"type": "datetime", "key": "d", "subtype": "week"}, "use date, time or datetime"),
        ({"type": "select", "key": "s", "valuesKey": "offers"}, "come from elsewhere"),
        ({"type": "select", "key": "s", "valuesExpression": "=offers"}, "come from elsewhere"),
        ({"type": "radio", "key": "s", "values": []}, "nothing to choose"),
        ({"type": "radio", "key": "s", "values": [{"label": "1", "value": 1}]}, "text as value"),
        ({"type": "radio", "key": "s", "values": [YES_NO[0], YES_NO[0]]}, "same value"),
        (text(conditional={"hide": "sure"}), "must begin with ="),
        (text(conditional={"hide": "=elsewhere = 1"}), "unknown name `elsewhere`"),
        (text(conditional={"hide": "=note = = 1"}), "cannot be used"),
        (text(conditional={"hide": "=().__class__"}), "cannot be used"),
    ],
)
def test_what_the_server_cannot_validate_is_refused_with_its_reason(component: dict[str, Any], said: str) -> None:
    problems = check_schema(form(component))
    assert any(said in problem for problem in problems), problems


def test_all_problems_are_said_at_once() -> None:
    schema = form(text("a"), text("a"), {"type": "html"}, text("b", conditional={"hide": "x"}))
    assert len(check_schema(schema)) == 3


@pytest.mark.parametrize("schema", [None, [], "form", {}, {"components": {}}])
def test_what_is_no_form_is_said_to_be_none(schema: Any) -> None:
    assert check_schema(schema) == ["This is no form: it has no list of components. Save it from the form editor."]


ANYTHING = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=5),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=5,
)
NAMES = [
    "type",
    "key",
    "label",
    "validate",
    "values",
    "conditional",
    "components",
    "decimalDigits",
    "subtype",
    "readonly",
]
COMPONENT = st.dictionaries(st.sampled_from(NAMES), ANYTHING) | st.fixed_dictionaries(
    {
        "type": st.sampled_from(["textfield", "number", "select", "checklist", "datetime", "group", "checkbox"]),
        "key": ANYTHING,
        "validate": st.dictionaries(st.sampled_from(["min", "maxLength", "pattern", "required"]), ANYTHING),
        "conditional": st.fixed_dictionaries({"hide": st.text(max_size=5) | ANYTHING}),
        "values": ANYTHING | st.lists(st.fixed_dictionaries({"value": ANYTHING}), max_size=3),
    }
)


@given(st.lists(COMPONENT | ANYTHING, max_size=3))
def test_no_schema_makes_the_check_stumble(components: list[Any]) -> None:
    assert all(isinstance(problem, str) for problem in check_schema({"components": components}))
