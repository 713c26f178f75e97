"""The built-in functions, most by the examples of the standard's own tables."""

from __future__ import annotations

import pytest

from engine.feel import compile_expression

# fmt: off
CONVERSION = [
    ('date("2012-12-25") - date("2012-12-24")', '@"P1D"'),
    ('date(date and time("2012-12-25T11:00:00Z"))', '@"2012-12-25"'), ("date(2012, 12, 25)", '@"2012-12-25"'),
    ('date("2012-12-25T")', "null"), ("date(null)", "null"),
    ('date and time("2012-12-24T23:59:00")', 'date and time(date("2012-12-24"), time("23:59:00"))'),
    ('date and time("2012-12-24")', '@"2012-12-24T00:00:00"'),
    ('time("23:59:00Z") + duration("PT2M")', '@"00:01:00Z"'), ('time(23, 59, 0, duration("PT0S"))', '@"23:59:00Z"'),
    ('time("T23:59:00")', "null"), ('time("24:00:00")', "null"), ('time("12:00:00@Nowhere/City")', "null"),
    ("time(12, 0, 1.5)", '@"12:00:01.5"'), ('date("2017-13-10")', "null"), ('number("1 000,0", " ", ",")', "1000"),
    ('number("1,000.5", ",", ".")', "1000.5"), ('number("1,000", ",", ",")', "null"),
    ('number("x", null, null)', "null"), ('number(from: "5", grouping separator: null, decimal separator: null)', "5"),
    ("string(1.10)", '"1.1"'), ("string(null)", "null"), ('string(@"P2DT20H")', '"P2DT20H"'),
    ("string(true)", '"true"'), ('string([1, "a", {b: null}])', '"[1, \\"a\\", {b: null}]"'),
    ('string(@"10:00:00+01:00")', '"10:00:00+01:00"'),
    ('string(@"2020-01-01T10:00:00.120@Europe/Warsaw")', '"2020-01-01T10:00:00.12@Europe/Warsaw"'),
    ("string(1e3)", '"1000"'), ('string(duration("P14M"))', '"P1Y2M"'), ('string(duration("-PT36H"))', '"-P1DT12H"'),
    ('string(@"P0D")', '"PT0S"'), ('years and months duration(date("2011-12-22"), date("2013-08-24"))', '@"P1Y8M"'),
    ('duration("PT0.5S").seconds', "0.5"),
    ('years and months duration(from: @"2013-08-24", to: @"2011-12-22")', '@"-P1Y8M"'), ('duration("P")', "null"),
    ('date(@"2024-01-01T10:00:00@Europe/Warsaw")', '@"2024-01-01"'), ('@"10:00:00+02:00".time offset', '@"PT2H"'),
    ('@"2024-07-01T10:00:00@Europe/Warsaw".timezone', '"Europe/Warsaw"'), ('@"P1DT2H".hours', "2"),
    ('@"P1Y".days', "null"), ('is(@"10:00:00Z", @"10:00:00+00:00")', "true"),
    ('is(@"10:00:00Z", @"11:00:00+01:00")', "false"), ('is(1, "1")', "false"),
]
STRINGS = [
    ('substring("foobar", 3)', '"obar"'), ('substring("foobar", 3, 3)', '"oba"'),
    ('substring("foobar", -2, 1)', '"a"'), ('substring("\\U01F40Eab", 2)', '"ab"'), ('substring("foobar", 0)', "null"),
    ('substring("foobar", 7)', "null"), ('string length("foo")', "3"), ('upper case("aBc4")', '"ABC4"'),
    ('lower case("aBc4")', '"abc4"'), ('substring before("foobar", "bar")', '"foo"'),
    ('substring before("foobar", "xyz")', '""'), ('substring after("foobar", "ob")', '"ar"'),
    ('substring after("", "a")', '""'), ('substring after("foobar", "")', '"foobar"'),
    ('replace("abcd", "(ab)|(a)", "[1=$1][2=$2]")', '"[1=ab][2=]cd"'),
    ('replace("abracadabra", "bra", "*")', '"a*cada*"'),
    ('replace("abracadabra", "a(.)", "a$1$1")', '"abbraccaddabbra"'), ('replace("abc", ".*?", "x")', "null"),
    ('replace("ABC", "b", "x", "i")', '"AxC"'), ('replace("a.b", ".", "$", "q")', '"a$b"'),
    ('replace("abc", "b", "$")', "null"), ('contains("foobar", "of")', "false"),
    ('starts with("foobar", "fo")', "true"), ('ends with("foobar", "r")', "true"),
    ('matches("foobar", "^fo*b")', "true"), ('matches("FOO", "foo", "i")', "true"),
    ('matches("a\\nb", "a.b", "s")', "true"), ('matches("ab", "a b", "x")', "true"), ('matches("a", "[")', "null"),
    ('matches("a", "a", "p")', "null"), ('split("John Doe", "\\s")', '["John", "Doe"]'),
    ('split("a;b;c;;", ";")', '["a", "b", "c", "", ""]'), ('string join(["a", "b", "c"], "_and_")', '"a_and_b_and_c"'),
    ('string join(["a", null, "c"])', '"ac"'), ('string join([], "X")', '""'), ('string join(["a", 1])', "null"),
    ('contains(null, "a")', "null"), ('extract("a1b22", "[0-9]+")', '["1", "22"]'),
    ('contains(["foobar"], "oba")', "true"),
]
LISTS = [
    ("list contains([1, 2, 3], 2)", "true"), ("list contains([1, null], null)", "true"), ("count([1, 2, 3])", "3"),
    ("count([])", "0"), ("count(null)", "null"), ("count(1, 2)", "2"), ("min([1, 2, 3])", "1"), ("min(1, 2)", "1"),
    ("min([])", "null"), ('min([1, "a"])', "null"), ("max([1, 2, 3])", "3"), ('max(["b", "a"])', '"b"'),
    ("sum(1, 2)", "3"), ("sum([])", "null"), ('sum([1, "a"])', "null"), ("sum([1, null])", "null"),
    ('sum([@"P1D", @"PT1H"])', '@"P1DT1H"'), ("mean([1, 2, 3])", "2"), ("mean([])", "null"),
    ("all([false, null, true])", "false"), ("all([true, null])", "null"), ("all([])", "true"), ("all(0)", "null"),
    ("all()", "null"), ("any([false, null, true])", "true"), ("any([])", "false"), ("any([false, null])", "null"),
    ("sublist([4, 5, 6], 1, 2)", "[4, 5]"), ("sublist([4, 5, 6], -2)", "[5, 6]"), ("sublist([4, 5, 6], 0)", "null"),
    ("append([1], 2, 3)", "[1, 2, 3]"), ("append([1], [2])", "[1, [2]]"), ("concatenate([1, 2], [3])", "[1, 2, 3]"),
    ("concatenate([1], 2)", "[1, 2]"), ("union([1], null)", "null"), ("insert before([1, 3], 1, 2)", "[2, 1, 3]"),
    ("insert before([1], 3, 2)", "null"), ("remove([1, 2, 3], 2)", "[1, 3]"), ("remove([1, 2, 3], -1)", "[1, 2]"),
    ("reverse([1, 2, 3])", "[3, 2, 1]"), ("index of([1, 2, 3, 2], 2)", "[2, 4]"), ("index of([1, null], null)", "[2]"),
    ("union([1, 2], [2, 3])", "[1, 2, 3]"), ("distinct values([1, 2, 3, 2, 1])", "[1, 2, 3]"),
    ("distinct values([1, 1.0])", "[1]"), ("duplicate values([1, 2, 3, 2, 1])", "[1, 2]"),
    ("flatten([[1, 2], [[3]], 4])", "[1, 2, 3, 4]"), ("product([2, 3, 4])", "24"), ("product([])", "null"),
    ("median(8, 2, 5, 3, 4)", "4"), ("median([6, 1, 2, 3])", "2.5"), ("median([])", "null"), ("stddev([47])", "null"),
    ("decimal(stddev(2, 4, 7, 5), 4)", "2.0817"), ("mode(6, 3, 9, 6, 6)", "[6]"), ("mode([])", "[]"),
    ("mode([6, 1, 9, 6, 1])", "[1, 6]"), ("sort([3, 1, 4], function(x, y) x < y)", "[1, 3, 4]"),
    ("sort([3, 1, 4])", "[1, 3, 4]"), ('sort([1, "a"])', "null"), ("list replace([2, 4, 7, 8], 3, 6)", "[2, 4, 6, 8]"),
    ("list replace([1], 2, 6)", "null"),
    ("list replace([2, 4, 7, 8], function(item, newItem) item < newItem, 5)", "[5, 5, 7, 8]"),
    ("reverse(null)", "null"),
]
NUMBERS = [
    ("decimal(1 / 3, 2)", "0.33"), ("decimal(1.5, 0)", "2"), ("decimal(2.5, 0)", "2"), ("decimal(1234, -2)", "1200"),
    ("decimal(1, 6177)", "null"), ("floor(1.5)", "1"), ("floor(-1.56, 1)", "-1.6"), ("ceiling(1.5)", "2"),
    ("ceiling(-1.5)", "-1"), ("round up(5.5, 0)", "6"), ("round up(-1.121, 2)", "-1.13"), ("round down(5.5, 0)", "5"),
    ("round down(-1.126, 2)", "-1.12"), ("round half up(5.5, 0)", "6"), ("round half up(-2.5, 0)", "-3"),
    ("round half down(5.5, 0)", "5"), ("abs(-10)", "10"), ('abs(@"-PT5H")', '@"PT5H"'), ('abs(@"-P5M")', '@"P5M"'),
    ("modulo(12, 5)", "2"), ("modulo(-12, 5)", "3"), ("modulo(12, -5)", "-3"), ("modulo(-10.1, 4.5)", "3.4"),
    ("modulo(1, 0)", "null"), ("sqrt(16)", "4"), ("sqrt(-1)", "null"), ("decimal(log(10), 8)", "2.30258509"),
    ("log(0)", "null"), ("decimal(exp(5), 3)", "148.413"), ("odd(5)", "true"), ("odd(-2)", "false"),
    ("even(0)", "true"), ("abs(n: -1)", "1"), ("abs(m: -1)", "null"), ("abs()", "null"), ("abs(1, 2)", "null"),
    ('abs("1")', "null"), ("abs([-1])", "1"),
]
RANGES = [
    ("before(1, (> 10))", "true"), ("before((< 1), 10)", "true"), ("before((> 1), 10)", "false"),
    ("includes((> 1), [2..3])", "true"), ("overlaps((< 5), (> 3))", "true"), ('range("[2..)") = (>= 2)', "true"),
    ('range("(..2)") = (< 2)', "true"), ('range("[..]")', "null"), ("(< 5).end", "5"), ("before(1, 10)", "true"),
    ("before(1, [1..10])", "false"), ("before(1, (1..10])", "true"), ("before([1..5), [5..10])", "true"),
    ("after([5..10], [1..5))", "true"), ("meets([1..5], [5..10])", "true"), ("meets([1..5), [5..10])", "false"),
    ("met by([5..10], [1..5])", "true"), ("overlaps([1..5], [3..8])", "true"), ("overlaps([1..5), [5..8])", "false"),
    ("overlaps before([1..5], [3..8])", "true"), ("overlaps before([1..5), [5..8])", "false"),
    ("overlaps after([3..8], [1..5])", "true"), ("finishes(10, [1..10])", "true"),
    ("finishes([5..10), [1..10])", "false"), ("finished by([1..10], [5..10])", "true"),
    ("includes([1..10], 5)", "true"), ("includes([1..10), 10)", "false"), ("includes([1..10], [1..10))", "true"),
    ("during(5, [1..10])", "true"), ("starts(1, [1..10])", "true"), ("starts((1..5], [1..10])", "false"),
    ("started by([1..10], [1..5])", "true"), ("coincides(5, 5)", "true"), ("coincides([1..5], [1..5))", "false"),
    ('range("[18..21)")', "[18..21)"), ('range("(@\\"2020-01-01\\"..@\\"2020-12-31\\"]").end', '@"2020-12-31"'),
    ('range("[1..x]")', "null"), ('range("[3..1]")', "null"), ("[1..3].start", "1"),
    ("(1..3].start included", "false"), ("before(null, 1)", "null"),
]
OTHERS = [
    ("day of week(date(2019, 9, 17))", '"Tuesday"'), ("day of year(date(2019, 9, 17))", "260"),
    ("month of year(date(2019, 9, 17))", '"September"'), ("week of year(date(2003, 12, 29))", "1"),
    ("week of year(date(2020, 1, 1))", "1"), ('last day of month(@"2024-02-10")', "29"),
    ('get value({key1: "value1"}, "key1")', '"value1"'), ('get value({a: {b: 1}}, ["a", "b"])', "1"),
    ('get value({}, "a")', "null"), ("get entries({a: 1})", '[{key: "a", value: 1}]'),
    ('context([{key: "a", value: 1}, {key: "b", value: 2}])', "{a: 1, b: 2}"),
    ('context([{key: "a", value: 1}, {key: "a", value: 2}])', "null"), ('context([{key: "a"}])', "null"),
    ("context([])", "{}"), ('context put({x: 1}, "y", 2)', "{x: 1, y: 2}"),
    ('context put({x: {y: 1}}, ["x", "y"], 2)', "{x: {y: 2}}"), ("context put({}, [], 1)", "null"),
    ("context merge([{x: 1}, {x: 2, y: 3}])", "{x: 2, y: 3}"), ("not(true)", "false"), ("not(1)", "null"),
    ("not(null)", "null"), ('{f: function(a: date and time) a, r: f(@"2024-01-01")}.r', '@"2024-01-01T00:00:00Z"'),
]
PATTERNS = [
    ('matches("a b", "a[ ]b", "x")', "true"), ('matches("e", "[a-z-[aeiou]]")', "false"),
    ('matches("d", "[a-z-[aeiou]]")', "true"), ('matches("żółw", "^\\w+$")', "true"),
    ('matches("_a", "^\\i\\c$")', "true"), ('matches("a b", "a\\bb")', "null"), ('matches("a", "(?i)A")', "null"),
    ('matches("aa", "(a)\\1")', "null"), ('matches("a.b", "^a\\.b$")', "true"), ('split("ab", "x*")', "null"),
    ('matches("ab", "(?:a|b)+")', "true"), ('matches("A1", "\\p{Lu}\\d")', "true"), ('matches("a", "[a")', "null"),
    ('matches("é", "\\W")', "false"),
]
FAR = [
    ('date("999999999-12-31").year', "999999999"), ("string(date(-5, 2, 28))", '"-0005-02-28"'),
    ('date("01211-12-31")', "null"), ('@"99999-12-31T11:22:33" = date and time("99999-12-31T11:22:33")', "true"),
    ('date("-2020-02-30")', "null"), ('date("99999-01-01") > date("2020-01-01")', "true"),
    ('date("99999-01-31") + @"P1M"', 'date("99999-02-28")'), ('date("99999-01-31") + @"P1D"', "null"),
    ('years and months duration(date("-0001-01-01"), date("0001-01-01"))', '@"P2Y"'),
    ('string(date and time("-0044-03-15T10:00:00Z"))', '"-0044-03-15T10:00:00Z"'),
    ('date and time("99999-12-31T11:22:33").hour', "11"),
]
# fmt: on
EXAMPLES = CONVERSION + STRINGS + LISTS + NUMBERS + RANGES + OTHERS + PATTERNS + FAR


@pytest.mark.parametrize(("left", "right"), EXAMPLES, ids=[left for left, _right in EXAMPLES])
def test_functions(left: str, right: str) -> None:
    got, wanted = compile_expression(left).evaluate({}), compile_expression(right).evaluate({})
    assert type(got) is type(wanted)
    assert got == wanted


def test_the_clock_is_what_the_caller_says() -> None:
    tomorrow = compile_expression('today() + @"P1D"')
    assert tomorrow.evaluate({}) is None
    today = compile_expression('@"2024-02-28"').evaluate({})
    assert str(tomorrow.evaluate({"today": today})) == "2024-02-29"
    assert compile_expression("today() = now()", functions={"now": lambda: today, "today": lambda: today}).evaluate({})
