"""What people answer is taken exactly, or refused in words they understand."""

from __future__ import annotations

from datetime import date
from decimal import Decimal
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from engine.errors import InvalidForm
from engine.feel import admit
from engine.forms import as_json, field_types, validate

OFFERED = [{"label": each.title(), "value": each} for each in ("promise", "refuses", "no_answer")]
FORM: dict[str, Any] = {
    "components": [
        {"type": "radio", "key": "outcome", "label": "Outcome", "values": OFFERED, "validate": {"required": True}},
        {
            "type": "group",
            "conditional": {"hide": '=outcome != "promise"'},
            "components": [
                {
                    "type": "datetime",
                    "key": "promised_on",
                    "subtype": "date",
                    "dateLabel": "Promised for",
                    "disallowPassedDates": True,
                    "validate": {"required": True},
                },
                {
                    "type": "number",
                    "key": "amount",
                    "label": "Amount",
                    "decimalDigits": 2,
                    "validate": {"min": 0.01, "required": True},
                },
            ],
        },
        {"type": "textarea", "key": "note", "label": "Note", "validate": {"maxLength": 10}},
        {"type": "checkbox", "key": "sure", "label": "I am sure"},
        {"type": "checklist", "key": "reasons", "label": "Reasons", "values": OFFERED},
        {"type": "textfield", "key": "shown", "label": "Shown", "readonly": True},
        {"type": "text", "text": "Hello"},
    ]
}


def wrong(data: dict[str, Any], schema: dict[str, Any] = FORM, **variables: Any) -> dict[str, str]:
    with pytest.raises(InvalidForm) as refused:
        validate(schema, data, variables)
    return refused.value.errors


def one(component: dict[str, Any], value: Any) -> Any:
    """Validate a form of one field."""
    return validate({"components": [{"key": "it", "label": "It", **component}]}, {"it": value})["it"]


def one_wrong(component: dict[str, Any], value: Any) -> str:
    return wrong({"it": value}, {"components": [{"key": "it", "label": "It", **component}]})["it"]


def test_a_promise() -> None:
    data = {"outcome": "promise", "promised_on": "2030-01-31", "amount": 12.1, "note": "  ok ", "sure": True}
    assert validate(FORM, data) == {
        "outcome": "promise",
        "promised_on": "2030-01-31",
        "amount": Decimal("12.1"),
        "note": "ok",
        "sure": True,
        "reasons": [],
    }


def test_what_is_hidden_is_neither_asked_for_nor_taken() -> None:
    clean = validate(FORM, {"outcome": "refuses", "promised_on": "nonsense", "amount": -5, "sure": None})
    assert clean["promised_on"] is None
    assert clean["amount"] is None
    assert clean["sure"] is False


def test_what_the_form_does_not_ask_or_only_shows_is_dropped() -> None:
    clean = validate(FORM, {"outcome": "refuses", "case": "42", "shown": "changed", "__class__": 1})
    assert set(clean) == set(field_types(FORM))


def test_every_wrong_field_is_said_by_its_key_and_label() -> None:
    assert wrong({"outcome": "promise", "note": "x" * 11, "reasons": ["promise", "else"]}) == {
        "promised_on": "Please fill in Promised for.",
        "amount": "Please fill in Amount.",
        "note": "Note may have at most 10 characters; it has 11.",
        "reasons": "Please choose among the answers offered for Reasons.",
    }
    assert wrong({}) == {"outcome": "Please fill in Outcome."}


def test_a_date_in_the_past_is_refused_where_the_form_says_so() -> None:
    data = {"outcome": "promise", "promised_on": "2030-01-30", "amount": 1}
    assert wrong(data, today=date(2030, 1, 31)) == {"promised_on": "Promised for must not be in the past."}
    assert validate(FORM, data, {"today": date(2030, 1, 30)})["promised_on"] == "2030-01-30"


def test_a_hidden_answer_hides_nothing_itself() -> None:
    hide_b = {"conditional": {"hide": "=a = true"}}
    hide_c = {"conditional": {"hide": '=b = "x"'}}
    schema = {
        "components": [
            {"type": "checkbox", "key": "a"},
            {"type": "textfield", "key": "b", **hide_b},
            {"type": "textfield", "key": "c", **hide_c},
        ]
    }
    assert validate(schema, {"a": True, "b": "x", "c": "kept"})["c"] == "kept"
    assert validate(schema, {"a": False, "b": "x", "c": "dropped"})["c"] is None


@pytest.mark.parametrize(
    ("component", "value", "taken"),
    [
        ({"type": "number"}, 0.1, Decimal("0.1")),
        ({"type": "number"}, "1234.50", Decimal("1234.50")),
        ({"type": "number"}, 5.0, 5),
        ({"type": "number"}, "", None),
        ({"type": "number", "validate": {"required": True}}, 0, 0),
        ({"type": "textfield"}, "   ", None),
        ({"type": "textarea"}, "a\r\nb", "a\nb"),
        ({"type": "textfield", "validate": {"validationType": "email"}}, "a@b.test", "a@b.test"),
        ({"type": "textfield", "validate": {"validationType": "phone"}}, "+48 22 123-45-67", "+48 22 123-45-67"),
        ({"type": "datetime", "subtype": "time"}, "14:30", "14:30"),
        ({"type": "datetime", "subtype": "datetime"}, "2030-01-31T14:30Z", "2030-01-31T14:30:00+00:00"),
        ({"type": "select", "values": OFFERED}, "", None),
        ({"type": "taglist", "values": OFFERED}, ["no_answer", "promise", "promise"], ["promise", "no_answer"]),
    ],
)
def test_answers_as_they_are_kept(component: dict[str, Any], value: Any, taken: Any) -> None:
    assert one(component, value) == taken


@pytest.mark.parametrize(
    ("component", "value", "said"),
    [
        ({"type": "number"}, "twelve", "It must be a number."),
        ({"type": "number"}, True, "It must be a number."),
        ({"type": "number"}, float("nan"), "It must be a number of at most 15 digits."),
        ({"type": "number"}, "1e999999999", "It must be a number of at most 15 digits."),
        ({"type": "number", "decimalDigits": 2}, 0.125, "It may have at most 2 decimals."),
        ({"type": "number", "decimalDigits": 0}, 0.5, "It must be a whole number."),
        ({"type": "number", "validate": {"min": 1}}, 0, "It must be at least 1."),
        ({"type": "number", "validate": {"max": "5"}}, 6, "It must be at most 5."),
        ({"type": "textfield"}, 5, "It must be a text."),
        ({"type": "textfield"}, "a\0b", "It contains a character that cannot be stored; type it anew."),
        ({"type": "textfield"}, "\ud800", "It contains a character that cannot be stored; type it anew."),
        ({"type": "textarea"}, "x" * 20_001, "It may have at most 20000 characters; it has 20001."),
        ({"type": "textfield", "validate": {"minLength": 3}}, "ab", "It needs at least 3 characters."),
        (
            {"type": "textfield", "validate": {"pattern": "^[0-9]+$"}},
            "a",
            "It does not have the form that is asked for.",
        ),
        (
            {"type": "textfield", "validate": {"validationType": "email"}},
            "a@b",
            "It must be an e-mail address such as name@example.com.",
        ),
        (
            {"type": "textfield", "validate": {"validationType": "phone"}},
            "call me",
            "It must be a telephone number such as +48 22 123 45 67.",
        ),
        ({"type": "datetime", "subtype": "date"}, "2030-02-30", "It must be a date such as 2030-01-31."),
        ({"type": "datetime", "subtype": "date"}, 20300131, "It must be a date such as 2030-01-31."),
        ({"type": "datetime", "subtype": "time"}, "25:00", "It must be a time such as 14:30."),
        (
            {"type": "datetime", "subtype": "datetime"},
            "2030-01-31",
            "It must be a date and time such as 2030-01-31T14:30.",
        ),
        ({"type": "checkbox"}, "yes", "It must be ticked or not."),
        ({"type": "checkbox", "validate": {"required": True}}, False, "Please tick It."),
        ({"type": "radio", "values": OFFERED}, "else", "Please choose one of the answers offered for It."),
        ({"type": "radio", "values": OFFERED}, {"a": 1}, "Please choose one of the answers offered for It."),
        ({"type": "checklist", "values": OFFERED}, "promise", "Please choose among the answers offered for It."),
    ],
)
def test_refusals_in_plain_words(component: dict[str, Any], value: Any, said: str) -> None:
    assert one_wrong(component, value) == said


def test_a_number_of_thousands_of_digits_is_refused() -> None:
    assert one_wrong({"type": "number"}, 10**5000) == "It must be a number."


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats() | st.text(max_size=12),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=4,
)
ANSWERS = st.fixed_dictionaries(
    {},
    optional={
        "outcome": st.sampled_from(["promise", "refuses", "no_answer", ""]) | JSON,
        "promised_on": st.dates().map(date.isoformat) | JSON,
        "amount": st.decimals(allow_nan=False, min_value=0, max_value=10**9, places=2) | JSON,
        "note": st.text(max_size=11) | JSON,
        "sure": st.booleans() | JSON,
        "reasons": st.lists(st.sampled_from(["promise", "refuses", "x"])) | JSON,
    },
)


def outcome(data: dict[str, Any]) -> tuple[dict[str, Any], dict[str, str]]:
    try:
        return validate(FORM, data), {}
    except InvalidForm as refused:
        return {}, refused.errors


@given(ANSWERS)
def test_any_answers_are_taken_or_refused_and_what_is_taken_is_taken_again_unchanged(data: dict[str, Any]) -> None:
    clean, errors = outcome(data)
    assert set(errors) <= set(field_types(FORM))
    if not errors:
        assert set(clean) == set(field_types(FORM))
        assert validate(FORM, clean) == clean


@given(st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**9), max_value=10**9, places=4))
def test_numbers_stay_exact_through_json(number: Decimal) -> None:
    clean = validate({"components": [{"type": "number", "key": "n"}]}, {"n": str(number)})
    assert clean["n"] == number
    assert admit(as_json(clean)["n"]) == number
