"""Every FEEL expression compiles, over names that exist, into something that fits its place."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from engine.catalogue import Catalogue
from engine.check.literals import literal_type, temporal_type
from engine.check.model import Diagram, Flow, Node, Trigger
from engine.errors import Problem
from engine.feel import FeelError, compile_expression

PLACE = re.compile(r"\{([^{}]*)\}")
CYCLE = re.compile(r'"R(?:[1-9]\d*)?/P(?=.*[1-9])(?:\d+[YMWD])*(?:T(?:\d+[HMS])+)?"')
MOMENTS = frozenset({"date", "date and time"})
FITTING = {
    "timeDate": MOMENTS,
    "timeDuration": frozenset({"days and time duration", "years and months duration"}),
    "due date": MOMENTS,
    "condition": frozenset({"boolean"}),
    "number of times": frozenset({"number"}),
}
EXAMPLES = {
    "timeDate": 'a date such as add business days(today, 3) or @"2030-01-31"',
    "timeDuration": 'a duration such as @"P7D"',
    "due date": "a date such as add business days(today, 3)",
    "number of times": "a number such as 3",
    "condition": "something true or false, such as case.balance > 0",
}


@dataclass(frozen=True, slots=True)
class Use:
    """An expression and where it stands; `place` is what it is for, `beside` names that are known to it alone."""

    at: Node | Flow
    line: int
    place: str
    text: str
    beside: frozenset[str] = frozenset()


def expressions(diagram: Diagram, names: frozenset[str], catalogue: Catalogue) -> Iterator[Problem]:
    """Compile every expression of the diagram and report those that cannot be."""
    for use in _all(diagram):
        yield from _compiled(diagram, use, names, catalogue)
        yield from _fitting(diagram, use)
    for node in diagram.nodes.values():
        yield from _open_places(diagram, node)
        for trigger in node.triggers:
            yield from _cycle(diagram, node, trigger)


def _compiled(diagram: Diagram, use: Use, names: frozenset[str], catalogue: Catalogue) -> Iterator[Problem]:
    try:
        compile_expression(use.text, names=names | use.beside, functions=catalogue.functions)
    except FeelError as error:
        hint = f' Write @"{use.text}".' if temporal_type(use.text) else ""
        said = error.message if error.message.endswith("?") else f"{error.message}."
        message = f"The {use.place} {use.text!r} cannot be used: {said}{hint}"
        yield diagram.problem(use.at, "bad_expression", message, line=use.line + error.line - 1)


def _fitting(diagram: Diagram, use: Use) -> Iterator[Problem]:
    kind = literal_type(use.text)
    if kind and use.place in FITTING and kind not in FITTING[use.place]:
        message = f"The {use.place} {use.text} is a {kind}; it needs {EXAMPLES[use.place]}."
        yield diagram.problem(use.at, "mistyped_expression", message, line=use.line)


def _cycle(diagram: Diagram, node: Node, trigger: Trigger) -> Iterator[Problem]:
    if trigger.timer == "timeCycle" and literal_type(trigger.text) == "string" and not CYCLE.fullmatch(trigger.text):
        message = f'The cycle {trigger.text} cannot be read; write for example "R3/P7D": three times, every 7 days.'
        yield diagram.problem(node, "mistyped_expression", message, line=trigger.line)
    elif trigger.timer == "timeCycle" and literal_type(trigger.text) not in {"", "string"}:
        message = f'The cycle {trigger.text} is no text; write for example "R3/P7D": three times, every 7 days.'
        yield diagram.problem(node, "mistyped_expression", message, line=trigger.line)


def _open_places(diagram: Diagram, node: Node) -> Iterator[Problem]:
    if set(PLACE.sub("", node.extension("instructionsForEndUser"))) & set("{}"):
        message = "A brace in the instructions has no partner: people would read it as it stands. Close or remove it."
        yield diagram.warning(node, "open_place", message)


def _all(diagram: Diagram) -> Iterator[Use]:
    for flow in diagram.flows:
        if flow.condition:
            yield Use(flow, flow.line, "condition", flow.condition)
    for node in diagram.nodes.values():
        yield from _of_timers(node)
        yield from _of_repeat(node)
        yield from _of_parameters(node)
        yield from _of_texts(node)


def _of_timers(node: Node) -> Iterator[Use]:
    for trigger in node.triggers:
        if trigger.kind == "timer" and trigger.text:
            yield Use(node, trigger.line, trigger.timer, trigger.text, _asked(node))


def _of_repeat(node: Node) -> Iterator[Use]:
    if node.repeat is not None and node.repeat.times.strip():
        yield Use(node, node.repeat.line, "number of times", node.repeat.times)
    if node.repeat is not None and node.repeat.until.strip():
        yield Use(node, node.repeat.line, "condition", node.repeat.until)


def _of_parameters(node: Node) -> Iterator[Use]:
    for given in node.operation.parameters if node.operation else ():
        if given.value and given.value.strip():
            yield Use(node, given.line, f"parameter {given.name!r}", given.value, _asked(node))


def _asked(node: Node) -> frozenset[str]:
    return frozenset({node.decision} if node.decides_by_itself and node.decision else ())


def _of_texts(node: Node) -> Iterator[Use]:
    for each in node.given_properties:
        if each.name == "due" and each.value:
            yield Use(node, each.line, "due date", each.value)
    for text in node.extensions:
        if text.ours and text.name == "instructionsForEndUser":
            for place in PLACE.findall(text.text):
                yield Use(node, text.line, "place in the instructions", place)
