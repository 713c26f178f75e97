"""What the standard says at its edges, each text beside what it comes to; by the standard's own sections."""

from __future__ import annotations

from typing import Any

import pytest

from engine.feel import compile_expression

# fmt: off
NAMES = [  # 10.3.1: a name may hold signs wherever one is declared
    ("for a-b in [1, 2] return a-b + 1", "[2, 3]"), ("some a-b in [1] satisfies a-b = 1", "true"),
    ("(function(a-b, c) a-b * c)(3, 2)", "6"), ("for x in [3], y in [2] return x - y", "[1]"),
]
COMPARISON = [  # tables 53 to 55
    ('@"10:00:00" < @"11:00:00Z"', "true"), ('@"10:00:00" > @"09:00:00+03:00"', "true"),
    ('@"2018-01-01T00:00:00" < @"2018-01-01T00:00:01+05:00"', "true"),
    ('@"2018-01-01T00:00:00Z" < @"2018-01-01T00:00:00"', "false"), ('@"10:00:00" = @"10:00:00Z"', "false"),
    ("0 between 1 and null", "false"), ("3 between null and 2", "false"), ("1 between null and 2", "null"),
    ("{f: function(x) x, r: f = f}.r", "true"), ("(function(x) x) = (function(x) x)", "true"),
    ("{f: function(x) x, g: function(y) y, r: f = g}.r", "false"), ("abs = abs", "true"), ("abs = sum", "false"),
    ("(function(x) x) = (function(x) x + 1)", "false"), ("(function(x) x) = 1", "null"),
]
NUMBERS = [("0 ** 0", "1"), ("0 ** -1", "null")]  # table 60
TYPES = [  # table 61: a type that takes parameters means nothing without them
    ("[1] instance of list", "null"), ("123 instance of list", "null"), ("{} instance of context", "null"),
    ("[1..2] instance of range", "null"), ("abs instance of function", "null"), ("{} instance of context<>", "null"),
]
INVOCATION = [  # table 63: named arguments that are not given are null
    ("(function(a, b) if b = null then a else b)(a: 1)", "1"), ("(function(a) a)(c: 1)", "null"),
    ("list contains(list: [null])", "true"), ("append(list: [1], item: 2)", "[1, 2]"), ("sublist(list: [1])", "null"),
    ('get value(context: {a: 1}, keys: ["a"])', "1"), ("concatenate(list: [1])", "[1]"),
]
FILTERS = [('[1, 2, 3]["a"]', "null"), ("[1, 2][[true]]", "null"), ("[1, 2][null]", "[]")]  # table 68
CONVERSION = [  # table 72
    ('date("-0000-01-01")', "null"), ('time(11, 59, 45, duration("PT14H1M"))', "null"),
    ('time("10:00:00+14:01")', "null"), ('string(time(11, 59, 45, duration("-PT14H")))', '"11:59:45-14:00"'),
]
PATTERNS = [  # XPath 7.6: white space goes before anything is matched; blocks
    (r'matches("hello world", "hello\\ sworld", "x")', "true"), (r'matches("hello", "hello\\ sworld", "x")', "false"),
    (r'matches("x", "\\p{IsBasicLatin}")', "true"), (r'matches("ж", "^[\\p{IsCyrillic}x]$")', "true"),
    (r'matches("ж", "\\P{IsCyrillic}")', "false"), (r'matches("x", "\\P{IsBasicLatin}")', "false"),
    (r'matches("x", "\\p{IsNowhere}")', "null"),
]
RANGES = [  # table 78, its own examples
    ("overlaps after([3..8], [1..5])", "true"), ("overlaps after([6..8], [1..5])", "false"),
    ("overlaps after([5..8], [1..5])", "true"), ("overlaps after((5..8], [1..5])", "false"),
    ("overlaps after([5..8], [1..5))", "false"), ("overlaps after((1..5], [1..5))", "true"),
    ("overlaps after((1..5], [1..5])", "true"), ("overlaps after([1..5], [1..5))", "false"),
    ("overlaps after([1..5], [1..5])", "false"),
]
# fmt: on
EXAMPLES = NAMES + COMPARISON + NUMBERS + TYPES + INVOCATION + FILTERS + CONVERSION + PATTERNS + RANGES


@pytest.mark.parametrize(("left", "right"), EXAMPLES, ids=[left for left, _right in EXAMPLES])
def test_the_standard(left: str, right: str) -> None:
    got, wanted = evaluated(left), evaluated(right)
    assert type(got) is type(wanted)
    assert got == wanted


def evaluated(text: str) -> Any:
    return compile_expression(text).evaluate({})
