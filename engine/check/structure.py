"""It is one process, everything has an id, all flows lead from somewhere to somewhere."""

from __future__ import annotations

from collections.abc import Iterator

from engine.check.model import Diagram, Flow, Node, Scope, Stray
from engine.errors import Problem

RESERVED = frozenset({"Start", "End", "Root", "StartEventSplit", "StartEventJoin"})
RESERVED_ENDS = (".EndJoin", ".BoundaryEventSplit", ".BoundaryEventJoin", "[child]")
NOWHERE = Stray("", "", 1)


def structure(diagram: Diagram) -> Iterator[Problem]:
    """Find what is wrong with the diagram's build, whatever its elements do."""
    yield from _processes(diagram)
    yield from _ids(diagram)
    for scope in diagram.scopes.values():
        yield from _starts(diagram, scope)
    for flow in diagram.flows:
        yield from _ends(diagram, flow)
    for node in diagram.nodes.values():
        yield from _flows_of(diagram, node)
    yield from _data(diagram)
    yield from _drawing(diagram)


def _processes(diagram: Diagram) -> Iterator[Problem]:
    processes = [scope for scope in diagram.scopes.values() if scope.tag == "process"]
    if not processes:
        yield diagram.problem(NOWHERE, "no_process", "There is no process in this file; draw one.")
    for scope in processes[1:]:
        message = "There is a second process; a strategy is one process. Remove the others (empty pools may stay)."
        yield diagram.problem(scope, "many_processes", message)
    for scope in processes[:1]:
        if not scope.executable:
            message = 'The process is not marked executable; set "Executable" in its properties.'
            yield diagram.problem(scope, "not_executable", message)


def _ids(diagram: Diagram) -> Iterator[Problem]:
    for identifier, line in diagram.twice:
        message = f"The id {identifier!r} is used more than once; give every element its own."
        yield diagram.problem(Stray(identifier, "", line), "duplicate_id", message)
    for tag, line in diagram.nameless:
        yield diagram.problem(
            Stray("", tag, line), "missing_id", f"This {tag} has no id and would be ignored; give it one."
        )
    for node in diagram.nodes.values():
        if node.id in RESERVED or node.id.endswith(RESERVED_ENDS):
            message = f"The executor keeps the id {node.id!r} for itself; choose another."
            yield diagram.problem(node, "reserved_id", message)


def _starts(diagram: Diagram, scope: Scope) -> Iterator[Problem]:
    starts = [node for node in diagram.within(scope.id) if node.tag == "startEvent"]
    what = "process" if scope.tag == "process" else "sub-process"
    if not starts:
        yield diagram.problem(scope, "no_start", f"This {what} has no start event; draw one.")
    for node in starts[1:]:
        yield diagram.problem(node, "many_starts", f"This {what} already has a start event; keep exactly one.")
    if starts and not any(node.tag == "endEvent" for node in diagram.within(scope.id)):
        yield diagram.problem(scope, "no_end", f"This {what} has no end event; draw one.")


def _ends(diagram: Diagram, flow: Flow) -> Iterator[Problem]:
    for side, identifier in (("start", flow.source), ("end", flow.target)):
        if not identifier:
            yield diagram.problem(
                flow, "dangling_flow", f"This flow's {side} is attached to nothing; attach or remove it."
            )
        elif identifier not in diagram.nodes:
            message = f"This flow's {side} is at {identifier!r}, which is no step of this diagram; attach or remove it."
            yield diagram.problem(flow, "dangling_flow", message)
        elif diagram.nodes[identifier].scope != flow.scope:
            message = (
                f"This flow crosses the border of a sub-process at {identifier!r}; use the sub-process's own flows."
            )
            yield diagram.problem(flow, "crosses_border", message)


def _flows_of(diagram: Diagram, node: Node) -> Iterator[Problem]:
    leaving, arriving = diagram.outgoing.get(node.id, ()), diagram.incoming.get(node.id, ())
    if len(leaving) > 1 and not node.tag.endswith("Gateway"):
        message = f"{len(leaving)} flows leave this step at once; put a gateway behind it that says what is meant."
        yield diagram.problem(node, "implicit_split", message)
    if leaving and node.tag == "endEvent":
        yield diagram.problem(node, "leaves_end", "A flow leaves this end event; remove it.")
    if arriving and node.tag in {"startEvent", "boundaryEvent"}:
        yield diagram.problem(node, "enters_event", "A flow leads into this event, which only begins flows; remove it.")


def _data(diagram: Diagram) -> Iterator[Problem]:
    for reference in diagram.data_references:
        if reference.ref not in diagram.data_objects:
            message = f"It refers to the data object {reference.ref!r}, which is not there; draw it anew."
            yield diagram.problem(reference, "dangling_data", message)


def _drawing(diagram: Diagram) -> Iterator[Problem]:
    if not diagram.has_drawing:
        message = "The file has no drawing; open and save it in the editor so that people can see it."
        yield diagram.warning(NOWHERE, "no_drawing", message)
        return
    elements: list[Node | Flow] = [*diagram.nodes.values(), *diagram.flows]
    for element in elements:
        if element.id and element.id not in diagram.drawn:
            yield diagram.warning(
                element, "not_drawn", "This is in the process but not in the drawing: nobody sees it."
            )
