"""Every FEEL expression of a diagram is compiled when it is deployed, over the names that it will find."""

from __future__ import annotations

import pytest

from tests.check.diagrams import (
    boundary,
    chain,
    diagram,
    end,
    flow,
    message,
    node,
    service,
    start,
    timer,
    timer_inner,
    user,
)
from tests.check.toys import codes, found

ESCAPES = [
    "().__class__",
    "().__class__.__bases__[0].__subclasses__()",
    '__import__("os").system("true")',
    'open("/etc/passwd").read()',
    "[c for c in ().__class__.__base__.__subclasses__()]",
    "case.__class__",
    'exec("x = 1")',
    "lambda: 1",
]


def choosing(condition: str) -> bytes:
    split = node("exclusiveGateway", "g", default="g_end")
    return diagram(start(), split, end("other"), end(), chain("start", "g", "end"), flow("g", "other", condition))


def step(xml: str) -> bytes:
    return diagram(start(), xml, end(), chain("start", "x", "end"))


@pytest.mark.parametrize("escape", ESCAPES)
def test_python_escapes_are_refused_with_the_element(escape: str) -> None:
    assert ("bad_expression", "g_other") in codes(choosing(escape))
    assert ("bad_expression", "x") in codes(step(service("x", "note", "", text=escape)))
    assert ("bad_expression", "x") in codes(step(timer("x", escape)))
    assert ("bad_expression", "x") in codes(step(user("x", due=escape)))


@pytest.mark.parametrize(
    ("whole", "element", "words"),
    [
        (choosing("case.balanse > 0"), "g_other", "did you mean `case.balance`?"),
        (choosing("balance > 0"), "g_other", "unknown name `balance`"),
        (choosing("case.balance >"), "g_other", "cannot be used"),
        (choosing("add busines days(today, 3) > today"), "g_other", "did you mean `add business days`?"),
        (step(user("x", "You owe {case.balanse}")), "x", "The place in the instructions 'case.balanse'"),
        (step(user("x", "You owe {}")), "x", "The place in the instructions ''"),
        (step(timer("x", "P7D")), "x", 'Write @"P7D".'),
        (step(timer("x", "2030-01-31T", "timeDate")), "x", "cannot be used"),
    ],
)
def test_what_does_not_compile_is_said_with_the_nearest_name(whole: bytes, element: str, words: str) -> None:
    problems = [problem for problem in found(whole) if problem.code == "bad_expression"]
    assert [problem.element for problem in problems] == [element]
    assert all(words in problem.message for problem in problems)


@pytest.mark.parametrize(
    "whole",
    [
        step(timer("x", '"P7D"')),
        step(timer("x", '@"2030-01-31"')),
        step(timer("x", '@"P7D"', "timeDate")),
        step(timer("x", '"2030-01-31"', "timeDate")),
        step(user("x", due="7")),
    ],
)
def test_a_literal_that_does_not_fit_its_place(whole: bytes) -> None:
    assert ("mistyped_expression", "x") in codes(whole)


def test_a_condition_that_is_a_text() -> None:
    assert ("mistyped_expression", "g_other") in codes(choosing('"yes"'))


@pytest.mark.parametrize("cycle", ['"every week"', "7", '"R3/"', '"R3/P"'])
def test_a_cycle_that_cannot_be_read(cycle: str) -> None:
    repeated = boundary("x", "u", timer_inner(cycle, "timeCycle"), cancelActivity="false")
    whole = diagram(start(), user("u"), repeated, end(), chain("start", "u", "end"), flow("x", "end"))
    assert ("mistyped_expression", "x") in codes(whole)


def test_a_diagram_knows_what_its_own_steps_leave_behind() -> None:
    whole = diagram(
        start(),
        user("u"),
        service("s", "note", "told"),
        message("m", "m_paid", "payment"),
        message("n", "m_sent", "delivery"),
        service("t", "note", "", text="told.anything", level="if reached then 1 else 2", on="promised_on"),
        service("v", "note", "", level="payment.amount + promised", text="delivery.id"),
        end(),
        chain("start", "u", "s", "m", "n", "t", "v", "end"),
    )
    assert found(whole) == []


def test_of_a_message_only_its_declared_fields_are_known() -> None:
    whole = diagram(
        start(),
        message("m", "m_paid", "payment"),
        service("x", "note", "", level="payment.amonut"),
        end(),
        chain("start", "m", "x", "end"),
    )
    assert ("bad_expression", "x") in codes(whole)


def test_a_brace_without_a_partner_is_a_warning() -> None:
    (problem,) = found(step(user("x", "You owe {case.balance")))
    assert (problem.code, problem.element, problem.severity) == ("open_place", "x", "warning")


def test_the_line_of_an_expression_is_given() -> None:
    whole = step(service("x", "note", "", text="nowhere"))
    (problem,) = found(whole)
    assert b"nowhere" in whole.splitlines()[problem.line - 1]
