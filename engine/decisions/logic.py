"""Compile the boxed expressions of DMN: literals, contexts, invocations, functions, lists, relations and so on."""

from __future__ import annotations

import threading
from collections.abc import Callable, Mapping
from typing import Any

from engine.decisions.sources import Element, Source, child, children, named, tag, text_of
from engine.decisions.table import Outcome
from engine.decisions.table_reader import read_table
from engine.feel import Function, allowance
from engine.feel.calls import by_name, closure
from engine.feel.iteration import filter_items, loop_over, quantify
from engine.feel.scope import Scope
from engine.feel.syntax import Type

Logic = Callable[[Scope], Any]
Reader = Callable[[Element, Source], Logic]


class _Within(threading.local):
    """The tables met inside the logic that is being evaluated."""

    outcomes: dict[str, Outcome] | None = None


_within = _Within()


def with_inner_tables(logic: Logic, scope: Scope) -> tuple[Any, dict[str, Outcome]]:
    """Return the logic's value, and the outcomes of tables inside it (the last of each), by where they stand."""
    before, _within.outcomes = _within.outcomes, {}
    try:
        value = logic(scope)
        return value, _within.outcomes
    finally:
        _within.outcomes = before


def nothing(_scope: Scope) -> None:
    """Be the logic of what has none."""


def compile_logic(element: Element, source: Source) -> Logic:
    """Return what evaluates the boxed expression; raise DecisionError for a kind that is not known."""
    reader = READERS.get(tag(element))
    if reader is None:
        if source.lenient:
            return nothing
        raise source.error(f"`{tag(element) or element.tag}` is no boxed expression of DMN", element)
    logic = reader(element, source)
    if not element.get("typeRef") or tag(element) == "functionDefinition":
        return logic
    coerce = source.types.coercion(element.get("typeRef"))
    return lambda scope: coerce(logic(scope))


def logic_in(element: Element | None, source: Source, owner: Element) -> Logic:
    """Return the logic of the boxed expression that is the element's first such child."""
    inner = child(element, *READERS)
    if inner is None:
        if source.lenient:
            return nothing
        raise source.error("there is no expression", owner)
    return compile_logic(inner, source)


def _literal(element: Element, source: Source) -> Logic:
    language = element.get("expressionLanguage") or "FEEL"
    if "feel" not in language.lower():
        raise source.error(f"the expression language `{language}` is not supported; write FEEL", element)
    text = text_of(element)
    return source.expression(text or "null", element).evaluate_in


def _table(element: Element, source: Source) -> Logic:
    table = read_table(element, source.where, source)

    def run(scope: Scope) -> Any:
        outcome = table.evaluate(scope)
        if _within.outcomes is not None:
            _within.outcomes[table.name] = outcome
        return outcome.value

    return run


def _context(element: Element, source: Source) -> Logic:
    entries: list[tuple[str, Logic]] = []
    for entry in children(element, "contextEntry"):
        variable = child(entry, "variable")
        name = named(variable.get("name")) if variable is not None else ""
        here = source.at(f"context entry `{name}`" if name else "context result").knowing([key for key, _ in entries])
        logic = logic_in(entry, here, entry)
        coerce = source.types.coercion(variable.get("typeRef") if variable is not None else None)
        entries.append((name, lambda scope, logic=logic, coerce=coerce: coerce(logic(scope))))  # type: ignore[misc]

    def run(scope: Scope) -> Any:
        values: dict[str, Any] = {}
        inner = Scope(values, scope)
        for name, logic in entries:
            value = logic(inner)
            if not name:
                return value
            values[name] = value
        return values

    return run


def _invocation(element: Element, source: Source) -> Logic:
    function = logic_in(element, source.at("invoked function"), element)
    arguments: list[tuple[str, Logic]] = []
    for binding in children(element, "binding"):
        parameter = child(binding, "parameter")
        name = named(parameter.get("name")) if parameter is not None else ""
        arguments.append((name, logic_in(binding, source.at(f"argument `{name}`"), binding)))

    def run(scope: Scope) -> Any:
        found = function(scope)
        values = {name: logic(scope) for name, logic in arguments}
        return by_name(found, values) if isinstance(found, Function) else None

    return run


def function_of(element: Element, source: Source, *, body: Element | None = None) -> Callable[[Scope], Function]:
    """Return what makes the function of a functionDefinition or a business knowledge model's encapsulated logic."""
    parameters = list(children(element, "formalParameter"))
    names = tuple(named(one.get("name")) for one in parameters)
    coercions = [source.types.coercion(one.get("typeRef")) for one in parameters]
    types = tuple(Type(one.get("typeRef") or "Any") for one in parameters)
    kind = (element.get("kind") or "FEEL").upper()
    if kind not in {"FEEL", "F"}:
        return lambda _scope: Function(names, lambda *_arguments: None, types)
    logic = logic_in(element if body is None else body, source.knowing(names), element)
    result = source.types.coercion(element.get("typeRef"))

    def make(scope: Scope) -> Function:
        invoke = closure(names, coercions, logic, scope)
        return Function(names, lambda *arguments: result(invoke(*arguments)), types)

    return make


def _list(element: Element, source: Source) -> Logic:
    items = [
        compile_logic(one, source.at(f"item {number}")) for number, one in enumerate(children(element, *READERS), 1)
    ]
    return lambda scope: [item(scope) for item in items]


def _relation(element: Element, source: Source) -> Logic:
    columns = [named(column.get("name")) for column in children(element, "column")]
    rows = []
    for number, row in enumerate(children(element, "row"), 1):
        cells = [compile_logic(cell, source.at(f"row {number}")) for cell in children(row, *READERS)]
        if len(cells) != len(columns):
            raise source.error(f"row {number} has {len(cells)} cells for {len(columns)} columns", row)
        rows.append(cells)
    return lambda scope: [{name: cell(scope) for name, cell in zip(columns, row, strict=True)} for row in rows]


def _conditional(element: Element, source: Source) -> Logic:
    condition = logic_in(child(element, "if"), source.at("if"), element)
    yes = logic_in(child(element, "then"), source.at("then"), element)
    no = logic_in(child(element, "else"), source.at("else"), element)
    return lambda scope: yes(scope) if condition(scope) is True else no(scope)


def _filter(element: Element, source: Source) -> Logic:
    items = logic_in(child(element, "in"), source.at("in"), element)
    match = logic_in(child(element, "match"), source.at("match").knowing(["item"]), element)
    return _bounded(lambda scope: filter_items(items(scope), match, scope))


def _bounded(logic: Logic) -> Logic:
    def run(scope: Scope) -> Any:
        with allowance():
            return logic(scope)

    return run


def _for(element: Element, source: Source) -> Logic:
    name, items = _iterator(element, source)
    body = logic_in(child(element, "return"), source.at("return").knowing([name, "partial"]), element)
    return _bounded(loop_over([name], [items], body))


def _iterator(element: Element, source: Source) -> tuple[str, Logic]:
    return named(element.get("iteratorVariable")), logic_in(child(element, "in"), source.at("in"), element)


def _quantified(element: Element, source: Source) -> Logic:
    name, items = _iterator(element, source)
    condition = logic_in(child(element, "satisfies"), source.at("satisfies").knowing([name]), element)
    return _bounded(quantify(tag(element), [name], [items], condition))


def _function(element: Element, source: Source) -> Logic:
    return function_of(element, source)


READERS: Mapping[str, Reader] = {
    "literalExpression": _literal,
    "decisionTable": _table,
    "context": _context,
    "invocation": _invocation,
    "functionDefinition": _function,
    "list": _list,
    "relation": _relation,
    "conditional": _conditional,
    "filter": _filter,
    "for": _for,
    "some": _quantified,
    "every": _quantified,
}
