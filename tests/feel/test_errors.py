"""What is wrong is said with line and column, and with the nearest known name."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from engine.feel import FeelError, compile_expression, compile_unary

NAMES = {"case.balance", "case.debtor.segment", "case.items", "today"}


@pytest.mark.parametrize(
    ("text", "line", "column", "message"),
    [
        ("", 1, 1, "empty"),
        ("1 +", 1, 4, "too early"),
        ("(1", 1, 3, "not closed"),
        ("1 +\n  * 2", 2, 3, "`*` is not expected"),
        ('"a', 1, 1, "string is not closed"),
        ("1 $ 2", 1, 3, "`$` has no meaning"),
        ("1)", 1, 2, "closes nothing"),
        ('@"2024-13-01"', 1, 1, "neither a date"),
        ("{a: 1, a: 2}", 1, 1, "one key twice"),
        ("f(a: 1, 2)", 1, 1, "all named"),
        ("1 = case.ballance", 1, 5, "unknown name `case.ballance`; did you mean `case.balance`?"),
        ("case.debtor.segmnt", 1, 1, "did you mean `case.debtor.segment`?"),
        ("coutn(case.items)", 1, 1, "unknown function `coutn`; did you mean `count`?"),
        ("for x in case.items return y", 1, 28, "unknown name `y`"),
    ],
)
def test_errors_say_where(text: str, line: int, column: int, message: str) -> None:
    with pytest.raises(FeelError) as error:
        compile_expression(text, names=NAMES)
    assert (error.value.line, error.value.column) == (line, column)
    assert message in error.value.message


@pytest.mark.parametrize(
    "text",
    [
        "case.balance > 1",
        "case.items[open > 2].number",
        "for x in case.items return x.open",
        "today.year",
        "case",
        "{a: 1, b: a}",
        "(function(a) a)(1)",
        "sort([1], function(a, b) a < b)",
    ],
)
def test_what_is_known_is_accepted(text: str) -> None:
    compile_expression(text, names=NAMES)


def test_free_names_are_listed() -> None:
    text = 'for i in case.items return if i.open > limit then case.debtor.segment else "x"'
    assert compile_expression(text).names == {"case.items", "limit", "case.debtor.segment"}
    assert compile_unary("> case.balance, ? < 3").names == {"case.balance"}


def test_a_name_of_python_is_only_a_key() -> None:
    assert compile_expression("case.__class__").evaluate({"case": {}}) is None
    assert compile_expression("today.__class__").evaluate({"today": date(2024, 1, 1)}) is None


def test_objects_of_the_program_cannot_be_read() -> None:
    with pytest.raises(FeelError, match="cannot be read"):
        compile_expression("case.balance").evaluate({"case": object()})
    with pytest.raises(FeelError, match="no value"):
        compile_expression("f").evaluate({"f": print})


def add_business_days(day: date, days: int) -> date:
    return day + timedelta(days=days)


def test_functions_of_the_program_are_offered_by_name() -> None:
    functions = {"add business days": add_business_days}
    for text in ("add business days(today, 3)", "add business days(days: 3, day: today)"):
        expression = compile_expression(text, names=NAMES, functions=functions)
        assert expression.evaluate({"today": date(2024, 1, 1)}) == date(2024, 1, 4)
    assert compile_expression("add business days(today, null)", functions=functions).evaluate({}) is None
    with pytest.raises(FeelError, match="unknown function"):
        compile_expression("add business days(today, 3)", names=NAMES)
