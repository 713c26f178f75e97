"""Splits that do not say which way to go."""

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
)
from tests.check.toys import codes, found

ENDS = (end("e1"), end("e2"))
RACE = (start(), node("eventBasedGateway", "g"), *ENDS)


def choice(*flows: str, **attributes: str) -> bytes:
    return diagram(start(), node("exclusiveGateway", "g", **attributes), *ENDS, flow("start", "g"), *flows)


@pytest.mark.parametrize(
    ("whole", "expected"),
    [
        (choice(flow("g", "e1", "today > now"), flow("g", "e2", "true")), ("no_default", "g")),
        (choice(flow("g", "e1", "case.balance > 0")), ("no_default", "g")),
        (choice(flow("g", "e1"), flow("g", "e2"), default="g_e1"), ("no_condition", "g_e2")),
        (choice(flow("g", "e1", "true"), flow("g", "e2", "true"), default="g_e1"), ("default_condition", "g_e1")),
        (choice(flow("g", "e1", "true"), flow("g", "e2", "true"), default="else"), ("default_elsewhere", "g")),
        (
            diagram(start(), node("parallelGateway", "g"), *ENDS, chain("start", "g", "e1"), flow("g", "e2", "true")),
            ("condition_ignored", "g_e2"),
        ),
        (
            diagram(start(), service("a"), end(), flow("start", "a"), flow("a", "end", "true")),
            ("condition_ignored", "a_end"),
        ),
        (diagram(*RACE, timer("t"), chain("start", "g", "t", "e1")), ("lonely_race", "g")),
        (
            diagram(*RACE, timer("t"), timer("u"), chain("start", "g", "t", "e1"), chain("g", "u", "e2")),
            ("two_timers", "u"),
        ),
        (
            diagram(*RACE, timer("t"), service("a"), chain("start", "g", "t", "e1"), chain("g", "a", "e2")),
            ("no_event", "a"),
        ),
        (
            diagram(*RACE, timer("t"), message("m"), chain("start", "g", "t", "m", "e1"), chain("g", "m")),
            ("shared_event", "m"),
        ),
        (
            diagram(
                *RACE,
                timer("t", '"R3/P1D"', "timeCycle"),
                message("m"),
                chain("start", "g", "t", "e1"),
                chain("g", "m", "e2"),
            ),
            ("cycle_here", "t"),
        ),
        (
            diagram(
                *RACE,
                timer("t"),
                node("receiveTask", "m", messageRef="m_paid"),
                boundary("b", "m", timer_inner('@"P1D"')),
                chain("start", "g", "t", "e1"),
                chain("g", "m", "e2"),
                flow("b", "e2"),
            ),
            ("no_event", "m"),
        ),
    ],
)
def test_an_unclear_split_is_refused(whole: bytes, expected: tuple[str, str]) -> None:
    assert expected in codes(whole)


def test_a_clear_choice_is_fine() -> None:
    whole = choice(flow("g", "e1", "case.balance > 0"), flow("g", "e2"), default="g_e2")
    assert found(whole) == []


def test_a_race_of_a_message_with_a_timer_is_fine() -> None:
    whole = diagram(*RACE, timer("t"), message("m"), chain("start", "g", "t", "e1"), chain("g", "m", "e2"))
    assert found(whole) == []
