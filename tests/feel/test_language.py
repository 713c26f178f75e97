"""The language, expression by expression: each text beside what it comes to."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

import pytest

from engine.feel import compile_expression, compile_unary

CASE = {
    "balance": 120,
    "days_overdue": 31,
    "debtor": {"segment": "b2b", "risk_rating": None},
    "items": [{"number": "A-1", "open": Decimal("10.50")}, {"number": "A-2", "open": 20}],
}
VARIABLES = {"case": CASE, "today": date(2024, 2, 28), "Full Name": "Ann", "xs": [1, 2, 3], "rate": 0.1}

# fmt: off
SAME = [
    # arithmetic: exact decimals, unary minus first, powers from the left
    ("0.1 + 0.2", "0.3"), ("rate * 3", "0.3"), ("-5 ** 2", "25"), ("2 ** 3 ** 2", "64"), ("10 - 4 - 3", "3"),
    ("1.2 * 10 ** 3", "1200"), ("1 / 3 * 3 < 1", "true"), ("1 / 0", "null"), ("1.5e2", "150"), ("1 + null", "null"),
    ('"a" + "b"', '"ab"'), ('"a" + 1', "null"),
    # three-valued logic
    ("true and null", "null"), ("false and null", "false"), ("true or null", "true"), ("false or null", "null"),
    ("not(null)", "null"), ("true and 1", "null"), ("if null then 1 else 2", "2"),
    # comparison
    ('1 = "1"', "null"), ("null = null", "true"), ("1 = null", "false"), ("1 < null", "null"), ('1 < "2"', "null"),
    ("[1, 2] = [1, 2]", "true"), ("{a: 1} = {a: 2}", "false"),
    ("1 != 2", "true"), ("2 between 1 and 2", "true"),
    ('"b" in ("a", "b")', "true"), ("5 in [1..5[", "false"), ("5 in ]1..5]", "true"), ("5 in (1..5]", "true"),
    ("5 in > 4", "true"), ("5 in (< 2, > 4)", "true"), ("2 in [[1..3]]", "true"), ("1 in [2, 3]", "false"),
    # names with spaces, paths, filters
    ('Full Name = "Ann"', "true"), ("case.balance", "120"), ('case.debtor.segment = "b2b"', "true"),
    ("case.debtor.nothing.at.all", "null"), ("case.items.open", "[10.50, 20]"),
    ("case.items[open > 15].number", '["A-2"]'),
    ("xs[1]", "1"), ("xs[-1]", "3"), ("xs[4]", "null"), ("xs[0]", "null"), ("xs[item > 1]", "[2, 3]"), ("5[1]", "5"),
    ("null[item > 1]", "[]"), ("[{item: 1}][item = 1]", "[{item: 1}]"),
    # iteration
    ("for i in 1..3 return i * i", "[1, 4, 9]"), ("for i in 3..1 return i", "[3, 2, 1]"),
    ("for i in [1, 2], j in [i, 10] return i * j", "[1, 10, 4, 20]"), ("for i in xs return item", "[null, null, null]"),
    ("for i in 1..4 return if i = 1 then 1 else i * partial[-1]", "[1, 2, 6, 24]"),
    ("for i in [1..3) return i", "[1, 2]"),
    ("some x in xs satisfies x > 2", "true"), ("every x in xs satisfies x > 2", "false"),
    ("every x in [] satisfies x", "true"),
    # contexts and functions
    ("{a b: 1, c: a b + 1}.c", "2"), ('{"a+b": 1, c: a+b}.c', "1"),
    ("(function(a, b) a - b)(b: 1, a: 3)", "2"),
    ("{f: function(n) if n = 0 then 1 else n * f(n - 1), r: f(5)}.r", "120"), ("(function(a: string) a)(1)", "null"),
    ("(function(a: number) a)([1])", "1"), ("(function(a) a)(1, 2)", "null"),
    # types
    ("1 instance of number", "true"), ("null instance of Any", "false"), ("xs instance of list<number>", "true"),
    ('[1, "a"] instance of list<number>', "false"), ("[1..2] instance of range<number>", "true"),
    ("{a: 1, b: 2} instance of context<a: number>", "true"),
    ('@"P1D" instance of days and time duration', "true"),
    ("today instance of date", "true"), ("(function(a: number) a) instance of function<number> -> number", "true"),
    # strings
    (r'"\u0041\"\\" + "\uD83D\uDE00"', '"A\\"\\\\😀"'), ('string length("😀")', "1"), ("// why\n1 /* not */ + 1", "2"),
    # dates and durations
    ('@"2024-02-28" = today', "true"), ('today + @"P2D"', '@"2024-03-01"'), ('today + @"P1Y"', '@"2025-02-28"'),
    ('@"2024-03-31" - @"P1M"', '@"2024-02-29"'), ('@"2024-03-01" - today', '@"P2D"'), ("today.weekday", "3"),
    ('@"PT90M" = @"PT1H30M"', "true"), ('@"P1Y" = @"P12M"', "true"), ('@"P3D" * 2', '@"P6D"'), ('@"P6D" / @"P2D"', "3"),
    ('@"10:30:00" + @"PT14H"', '@"00:30:00"'), ('@"2024-01-01T00:00:00Z" = @"2024-01-01T01:00:00+01:00"', "true"),
    ('@"2024-03-30T12:00:00@Europe/Warsaw" + @"PT24H"', '@"2024-03-31T13:00:00@Europe/Warsaw"'), ('@"P14M".years', "1"),
    ('date("2024-02-30")', "null"), ("date(2024, 2, 29)", '@"2024-02-29"'), ('duration("P1Y2D")', "null"),
    ('date and time("2024-01-01T10:00:00").hour', "10"), ('years and months duration(@"2023-12-15", today)', '@"P2M"'),
]
# fmt: on


@pytest.mark.parametrize(("left", "right"), SAME, ids=[left for left, _right in SAME])
def test_expressions(left: str, right: str) -> None:
    assert evaluated(left) == evaluated(right)
    assert type(evaluated(left)) is type(evaluated(right))


def evaluated(text: str) -> Any:
    return compile_expression(text).evaluate(VARIABLES)


@pytest.mark.parametrize(
    ("cell", "yes", "no"),
    [
        ("-", [1, None], []),
        ("5", [5, Decimal("5.0")], [6, None, "5"]),
        ('"a", "b"', ["a", "b"], ["c", None]),
        ('not("a", "b")', ["c"], ["a", "b"]),
        ("< 5, [7..9)", [4, 7, 8], [5, 9, None]),
        ("not(< 5)", [5], [4]),
        ("[1..5]", [1, 5], [0, 6]),
        ("= 3", [3], [4]),
        ("!= 3", [4], [3]),
        ("? > 5 and ? < 8", [6, 7], [5, 8]),
        ("null", [None], [0]),
        ("true", [True], [False, None]),
        ("false", [False], [True, None]),
        ("xs", [1, 3], [4]),
        ("> case.balance", [121], [120]),
        ('@"2024-02-28"', [date(2024, 2, 28)], [date(2024, 2, 29)]),
        ('< @"P7D"', [timedelta(days=6)], [timedelta(days=7)]),
        ('contains(?, "x")', ["axb"], ["ab"]),
    ],
)
def test_cells(cell: str, yes: list[Any], no: list[Any]) -> None:
    test = compile_unary(cell)
    assert all(test.matches(value, VARIABLES) for value in yes)
    assert not any(test.matches(value, VARIABLES) for value in no)
