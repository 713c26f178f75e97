"""What the executor cannot do, or would silently ignore, is refused with its reason."""

from __future__ import annotations

import pytest

from tests.check.diagrams import (
    boundary,
    chain,
    diagram,
    end,
    flow,
    message_inner,
    node,
    properties,
    service,
    start,
    subprocess,
    timer,
    timer_inner,
    user,
)
from tests.check.toys import codes, found

LINK, SIGNAL, TERMINATE = (
    "<bpmn:linkEventDefinition/>",
    "<bpmn:signalEventDefinition/>",
    "<bpmn:terminateEventDefinition/>",
)
CONDITIONAL = "<bpmn:conditionalEventDefinition><bpmn:condition>true</bpmn:condition></bpmn:conditionalEventDefinition>"
ESCALATION, COMPENSATE = "<bpmn:escalationEventDefinition/>", "<bpmn:compensateEventDefinition/>"
LOOP = '<bpmn:standardLoopCharacteristics loopMaximum="3"/>'
MANY = "<bpmn:multiInstanceLoopCharacteristics/>"
DATA = "<bpmn:dataInputAssociation><bpmn:sourceRef>d</bpmn:sourceRef></bpmn:dataInputAssociation>"


def with_step(step: str) -> bytes:
    return diagram(start(), step, end(), chain("start", "x", "end"))


def with_event(tag: str, inner: str) -> bytes:
    return with_step(node(tag, "x", inner))


def ending(inner: str) -> bytes:
    return diagram(start(), node("endEvent", "x", inner), chain("start", "x"))


def on_task(inner: str, **attributes: str) -> bytes:
    return diagram(
        start(), user("u"), boundary("x", "u", inner, **attributes), end(), chain("start", "u", "end"), flow("x", "end")
    )


@pytest.mark.parametrize(
    "tag",
    [
        "task",
        "manualTask",
        "scriptTask",
        "sendTask",
        "callActivity",
        "complexGateway",
        "transaction",
        "adHocSubProcess",
    ],
)
def test_elements_that_are_not_run(tag: str) -> None:
    assert ("unsupported", "x") in codes(with_step(node(tag, "x")))


@pytest.mark.parametrize(
    "whole",
    [
        with_event("intermediateThrowEvent", LINK),
        with_event("intermediateCatchEvent", LINK),
        with_event("intermediateCatchEvent", SIGNAL),
        with_event("intermediateCatchEvent", CONDITIONAL),
        with_event("intermediateThrowEvent", SIGNAL),
        with_event("intermediateThrowEvent", ESCALATION),
        with_event("intermediateThrowEvent", COMPENSATE),
        with_event("intermediateThrowEvent", message_inner("m_paid")),
        with_event("intermediateThrowEvent", timer_inner('@"P1D"')),
        with_event("intermediateCatchEvent", timer_inner('@"P1D"') + message_inner("m_paid")),
        ending(SIGNAL),
        ending(COMPENSATE),
        ending(ESCALATION),
        ending(message_inner("m_paid")),
        ending("<bpmn:cancelEventDefinition/>"),
        on_task(SIGNAL),
        on_task(COMPENSATE),
        on_task(ESCALATION),
        on_task(CONDITIONAL),
        on_task("<bpmn:errorEventDefinition/>", cancelActivity="false"),
        diagram(node("startEvent", "x", message_inner("m_paid")), end(), chain("x", "end")),
        diagram(node("startEvent", "x", timer_inner('@"P1D"')), end(), chain("x", "end")),
        with_step(node("userTask", "x", LOOP)),
        with_step(node("receiveTask", "x", MANY)),
        with_step(node("userTask", "x", DATA)),
        with_step(node("userTask", "x", isForCompensation="true")),
        with_step(subprocess("x", start("s"), end("e"), chain("s", "e"), triggeredByEvent="true")),
        with_step('<bpmn:choreographyTask id="x"/>'),
    ],
)
def test_kinds_and_markers_that_are_not_run(whole: bytes) -> None:
    assert ("unsupported", "x") in codes(whole)


@pytest.mark.parametrize(
    ("whole", "expected"),
    [
        (with_event("intermediateCatchEvent", ""), ("no_trigger", "x")),
        (on_task(""), ("no_trigger", "x")),
        (with_event("intermediateCatchEvent", "<bpmn:timerEventDefinition/>"), ("no_time", "x")),
        (with_step(timer("x", '"R3/P1D"', "timeCycle")), ("cycle_here", "x")),
        (on_task(timer_inner('"R3/P1D"', "timeCycle")), ("cycle_here", "x")),
    ],
)
def test_events_that_never_or_wrongly_happen(whole: bytes, expected: tuple[str, str]) -> None:
    assert expected in codes(whole)


@pytest.mark.parametrize("script", ["preScript", "postScript"])
def test_scripts_are_not_run(script: str) -> None:
    held = f"<spiffworkflow:{script}>import os</spiffworkflow:{script}>"
    assert ("script", "x") in codes(with_step(node("userTask", "x", "", held)))


@pytest.mark.parametrize(
    ("step", "expected"),
    [
        (node("userTask", "x", "", "<spiffworkflow:unitTests/>"), ("unknown_extension", "x")),
        (
            node("userTask", "x", "", "<spiffworkflow:calledDecisionId>d</spiffworkflow:calledDecisionId>"),
            ("unknown_extension", "x"),
        ),
        (node("userTask", "x", "", '<zeebe:formDefinition xmlns:zeebe="z" formId="f"/>'), ("foreign_extension", "x")),
    ],
)
def test_settings_without_effect(step: str, expected: tuple[str, str]) -> None:
    assert expected in codes(with_step(step))


def test_a_repeating_timer_that_does_not_interrupt_and_a_terminate_end_are_fine() -> None:
    repeated = boundary("b", "u", timer_inner('"R3/P7D"', "timeCycle"), cancelActivity="false")
    stop = node("endEvent", "stop", TERMINATE)
    whole = diagram(
        start(), user("u"), repeated, service("a"), stop, end(), chain("start", "u", "end"), chain("b", "a", "stop")
    )
    assert found(whole) == []


def test_notes_lanes_and_data_objects_are_only_drawn() -> None:
    decoration = (
        '<bpmn:laneSet id="ls"><bpmn:lane id="l"><bpmn:flowNodeRef>x</bpmn:flowNodeRef></bpmn:lane></bpmn:laneSet>'
        '<bpmn:dataObject id="d"/><bpmn:dataObjectReference id="r" dataObjectRef="d"/>'
        '<bpmn:textAnnotation id="t"><bpmn:text>why</bpmn:text></bpmn:textAnnotation>'
    )
    held = properties(stage="work", form="call", role="collector")
    whole = diagram(start(), decoration, node("userTask", "x", "", held), end(), chain("start", "x", "end"))
    assert found(whole) == []


@pytest.mark.parametrize(
    ("cycle", "missed", "expected"),
    [
        ('"R3/P1D"', "each", None),
        ('"R/P1M"', "once", None),
        ('"R3/P1D"', "some", "bad_property"),
        ('"R/P0D"', "each", "mistyped_expression"),
        ("", "each", "bad_property"),
    ],
)
def test_what_becomes_of_missed_turns_is_one_of_two(cycle: str, missed: str, expected: str | None) -> None:
    inner = timer_inner(cycle, "timeCycle") if cycle else timer_inner('@"P1D"')
    event = node("boundaryEvent", "x", inner, properties(missed=missed), attachedToRef="u", cancelActivity="false")
    flows = chain("start", "u", "end") + chain("x", "told")
    whole = diagram(start(), user("u"), event, end("told"), end(), flows)
    assert {code for code, _element in codes(whole)} == ({expected} if expected else set())
