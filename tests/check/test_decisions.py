"""Calls to decisions as they are drawn, and the tables that strategies share."""

from __future__ import annotations

from dataclasses import replace

import pytest

from engine.check import check_decisions
from engine.errors import Problem
from tests.check.diagrams import (
    boundary,
    chain,
    diagram,
    end,
    message_inner,
    node,
    properties,
    service,
    start,
    timer_inner,
    user,
)
from tests.check.toys import CATALOGUE, codes, files, found
from tests.engine.toys import table

WAITS = {"decisions/waits.dmn": table("waits", ("-", "7"))}
DAYS = '@"P1D" * waits'


def with_step(*steps: str) -> bytes:
    return diagram(start(), *steps, end(), chain("start", "x", "end"))


def wait(text: str = DAYS, inner: str = "", /, **values: str) -> str:
    return node("intermediateCatchEvent", "x", inner or timer_inner(text), properties(stage="s", **values))


def rule_task(**values: str) -> str:
    held = "<spiffworkflow:calledDecisionId>waits</spiffworkflow:calledDecisionId>"
    return node("businessRuleTask", "x", "", properties(stage="s", **values) + held)


def on_task(text: str = DAYS, **values: str) -> bytes:
    event = boundary("late", "x", timer_inner(text)).replace("><bpmn:timer", f">{_held(values)}<bpmn:timer", 1)
    return diagram(
        start(), user("x"), event, end(), end("too_late"), chain("start", "x", "end"), chain("late", "too_late")
    )


def _held(values: dict[str, str]) -> str:
    return f"<bpmn:extensionElements>{properties(**values)}</bpmn:extensionElements>"


@pytest.mark.parametrize(
    "whole",
    [
        with_step(wait(decision="waits")),
        with_step(wait(decision="waits", binding="latest")),
        with_step(wait(decision="waits", binding="version")),
        with_step(rule_task(binding="latest")),
        on_task(decision="waits", binding="latest"),
    ],
)
def test_a_call_may_be_drawn_so(whole: bytes) -> None:
    assert list(map(str, found(whole, WAITS))) == []


@pytest.mark.parametrize(
    ("step", "code", "words"),
    [
        (
            wait('@"P1D"', decision="wait"),
            "unknown_decision",
            "There is no decision 'wait' among the .dmn files. Did you mean",
        ),
        (wait('@"P1D"', decision="case"), "bad_variable", "would hide what expressions know"),
        (wait('@"P1D"', decision="stage"), "bad_variable", "would hide what expressions know"),
        (wait('@"P1D"', decision=""), "bad_property", "Only a timer or service task asks a decision"),
        (
            wait("", message_inner("m_paid"), decision="waits"),
            "bad_property",
            "Only a timer or service task asks a decision",
        ),
        (wait(decision="waits", binding="newest"), "bad_property", "it may be 'latest' or 'version', or be left out"),
        (wait('@"P1D"', binding="latest"), "bad_property", "A binding belongs to a decision, and none is asked here"),
        (rule_task(binding="newest"), "bad_property", "it may be 'latest' or 'version'"),
        (rule_task(decision="waits"), "unknown_property", "A businessRuleTask has no property 'decision'"),
        (user("x", decision="waits"), "unknown_property", "A userTask has no property 'decision'"),
        (user("x", binding="latest"), "unknown_property", "A userTask has no property 'binding'"),
        (wait(), "bad_expression", "waits"),
        (service("x", "note", "stage"), "bad_variable", "'stage' would hide"),
    ],
)
def test_what_is_wrong_with_a_call_is_said(step: str, code: str, words: str) -> None:
    more = {
        **WAITS,
        "decisions/more.dmn": table("case", ("-", "1")),
        "decisions/s.dmn": table("stage", ("-", "1"), asks="1"),
    }
    problems = [each for each in found(with_step(step), more) if each.element == "x"]
    assert {each.code for each in problems} == {code}
    assert words in problems[0].message


def test_what_a_timer_asks_is_known_to_its_own_expression_alone() -> None:
    whole = diagram(
        start(), wait(decision="waits"), service("y", "note", level="waits"), end(), chain("start", "x", "y", "end")
    )
    assert ("bad_expression", "y") in codes(whole, WAITS)


def test_a_decision_knows_the_stage_and_the_cases_words() -> None:
    by_segment = {"decisions/waits.dmn": table("waits", ("-", "7"), asks="stage + case.debtor.segment")}
    assert found(with_step(wait(decision="waits")), by_segment) == []
    unknown = {"decisions/waits.dmn": table("waits", ("-", "7"), asks="stages")}
    assert ("bad_expression", "i") in codes(with_step(wait(decision="waits")), unknown)


def test_the_same_decision_in_two_files_is_refused() -> None:
    twice = {**WAITS, "decisions/zaits.dmn": table("waits", ("-", "9"))}
    problems = [each for each in found(with_step(wait(decision="waits")), twice) if each.code == "two_decisions"]
    assert [(each.file, each.element) for each in problems] == [("decisions/zaits.dmn", "waits")]
    assert "is in decisions/waits.dmn too" in problems[0].message


def told(tables: dict[str, bytes], *strategies: bytes) -> list[Problem]:
    asking = {f"Strategy {number}": files(each) for number, each in enumerate(strategies, 1)}
    return check_decisions(tables, CATALOGUE, asking)


def test_shared_tables_are_checked_by_themselves() -> None:
    assert told(WAITS) == []
    gap = {"decisions/waits.dmn": table("waits", ('"a"', "7"))}
    assert {(each.code, each.severity, each.element) for each in told(gap)} == {("table_gap", "warning", "waits")}
    assert [each.code for each in told({"decisions/waits.dmn": b"<a/>"})] == ["bad_decision"]
    assert [each.code for each in told({})] == ["no_table"]


@pytest.mark.parametrize(
    "path", ["notes.txt", "waits.dmn", "decisions/a.txt", "decisions/deep/waits.dmn", "strategy.bpmn"]
)
def test_nothing_else_may_stand_beside_shared_tables(path: str) -> None:
    problems = told({**WAITS, path: WAITS["decisions/waits.dmn"]})
    assert [(each.file, each.code) for each in problems] == [(path, "no_table")]


def test_what_a_strategy_asks_for_the_latest_of_must_be_there() -> None:
    latest, fixed = with_step(wait(decision="waits", binding="latest")), with_step(wait(decision="waits"))
    other = {"decisions/other.dmn": table("other", ("-", "7"))}
    assert told(other, fixed) == []
    assert [each.code for each in told({**other, "decisions/waits.dmn": b"<a/>"}, latest)] == ["bad_decision"]
    (problem,) = told(other, fixed, latest)
    assert (problem.file, problem.element, problem.code) == ("decisions/waits.dmn", "waits", "asked_decision")
    assert problem.message == (
        "Strategy 2 at 'x' asks for the latest of decision 'waits', which would be missing; keep it."
    )


def test_what_is_asked_without_any_strategy_must_be_there() -> None:
    (problem,) = check_decisions(WAITS, replace(CATALOGUE, decisions=("waits", "choose_strategy")))
    assert (problem.code, problem.element) == ("asked_decision", "choose_strategy")


def test_what_a_strategy_asks_for_the_latest_of_finds_its_names_there() -> None:
    whole = diagram(
        start(),
        user("ask"),
        wait(decision="waits", binding="latest"),
        end(),
        chain("start", "ask", "x", "end"),
    )
    by_form = {"decisions/waits.dmn": table("waits", ("-", "7"), asks="if reached then stage else case.balance")}
    assert told(by_form, whole) == []
    unknown = {"decisions/waits.dmn": table("waits", ("-", "7"), asks="reeched")}
    (problem,) = told(unknown, whole)
    assert (problem.code, problem.severity) == ("bad_expression", "error")
    assert problem.message.startswith("Strategy 1 asks it: ")
