"""Boundary events stand where they can fire, and no two of them answer to the same thing."""

from __future__ import annotations

from collections.abc import Iterator

from engine.check.model import ACTIVITIES, Diagram, Node, Trigger
from engine.errors import Problem

AT_ONCE = frozenset({"serviceTask", "businessRuleTask"})


def boundaries(diagram: Diagram) -> Iterator[Problem]:
    """Check hosts, rivals, repeating timers, and messages that two levels wait for."""
    for node in diagram.of("boundaryEvent"):
        yield from _host(diagram, node)
    for events in diagram.boundaries.values():
        yield from _rivals(diagram, events)
    for node in diagram.nodes.values():
        yield from _cycles(diagram, node)
        yield from _shadowed(diagram, node)


def _host(diagram: Diagram, node: Node) -> Iterator[Problem]:
    host = diagram.nodes.get(node.host)
    if host is None:
        message = f"This event is attached to {node.host or 'nothing'!r}, which does not exist; put it on a task."
        yield diagram.problem(node, "boundary_host", message)
    elif host.tag not in ACTIVITIES or host.scope != node.scope:
        message = f"This event is attached to {node.host!r}; it can stand on a task or sub-process beside it only."
        yield diagram.problem(node, "boundary_host", message)
    elif host.tag in AT_ONCE and any(trigger.kind in {"timer", "message"} for trigger in node.triggers):
        message = f"{node.host!r} is done at once, so that this event never happens; put it on the step that waits."
        yield diagram.warning(node, "never_fires", message)


def _rivals(diagram: Diagram, events: tuple[Node, ...]) -> Iterator[Problem]:
    """Refuse two events of one host that catch the same: the executor would follow both."""
    seen = set[tuple[str, str]]()
    catching = [node for node in events if node.triggered_by("error")]
    for node in events:
        for trigger in node.triggers:
            what = _caught(diagram, trigger)
            any_error = what == ("error", "") and len(catching) > 1
            if (what in seen and trigger.kind != "timer") or any_error:
                message = f"Another event on {node.host!r} catches the same, and both would happen; keep one of them."
                yield diagram.problem(node, "double_catch", message, line=trigger.line)
            seen.add(what)


def _caught(diagram: Diagram, trigger: Trigger) -> tuple[str, str]:
    names = diagram.errors if trigger.kind == "error" else diagram.messages
    return trigger.kind, names.get(trigger.ref) or ""


def _cycles(diagram: Diagram, node: Node) -> Iterator[Problem]:
    trigger = node.triggered_by("timer")
    if trigger is None or trigger.timer != "timeCycle":
        return
    if node.tag != "boundaryEvent" or node.attributes.get("cancelActivity") != "false":
        message = (
            "A repeating timer would run what follows again and again; it can stand on a task, not interrupting it."
        )
        yield diagram.problem(node, "cycle_here", message, line=trigger.line)


def _shadowed(diagram: Diagram, node: Node) -> Iterator[Problem]:
    awaited = set(diagram.awaited(node))
    for host in diagram.enclosing(node):
        for event in diagram.boundaries.get(host, ()):
            for name in awaited & set(diagram.awaited(event)):
                message = (
                    f"The message {name!r} is awaited here and by {event.id!r} around it: both paths are followed. "
                    "Keep one of them."
                )
                yield diagram.warning(node, "shadowed_message", message)
