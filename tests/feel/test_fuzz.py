"""Whatever is typed, nothing but the FEEL error comes out, and soon: rubbish, and expressions that make no sense."""

from __future__ import annotations

import contextlib
import gc
import random
import time
from collections.abc import Callable
from datetime import date

import pytest

from engine.feel import FeelError, compile_expression, compile_unary
from engine.feel.functions import BUILTINS

LONGEST = 0.1  # seconds of this thread's CPU time
PIECES = [
    "1",
    "2.5",
    '"a"',
    '"é"',
    '@"P7D"',
    '@"2024-01-01"',
    "x",
    "case",
    "balance",
    "?",
    "null",
    "true",
    "false",
    "+",
    "-",
    "*",
    "/",
    "**",
    "=",
    "!=",
    "<",
    "<=",
    ">",
    ">=",
    "(",
    ")",
    "[",
    "]",
    "{",
    "}",
    ",",
    ":",
    ".",
    "..",
    "if",
    "then",
    "else",
    "for",
    "in",
    "return",
    "some",
    "every",
    "satisfies",
    "or",
    "and",
    "not",
    "between",
    "instance",
    "of",
    "number",
    "list<number>",
    "function",
    "item",
    "partial",
    "count",
    "sum",
    "min",
    "substring",
    "replace",
    "matches",
    "string",
    "date",
    "duration",
    "time",
    "flatten",
    "append",
    "concatenate",
    "sort",
    "a",
    "b",
    "c",
    "99999999",
    '"(a+)+$"',
    "1e6000",
    "split",
    "context",
]
PIECES += ["string join", "get entries", "for i in 1..99999 return", "{a: ", "[1..", "]1..3["]
ATOMS = [
    "0",
    "1",
    "2.5",
    "-1",
    "99999999999",
    "1e6000",
    "1e-6000",
    '""',
    '"abc"',
    '"(a|b)*"',
    '"P1D"',
    '"2024-02-30"',
    "null",
    "true",
    "false",
    "x",
    "case",
    "case.balance",
    '@"P7D"',
    '@"P1Y"',
    '@"2024-01-31"',
    '@"10:00:00Z"',
    '@"10:00:00"',
    '@"2024-01-01T10:00:00@Europe/Paris"',
    '@"99999-01-01"',
    "[]",
    "[1,2,3]",
    '@"99999-01-01T10:00:00"',
    "[1..3]",
    "(>=5)",
    '(>@"2024-01-01")',
    '["a","b"]',
    "[[1],[2,[3]]]",
    "{}",
    "[null]",
    "item",
    "today",
    "b.c",
]
ATOMS += ["{a: 1, b: [1]}", "function(a, b) a < b", "function(a) a"]
PROPERTIES = "a year start days seconds timezone weekday months".split()  # noqa: SIM905  easier to read
TYPES = ["number", "list<Any>", "range<number>", "context<a: number>", "function<Any> -> Any"]
VALUES = {"x": [1, 2, 3], "case": {"balance": 10}, "a": "aaaa", "b": {"c": [1]}, "c": None, "today": date(2024, 2, 29)}
Choice = random.Random


def rubbish(choice: Choice) -> str:
    if choice.random() < 0.1:
        return "".join(chr(choice.choice([choice.randrange(32, 127), choice.randrange(0x2FFF)])) for _ in range(20))
    return choice.choice([" ", ""]).join(choice.choice(PIECES) for _ in range(choice.randrange(1, 25)))


def sentence(choice: Choice, depth: int = 3) -> str:
    """Return an expression that can be read, of things that do not go together."""
    if depth <= 0 or choice.random() < 0.15:
        return choice.choice(ATOMS)
    form = choice.choice(FORMS)
    parts = [sentence(choice, depth - 1) for _ in range(form.count("%"))]
    for part in parts:
        form = form.replace("%", part.replace("%", ""), 1)
    names = {"OP": ["+", "-", "*", "/", "**", "=", "<", ">=", "and", "or", "in"], "PART": PROPERTIES, "TYPE": TYPES}
    for name, options in {**names, "CALL": list(BUILTINS)}.items():
        form = form.replace(name, choice.choice(options), 1)
    return form


FORMS = [
    "CALL(%)", "CALL(%, %)", "CALL(%, %, %)", "CALL(%)", "CALL(%, %)", "(% OP %)", "(%)[%]", "(%).PART", "[%, %]",
    "(for i in % return %)", "(for i in %..% return %)", "(if % then % else %)", "(some x in % satisfies %)",
    "(every x in % satisfies %)", "(% between % and %)", "[%..%]", "(% instance of TYPE)", "{a: %, b: a}",
    "(% in (%, < %))", "(%)(%)", "-(%)",
]  # fmt: skip


def slowest(count: int, seed: int, make: Callable[[Choice], str]) -> float:
    """Return the longest that any of the texts took, as an expression or as a cell.

    Garbage is collected between the texts: the collector sweeps the whole process, whichever text sets it off.
    """
    choice, most = Choice(seed), 0.0
    gc.disable()
    for number in range(count):
        if number % 500 == 0:
            gc.collect()
        text = make(choice)
        for attempt in (
            lambda t: compile_expression(t).evaluate(VALUES),
            lambda t: compile_unary(t).matches(1, VALUES),
        ):
            took = seconds(attempt, text)
            if took >= LONGEST:  # a busy neighbour on the same core slows one run, not three
                took = min(took, seconds(attempt, text), seconds(attempt, text))
            most = max(most, took)
    gc.enable()
    return most


def seconds(attempt: Callable[[str], object], text: str) -> float:
    """Return this thread's CPU time of one attempt."""
    started = time.thread_time()
    with contextlib.suppress(FeelError):
        attempt(text)
    return time.thread_time() - started


@pytest.mark.parametrize("make", [rubbish, sentence])
def test_fuzz_raises_nothing_else_and_ends_soon(make: Callable[[Choice], str]) -> None:
    assert slowest(1_000, 1, make) < LONGEST


@pytest.mark.soak
@pytest.mark.parametrize(("make", "count"), [(rubbish, 80_000), (sentence, 20_000)])
def test_fuzz_at_length(make: Callable[[Choice], str], count: int) -> None:
    assert slowest(count, 2, make) < LONGEST
