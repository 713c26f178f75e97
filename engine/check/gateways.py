"""Every split says which way to go, in a form that the executor takes as it is drawn."""

from __future__ import annotations

from collections.abc import Iterator

from engine.check.model import CHOOSING, Diagram, Flow, Node
from engine.errors import Problem


def gateways(diagram: Diagram) -> Iterator[Problem]:
    """Check conditions, default flows and what follows event-based gateways."""
    for flow in diagram.flows:
        source = diagram.nodes.get(flow.source)
        if flow.condition is not None and source is not None and source.tag not in CHOOSING:
            message = (
                "A condition here is never looked at; put an exclusive gateway in front and the condition behind it."
            )
            yield diagram.problem(flow, "condition_ignored", message)
    for node in diagram.of(*CHOOSING):
        yield from _choice(diagram, node)
    for node in diagram.of("eventBasedGateway"):
        yield from _race(diagram, node)


def _choice(diagram: Diagram, node: Node) -> Iterator[Problem]:
    leaving, default = diagram.outgoing.get(node.id, ()), node.attributes.get("default", "")
    if default and default not in {flow.id for flow in leaving}:
        message = f"Its default flow {default!r} does not leave this gateway; mark one of its own flows as the default."
        yield diagram.problem(node, "default_elsewhere", message)
    elif not default and (len(leaving) > 1 or any(flow.condition for flow in leaving)):
        message = "It has no default flow: where no condition holds the case is stuck. Mark one flow as the default."
        yield diagram.problem(node, "no_default", message)
    if len(leaving) > 1:
        for flow in leaving:
            yield from _branch(diagram, flow, is_default=flow.id == default)


def _branch(diagram: Diagram, flow: Flow, *, is_default: bool) -> Iterator[Problem]:
    if is_default and flow.condition:
        message = "This is the default flow: its condition is never looked at. Remove the condition."
        yield diagram.warning(flow, "default_condition", message)
    if not is_default and not flow.condition:
        message = "This flow has no condition; give it one, or make it the gateway's default."
        yield diagram.problem(flow, "no_condition", message)


def _race(diagram: Diagram, node: Node) -> Iterator[Problem]:
    leaving = diagram.outgoing.get(node.id, ())
    targets = [diagram.nodes[flow.target] for flow in leaving if flow.target in diagram.nodes]
    if len(leaving) == 1:
        yield diagram.problem(node, "lonely_race", "Only one event follows; an event-based gateway needs two or more.")
    timers = [target for target in targets if target.triggered_by("timer")]
    for target in timers[1:]:
        message = f"A second timer behind {node.id!r}: the executor would give both one due date. Keep one timer."
        yield diagram.problem(target, "two_timers", message)
    for target in targets:
        yield from _racer(diagram, node, target)


def _racer(diagram: Diagram, node: Node, target: Node) -> Iterator[Problem]:
    if target.tag not in {"intermediateCatchEvent", "receiveTask"}:
        message = f"It follows the event-based gateway {node.id!r} and must wait for an event: a message or one timer."
        yield diagram.problem(target, "no_event", message)
    elif len(diagram.incoming.get(target.id, ())) > 1:
        message = f"Other flows lead to this event behind the event-based gateway {node.id!r}; give it only that one."
        yield diagram.problem(target, "shared_event", message)
    if diagram.boundaries.get(target.id):
        message = f"Behind the event-based gateway {node.id!r} a step can have no boundary events; remove them."
        yield diagram.problem(target, "no_event", message)
