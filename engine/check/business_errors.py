"""Every refusal that an operator may answer is caught, and what catches has something to catch."""

from __future__ import annotations

from collections.abc import Iterator

from engine.catalogue import Catalogue
from engine.check.model import Diagram, Node
from engine.errors import Problem


def business_errors(diagram: Diagram, catalogue: Catalogue) -> Iterator[Problem]:
    """Match the error codes thrown by operators and error end events with the boundary events around them."""
    for node in diagram.nodes.values():
        yield from _declared(diagram, node)
        caught = set(_catchers(diagram, node))
        for code in _thrown_by(diagram, node, catalogue):
            if code not in caught and None not in caught:
                yield diagram.problem(node, "uncaught_error", _uncaught(node, code))
    for node in diagram.of("boundaryEvent"):
        yield from _idle(diagram, node, catalogue)


def _uncaught(node: Node, code: str) -> str:
    if node.tag == "endEvent":
        return f"The error {code!r} thrown here must be caught by a boundary event on the very sub-process around it."
    name = node.operation.name if node.operation else ""
    return f"Operator {name!r} may refuse with {code!r}, which nothing catches; attach a boundary error event for it."


def _declared(diagram: Diagram, node: Node) -> Iterator[Problem]:
    trigger = node.triggered_by("error")
    if trigger is None:
        return
    if trigger.ref and trigger.ref not in diagram.errors:
        message = f"It refers to the error {trigger.ref!r}, which is not declared; choose an error with a code."
        yield diagram.problem(node, "unknown_error", message, line=trigger.line)
    elif node.tag == "endEvent" and not diagram.errors.get(trigger.ref):
        message = "This error end event has no error code; give it one that the sub-process's boundary event catches."
        yield diagram.problem(node, "unknown_error", message, line=trigger.line)


def _thrown_by(diagram: Diagram, node: Node, catalogue: Catalogue) -> tuple[str, ...]:
    if node.tag == "serviceTask" and node.operation is not None:
        operator = catalogue.operators.get(node.operation.name)
        return operator.errors if operator else ()
    trigger = node.triggered_by("error")
    code = diagram.errors.get(trigger.ref) if trigger is not None and node.tag == "endEvent" else None
    return (code,) if code else ()


def _catches(diagram: Diagram, event: Node) -> Iterator[str | None]:
    """Give the code that a boundary event catches; None stands for any."""
    trigger = event.triggered_by("error")
    if trigger is not None:
        yield diagram.errors.get(trigger.ref)


def _catchers(diagram: Diagram, node: Node) -> Iterator[str | None]:
    # What an end event throws further out comes too late: the steps after its own sub-process would run first.
    hosts = (node.scope,) if node.tag == "endEvent" else (node.id, *diagram.enclosing(node))
    for host in hosts:
        for event in diagram.boundaries.get(host, ()):
            yield from _catches(diagram, event)


def _idle(diagram: Diagram, event: Node, catalogue: Catalogue) -> Iterator[Problem]:
    throwers = [node for node in diagram.nodes.values() if event.host in (node.id, *diagram.enclosing(node))]
    if any(node.operation and node.operation.name not in catalogue.operators for node in throwers):
        return  # nobody knows what those would throw; they are reported themselves
    thrown = {code for node in throwers for code in _thrown_by(diagram, node, catalogue)}
    for code in _catches(diagram, event):
        if code not in thrown and not (code is None and thrown):
            what = f"The error {code!r} is" if code else "No error is"
            never = "never thrown" if code else "ever thrown"
            yield diagram.warning(event, "never_thrown", f"{what} {never} here; the path behind it is never taken.")
