"""The stages of a strategy in the order of its flow, and where a case stands that has reached one elsewhere."""

from __future__ import annotations

from collections import deque
from collections.abc import Iterator

from engine.check.model import SCOPES, Diagram, Node

SIGNALS = ("receiveTask",)  # wait for what the stage itself has sent
WAITS = ("intermediateCatchEvent", "userTask", "eventBasedGateway")


def stages_of(diagram: Diagram) -> list[str]:
    """Give the stages in the order in which the flow first comes to them."""
    return list(dict.fromkeys(stage for node in in_order(diagram) if (stage := stage_of(node))))


def standing_in(diagram: Diagram, stage: str) -> Node | None:
    """Give where a case waits in a stage whose message was sent already; None where it waits nowhere in it.

    That is the wait behind the message that the stage sends, where there is one, else its first wait or task.
    """
    entry = next((node for node in in_order(diagram) if stage_of(node) == stage and _is_entry(diagram, node)), None)
    if entry is None:
        return None
    inside = list(_walk(diagram, entry, stage))
    sent = next((node for node in inside if node.tag in SIGNALS), None)
    behind = [] if sent is None else list(_walk(diagram, sent, stage))
    return next((node for node in (*behind, *inside) if node.tag in WAITS and stage_of(node) == stage), None)


def stage_of(node: Node) -> str:
    """Give the stage that an element says it belongs to."""
    return node.properties.get("stage", "").strip()


def in_order(diagram: Diagram) -> Iterator[Node]:
    """Give the nodes in the order of the flow; what follows from events at the edge of steps comes last."""
    for scope in diagram.scopes.values():
        if not scope.parent:
            yield from _scope_in_order(diagram, scope.id)


def _scope_in_order(diagram: Diagram, scope: str) -> Iterator[Node]:
    open_ = deque(node.id for node in diagram.within(scope) if node.tag == "startEvent")
    at_the_edge: deque[str] = deque()
    seen: set[str] = set()
    while open_ or at_the_edge:
        identifier = open_.popleft() if open_ else at_the_edge.popleft()
        node = diagram.nodes.get(identifier)
        if node is None or identifier in seen:
            continue
        seen.add(identifier)
        yield node
        if node.tag in SCOPES:
            yield from _scope_in_order(diagram, node.id)
        open_.extend(flow.target for flow in diagram.outgoing.get(identifier, ()))
        at_the_edge.extend(event.id for event in diagram.boundaries.get(identifier, ()))


def _is_entry(diagram: Diagram, node: Node) -> bool:
    """Tell whether a flow comes in from another stage; what says no stage belongs to the one before it."""
    own = stage_of(node)
    return any(before.tag == "startEvent" or stage_of(before) not in {"", own} for before in _before(diagram, node))


def _before(diagram: Diagram, node: Node) -> Iterator[Node]:
    """Give from where flows come in, back through what says no stage."""
    open_, seen = [node.id], {node.id}
    while open_:
        for flow in diagram.incoming.get(open_.pop(), ()):
            before = diagram.nodes.get(flow.source)
            if before is not None and before.id not in seen:
                seen.add(before.id)
                yield before
                open_ += [] if stage_of(before) else [before.id]


def _walk(diagram: Diagram, entry: Node, stage: str) -> Iterator[Node]:
    """Give what the flow comes to from `entry` without leaving the stage."""
    open_, seen = deque([entry.id]), {entry.id}
    while open_:
        current = diagram.nodes[open_.popleft()]
        yield current
        for flow in diagram.outgoing.get(current.id, ()):
            following = diagram.nodes.get(flow.target)
            if following is not None and following.id not in seen and stage_of(following) in {"", stage}:
                seen.add(following.id)
                open_.append(following.id)
