"""Which names expressions of a diagram may use: the catalogue's, and what the diagram's own steps leave behind."""

from __future__ import annotations

import re
from collections.abc import Iterator

from engine.catalogue import Catalogue
from engine.check.bundle import Bundle
from engine.check.model import Diagram, Node
from engine.errors import Problem

ALWAYS = frozenset({"today", "now"})
OF_DECISIONS = frozenset({"stage"})
"""What decisions know beside: the stage of the step that asks."""
NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")


def vocabulary(diagram: Diagram, bundle: Bundle, catalogue: Catalogue) -> frozenset[str]:
    """Give all names, as paths such as `case.balance`; of a bare name whatever lies within is accepted."""
    own = {name for node in diagram.nodes.values() for name in _left_by(diagram, node, bundle, catalogue)}
    return frozenset(own) | ALWAYS | frozenset(catalogue.vocabulary)


def own_names(diagram: Diagram, bundle: Bundle, catalogue: Catalogue) -> Iterator[Problem]:
    """Check the names of variables: plain words that hide no word of the catalogue."""
    taken = ALWAYS | OF_DECISIONS | {name.partition(".")[0] for name in catalogue.vocabulary}
    for node in diagram.nodes.values():
        asked = [(node.decision, node.line)] if node.decides_by_itself and node.decision else []
        for name, line in [*_given_names(node, bundle), *asked]:
            if not NAME.fullmatch(name):
                message = f"{name!r} is no name for a variable; use letters, digits and _, such as 'last_call'."
                yield diagram.problem(node, "bad_variable", message, line=line)
            elif name in taken:
                message = f"A variable {name!r} would hide what expressions know by that name; choose another."
                yield diagram.problem(node, "bad_variable", message, line=line)
        yield from _item(diagram, node, bundle)


def _item(diagram: Diagram, node: Node, bundle: Bundle) -> Iterator[Problem]:
    """Refuse the name of a variable for what a repeated step works on: the variable would be lost."""
    if node.repeat is None:
        return
    for other in diagram.nodes.values():
        if node.repeat.item in {name for name, _line in _answered(other, bundle)}:
            message = f"{node.repeat.item!r} is what {other.id!r} leaves behind; name the member of the list otherwise."
            yield diagram.problem(node, "bad_variable", message, line=node.repeat.line)


def _given_names(node: Node, bundle: Bundle) -> Iterator[tuple[str, int]]:
    yield from _answered(node, bundle)
    if (repeat := node.repeat) is not None:
        yield from ((name, repeat.line) for name in (repeat.item, repeat.gathered, repeat.answer) if name)


def _answered(node: Node, bundle: Bundle) -> Iterator[tuple[str, int]]:
    if node.operation is not None and node.operation.result:
        yield node.operation.result, node.operation.line
    if variable := node.extension("messageVariable"):
        yield variable, node.line
    if decision := node.extension("calledDecisionId"):
        yield decision, node.line
    for key in bundle.forms.get(node.properties.get("form", ""), ()):
        yield key, node.line


def _left_by(diagram: Diagram, node: Node, bundle: Bundle, catalogue: Catalogue) -> Iterator[str]:
    variable = node.extension("messageVariable")
    for name, _line in _given_names(node, bundle):
        if name != variable:
            yield name
    if variable:
        fields = {field for name in diagram.awaited(node) for field in _payload(catalogue, name)}
        yield from (f"{variable}.{field}" for field in fields)
        if not fields:
            yield variable


def _payload(catalogue: Catalogue, message: str) -> Iterator[str]:
    if message in catalogue.messages:
        yield from catalogue.messages[message].payload
