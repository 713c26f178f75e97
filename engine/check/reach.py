"""Every step can be reached, every path leads on, and no chain is too long for the executor."""

from __future__ import annotations

from collections.abc import Iterator

from engine.check.model import Diagram, Node, Scope
from engine.errors import Problem

LONGEST_CHAIN = 400  # steps: the executor's parser descends into them one within the other


def reach(diagram: Diagram) -> Iterator[Problem]:
    """Find unreachable steps, dead ends and chains beyond the executor's depth."""
    for scope in diagram.scopes.values():
        depths = _depths(diagram, scope)
        deepest = max(depths.values(), default=0)
        if deepest > LONGEST_CHAIN:
            message = f"A chain of {deepest} steps; at most {LONGEST_CHAIN} can follow each other. Use sub-processes."
            yield diagram.problem(scope, "too_long", message)
        for node in diagram.within(scope.id):
            if node.id not in depths and not _stands_alone(node):
                yield diagram.problem(
                    node, "unreachable", "Nothing leads to this step; connect it with the start or remove it."
                )
            if _is_dead_end(diagram, node):
                yield diagram.problem(
                    node, "dead_end", "Nothing leads on from here; connect it with what follows or an end event."
                )


def _stands_alone(node: Node) -> bool:
    return node.attributes.get("triggeredByEvent") == "true" or node.attributes.get("isForCompensation") == "true"


def _is_dead_end(diagram: Diagram, node: Node) -> bool:
    return node.tag != "endEvent" and not _stands_alone(node) and not diagram.outgoing.get(node.id)


def _depths(diagram: Diagram, scope: Scope) -> dict[str, int]:
    """Walk as the executor's parser does, depth first, and give how deep it stands at each reachable node."""
    starts = [node.id for node in diagram.within(scope.id) if node.tag == "startEvent"]
    depths = dict.fromkeys(starts, 1)
    stack = [(start, _next(diagram, start)) for start in starts]
    while stack:
        identifier, following = stack[-1]
        found = next(following, None)
        if found is None:
            stack.pop()
        elif found not in depths and found in diagram.nodes:
            depths[found] = depths[identifier] + 1
            stack.append((found, _next(diagram, found)))
    return depths


def _next(diagram: Diagram, identifier: str) -> Iterator[str]:
    yield from (event.id for event in diagram.boundaries.get(identifier, ()))
    yield from (flow.target for flow in diagram.outgoing.get(identifier, ()))
