"""Runaways and break-outs are refused or stopped, soon and with a reason."""

from __future__ import annotations

import gc
import time

import pytest

from engine.feel import FeelError, compile_expression

DOUBLING = "{a0: [1, 1], " + ", ".join(f"a{n}: [a{n - 1}, a{n - 1}]" for n in range(1, 45))

FIRST_MET = "takes|grown"  # time on a slow machine, size on a fast one


@pytest.mark.parametrize(
    ("text", "reason"),
    [
        ("for i in 1..1000000000 return i", "takes"),
        ("for i in 1..100000, j in 1..100000 return 1", "takes"),
        ("some i in 1..1000000000 satisfies i < 0", "takes"),
        ("{f: function(n) f(n + 1), r: f(1)}.r", "deeper"),
        ("{f: function(n) [f(n), f(n)], r: f(1)}.r", "deeper"),
        ('{a: "' + "x" * 9000 + '", b: a+a+a+a+a+a, c: b+b+b+b+b+b}', "grown"),
        ('for i in 1..20000 return string join(for j in partial return "xxxxxxxxxx")', "takes"),
        (DOUBLING + ", r: flatten(a44)}", FIRST_MET),
        (DOUBLING + ", r: string(a44)}", FIRST_MET),
        (DOUBLING + ", r: a44 = [a43, a43]}", FIRST_MET),
        (DOUBLING + ", r: distinct values(a44)}", FIRST_MET),
        ('replace("' + "a" * 5000 + '", "a", "' + "b" * 5000 + '")', "grown"),
        ("(" * 500 + "1" + ")" * 500, "nested"),
        ("[" * 500, "nested"),
        ("-" * 2000 + "1", "nested"),
        ("1" + " + 1" * 1000, "nested"),
        ("1" + " + 1" * 3000, "words and signs"),
        ("x" * 30_000, "characters"),
    ],
)  # fmt: skip
def test_runaways_are_stopped(text: str, reason: str) -> None:
    compile_expression("1")  # the parser's tables are built once in a process, at their first use
    gc.collect()  # and a sweep of the whole process is not the expression's doing
    started = time.thread_time()
    with pytest.raises(FeelError, match=reason):
        compile_expression(text).evaluate({})
    assert time.thread_time() - started < 0.3


@pytest.mark.parametrize(
    ("text", "value"),
    [
        ("9 ** 9 ** 9 ** 9 ** 9 ** 9 ** 9", None),
        ("2 ** 99999999999999999999", None),
        ('matches("' + "a" * 50 + 'b", "(a+)+$")', False),
        ('replace("' + "a" * 50 + 'b", "(a|aa)+$", "x")', "a" * 50 + "b"),
        ("case.__class__", None),
        ("case.__class__.__mro__[1].__subclasses__()", None),
        ('__import__("os")', None),
        ("_x._y", None),
        ("(function(f) f.__globals__)(count)", None),
        ("[].append", []),
        ("today.replace", None),
    ],
)  # fmt: skip
def test_nothing_leads_to_python(text: str, value: object) -> None:
    started = time.thread_time()
    assert compile_expression(text).evaluate({"case": {"a": 1}, "today": None}) == value
    assert time.thread_time() - started < 0.3


def test_a_pattern_too_large_is_no_match() -> None:
    assert compile_expression('matches("a", p)').evaluate({"p": "(a{1000}){1000}"}) is None
    assert compile_expression('matches("a", p)').evaluate({"p": "a" * 5000}) is None
