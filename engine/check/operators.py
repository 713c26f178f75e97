"""Every service task calls an operator that exists, with the parameters that it takes."""

from __future__ import annotations

from collections.abc import Iterator

from engine.catalogue import Catalogue, Operator
from engine.check.literals import literal_type
from engine.check.model import Diagram, Given, Node, Operation
from engine.check.nearest import did_you_mean
from engine.errors import Problem

FITTING = {"date": frozenset({"date", "string"})}  # a text such as "2030-01-31" is read as a date


def operators(diagram: Diagram, catalogue: Catalogue) -> Iterator[Problem]:
    """Check the calls of all service tasks against the catalogue."""
    for node in diagram.of("serviceTask"):
        if node.operation is None or not node.operation.name:
            message = f"This service task does nothing yet; choose an operator. {did_you_mean('', catalogue.operators)}"
            yield diagram.problem(node, "no_operator", message)
            continue
        operator = catalogue.operators.get(node.operation.name)
        if operator is None:
            message = f"There is no operator {node.operation.name!r}. "
            message += did_you_mean(node.operation.name, catalogue.operators)
            yield diagram.problem(node, "unknown_operator", message, line=node.operation.line)
        else:
            yield from _parameters(diagram, node, node.operation, operator)


def _parameters(diagram: Diagram, node: Node, operation: Operation, operator: Operator) -> Iterator[Problem]:
    given = {each.name for each in operation.parameters if each.value and each.value.strip()}
    for parameter in operator.parameters:
        if parameter.required and parameter.name not in given:
            message = f"Operator {operator.name!r} needs the parameter {parameter.name!r} ({parameter.feel_type})."
            yield diagram.problem(node, "missing_parameter", message, line=operation.line)
    seen = set[str]()
    for each in operation.parameters:
        if each.name in seen:
            message = f"Parameter {each.name!r} is given twice; remove one."
            yield diagram.problem(node, "surplus_parameter", message, line=each.line)
        seen.add(each.name)
        yield from _parameter(diagram, node, each, operator)
    if operation.retries:
        message = "A retry setting has no effect: what failed for a moment is tried again by itself. Remove it."
        yield diagram.warning(node, "retry_ignored", message, line=operation.line)


def _parameter(diagram: Diagram, node: Node, given: Given, operator: Operator) -> Iterator[Problem]:
    wanted = {parameter.name: parameter for parameter in operator.parameters}
    if given.name not in wanted:
        message = f"Operator {operator.name!r} takes no parameter {given.name!r}. {did_you_mean(given.name, wanted)}"
        yield diagram.problem(node, "surplus_parameter", message, line=given.line)
        return
    if given.type is None:
        message = f"Parameter {given.name!r} has no type attribute; write type={wanted[given.name].feel_type!r}."
        yield diagram.problem(node, "missing_type", message, line=given.line)
    if given.value is not None and not given.value.strip():
        message = f"Parameter {given.name!r} is empty; give it a value or remove it."
        yield diagram.problem(node, "empty_parameter", message, line=given.line)
    kind, fitting = literal_type(given.value or ""), wanted[given.name].feel_type
    if kind == "null" and wanted[given.name].required:
        message = f"Parameter {given.name!r} may not be null; it needs a {fitting}."
        yield diagram.problem(node, "mistyped_parameter", message, line=given.line)
    elif kind not in FITTING.get(fitting, {fitting}) | {"", "null"}:
        message = f"Parameter {given.name!r} needs a {fitting}, but {given.value} is a {kind}."
        yield diagram.problem(node, "mistyped_parameter", message, line=given.line)
