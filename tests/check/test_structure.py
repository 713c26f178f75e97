"""Diagrams that are built wrongly, whatever their elements do."""

from __future__ import annotations

import pytest

from engine.check import check
from engine.errors import Unusable
from tests.check.diagrams import (
    boundary,
    chain,
    declared_error,
    diagram,
    end,
    error_inner,
    flow,
    message,
    message_inner,
    node,
    service,
    start,
    subprocess,
    timer,
    timer_inner,
    user,
)
from tests.check.toys import CATALOGUE, codes, files, found

PLAIN = (start(), service("a"), end())


def test_a_sound_diagram_has_no_problem() -> None:
    whole = diagram(
        start(),
        user("u", "Owes {case.balance}", due="add business days(today, 3)", annotation="required"),
        boundary("late", "u", timer_inner('@"P3D"'), cancelActivity="false"),
        service("a", "note", "told", text='"late"', level="1 + 1"),
        end("reminded"),
        message("m", "m_paid", "payment"),
        node("exclusiveGateway", "g", default="g_end"),
        end(),
        chain("start", "u", "m", "g", "end"),
        chain("late", "a", "reminded"),
        flow("g", "u", "payment.amount < case.balance and reached"),
    )
    assert found(whole) == []


@pytest.mark.parametrize(
    ("whole", "expected"),
    [
        (diagram(), ("no_start", "toy")),
        (diagram(start(), service("a"), chain("start", "a", "start")), ("no_end", "toy")),
        (diagram(*PLAIN, start("again"), chain("start", "a", "end"), chain("again", "a")), ("many_starts", "again")),
        (
            diagram(*PLAIN, chain("start", "a", "end"), process='id="toy" isExecutable="false"'),
            ("not_executable", "toy"),
        ),
        (diagram(*PLAIN, chain("start", "end")), ("unreachable", "a")),
        (diagram(*PLAIN, chain("start", "a")), ("dead_end", "a")),
        (diagram(*PLAIN, service("a"), chain("start", "a", "end")), ("duplicate_id", "a")),
        (
            diagram(start(), service("note", "note", text='"x"'), end(), chain("start", "note", "end")),
            ("duplicate_id", "note"),
        ),
        (diagram(*PLAIN, chain("start", "a", "end"), "<bpmn:userTask/>"), ("missing_id", "")),
        (diagram(start("Start"), end(), chain("Start", "end")), ("reserved_id", "Start")),
        (diagram(*PLAIN, chain("start", "a", "end"), flow("a", "gone")), ("dangling_flow", "a_gone")),
        (diagram(*PLAIN, chain("start", "a", "end"), flow("", "a")), ("dangling_flow", "_a")),
        (diagram(*PLAIN, end("e2"), chain("start", "a", "end"), flow("a", "e2")), ("implicit_split", "a")),
        (diagram(*PLAIN, chain("start", "a", "end", "a")), ("leaves_end", "end")),
        (diagram(*PLAIN, chain("start", "a", "end"), flow("a", "start")), ("enters_event", "start")),
        (diagram(start(), subprocess("s", service("a")), end(), chain("start", "s", "end")), ("no_start", "s")),
        (
            diagram(
                start(), subprocess("s", start("in"), end("out")), end(), chain("start", "s", "end"), flow("in", "end")
            ),
            ("crosses_border", "in_end"),
        ),
        (
            diagram(*PLAIN, chain("start", "a", "end"), '<bpmn:dataObjectReference id="d1" dataObjectRef="gone"/>'),
            ("dangling_data", "d1"),
        ),
        (
            diagram(*PLAIN, boundary("b", "gone", message_inner("m_paid")), chain("start", "a", "end")),
            ("boundary_host", "b"),
        ),
        (
            diagram(*PLAIN, boundary("b", "end", message_inner("m_paid")), chain("start", "a", "end")),
            ("boundary_host", "b"),
        ),
    ],
)
def test_what_is_built_wrongly_is_said_with_its_element(whole: bytes, expected: tuple[str, str]) -> None:
    assert expected in codes(whole)


def test_all_problems_come_at_once_with_line_and_advice() -> None:
    problems = found(diagram(start(), service("a", "invented"), node("task", "b"), service("c"), chain("start", "a")))
    assert {problem.code for problem in problems} >= {
        "unknown_operator",
        "unsupported",
        "unreachable",
        "dead_end",
        "no_end",
    }
    assert [problem.line for problem in problems] == sorted(problem.line for problem in problems)
    assert all(problem.line > 1 and problem.message.endswith((".", "?")) for problem in problems)


def test_what_is_not_drawn_is_only_a_warning() -> None:
    whole = diagram(*PLAIN, chain("start", "a", "end")).replace(b'bpmnElement="a"', b'bpmnElement="z"')
    assert [(each.code, each.element, each.severity) for each in found(whole)] == [("not_drawn", "a", "warning")]
    bare = whole.partition(b"<bpmndi:")[0] + b"</bpmn:definitions>"
    assert [(each.code, each.severity) for each in found(bare)] == [("no_drawing", "warning")]


def test_a_step_without_a_stage_is_only_a_warning() -> None:
    whole = diagram(start(), timer("t").replace("stage", "stagee"), end(), chain("start", "t", "end"))
    assert ("no_stage", "t") in codes(whole)
    assert {each.severity for each in found(whole) if each.code == "no_stage"} == {"warning"}


@pytest.mark.parametrize(("length", "expected"), [(398, set()), (399, {("too_long", "toy")})])
def test_chains_up_to_four_hundred_steps(length: int, expected: set[tuple[str, str]]) -> None:
    steps = [f"n{number}" for number in range(length)]
    whole = diagram(start(), *map(service, steps), end(), chain("start", *steps, "end"))
    assert codes(whole) == expected


def test_a_second_process_is_refused_an_empty_pool_is_not() -> None:
    pools = '<bpmn:collaboration id="c"><bpmn:participant id="p" processRef="toy"/><bpmn:participant id="q"/>'
    fine = diagram(*PLAIN, chain("start", "a", "end"), declared=f"{pools}</bpmn:collaboration>")
    assert found(fine) == []
    two = diagram(*PLAIN, chain("start", "a", "end"), declared='<bpmn:process id="other"/>')
    assert ("many_processes", "toy") in codes(two)


@pytest.mark.parametrize(
    "twice",
    [
        (message_inner("m_paid"), message_inner("m_paid")),
        (error_inner("e_x"), error_inner("e_x")),
        (error_inner("e_x"), "<bpmn:errorEventDefinition/>"),
    ],
)
def test_two_events_that_catch_the_same(twice: tuple[str, str]) -> None:
    events = [boundary(name, "u", inner) for name, inner in zip("bc", twice, strict=True)]
    flows = chain("start", "u", "end") + flow("b", "end") + flow("c", "end")
    whole = diagram(start(), user("u"), *events, end(), flows, declared=declared_error("x"))
    assert ("double_catch", "c") in codes(whole)


def test_a_message_awaited_on_two_levels_is_a_warning() -> None:
    inner = subprocess("s", start("in"), message("m"), end("out"), chain("in", "m", "out"))
    outer = boundary("b", "s", message_inner("m_paid"))
    whole = diagram(start(), inner, outer, end(), chain("start", "s", "end"), flow("b", "end"))
    assert [(each.code, each.element, each.severity) for each in found(whole)] == [("shadowed_message", "m", "warning")]


def test_an_event_on_a_step_that_never_waits_is_a_warning() -> None:
    whole = diagram(*PLAIN, boundary("b", "a", timer_inner('@"P1D"')), chain("start", "a", "end"), flow("b", "end"))
    assert [(each.code, each.element, each.severity) for each in found(whole)] == [("never_fires", "b", "warning")]


@pytest.mark.parametrize("data", [b"", b"nonsense", b"<html/>", b"\xff\xfe\x00", b'<definitions xmlns="x"/>'])
def test_what_is_no_bpmn_is_unusable(data: bytes) -> None:
    with pytest.raises(Unusable):
        check(files(data), CATALOGUE)


def test_without_a_diagram_there_is_nothing_to_check() -> None:
    with pytest.raises(Unusable, match=r"no strategy\.bpmn"):
        check({}, CATALOGUE)
