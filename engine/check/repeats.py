"""Steps that are repeated for each member of a list, or a number of times (multi-instance markers)."""

from __future__ import annotations

from collections.abc import Iterator

from engine.check.model import Diagram, Node, Repeat
from engine.errors import Problem

REPEATED = frozenset({"userTask", "serviceTask", "subProcess"})


def repeats(diagram: Diagram, names: frozenset[str]) -> Iterator[Problem]:
    """Check what each marker repeats, over which list of `names`, and where its answers go."""
    for node in diagram.nodes.values():
        if node.repeat is None:
            continue
        if node.tag not in REPEATED:
            message = f"A {node.tag} cannot be repeated; put it into a sub-process that carries the marker."
            yield diagram.problem(node, "unsupported", message, line=node.repeat.line)
        yield from _how_often(diagram, node, node.repeat, names)
        yield from _answers(diagram, node, node.repeat)


def _how_often(diagram: Diagram, node: Node, repeat: Repeat, names: frozenset[str]) -> Iterator[Problem]:
    if bool(repeat.times) == bool(repeat.over):
        message = (
            "Say for which list this is repeated (loopDataInputRef) or how often (loopCardinality): one of the two."
        )
        yield diagram.problem(node, "bad_repeat", message, line=repeat.line)
    elif repeat.over and repeat.over not in names:
        message = f"It is repeated for each member of {repeat.over!r}, a variable that no step leaves behind."
        yield diagram.problem(node, "bad_repeat", message, line=repeat.line)
    elif repeat.over and not repeat.item:
        message = "Each turn needs a name for its member of the list; give the marker an inputDataItem."
        yield diagram.problem(node, "bad_repeat", message, line=repeat.line)


def _answers(diagram: Diagram, node: Node, repeat: Repeat) -> Iterator[Problem]:
    if bool(repeat.gathered) != bool(repeat.answer):
        message = "To gather answers name both the list (loopDataOutputRef) and what each turn adds (outputDataItem)."
        yield diagram.problem(node, "bad_repeat", message, line=repeat.line)
    elif repeat.gathered and repeat.gathered in {repeat.over, repeat.item, repeat.answer}:
        message = f"The answers need a list of their own; {repeat.gathered!r} is in use in the same marker."
        yield diagram.problem(node, "bad_repeat", message, line=repeat.line)
