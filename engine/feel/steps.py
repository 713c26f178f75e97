"""Compile literals, names, paths, operators and contexts."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.feel import syntax
from engine.feel.arithmetic import ARITHMETIC, negative
from engine.feel.budget import spend
from engine.feel.compiler import Compiler, Run, Step
from engine.feel.errors import FeelError
from engine.feel.operators import COMPARISONS, both, either, greater_equal, less_equal
from engine.feel.scope import MISSING, Scope, get
from engine.feel.temporal import read_temporal
from engine.feel.types import GENERIC, canonical, is_a, known
from engine.feel.values import Function, Range, kind

RANGED = {"number", "string", "date", "date and time", "time", "days and time duration", "years and months duration"}


NOWHERE = Scope({})


def is_constant(node: syntax.Node) -> bool:
    """Return whether the node is a literal, a signed one, or a range of such."""
    if isinstance(node, syntax.Negation):
        return is_constant(node.operand)
    if isinstance(node, syntax.RangeOf):
        return is_constant(node.start) and is_constant(node.end)
    return isinstance(node, (syntax.Literal, syntax.At))


def constant(value: Any) -> Run:
    """Return what always gives that value."""
    return lambda _scope: value


def literal(node: syntax.Literal, _compile: Compiler) -> Run:
    """Compile a number, string, boolean or null."""
    return constant(node.value)


def at_literal(node: syntax.At, _compile: Compiler) -> Run:
    """Compile `@"P7D"`."""
    value = read_temporal(node.text)
    if value is None:
        raise FeelError(f'@"{node.text}" is neither a date, a time nor a duration', node.line, node.column)
    return constant(value)


def name(node: syntax.Name, compile_: Compiler) -> Run:
    """Compile a name."""
    called = node.name
    callee = compile_.functions.get(called)
    otherwise = None if callee is None else Function((), callee)

    def run(scope: Scope) -> Any:
        value = scope.find(called)
        return otherwise if value is MISSING else value

    return run


def path(node: syntax.Path, compile_: Compiler) -> Run:
    """Compile `source.name`."""
    parts: list[str] = []
    source: syntax.Node = node
    while isinstance(source, syntax.Path):
        parts.insert(0, source.name)
        source = source.source
    if not isinstance(source, syntax.Name):
        return _path_of_value(compile_(node.source), node.name)
    root, rest = source.name, tuple(parts)

    def run(scope: Scope) -> Any:
        value = scope.find_path(root, rest)
        return None if value is MISSING else value

    return run


def _path_of_value(source: Run, part: str) -> Run:
    return lambda scope: get(source(scope), part)


def arithmetic(node: syntax.Arithmetic, compile_: Compiler) -> Run:
    """Compile `+`, `-`, `*`, `/` and `**`."""
    operation, left, right = ARITHMETIC[node.operator], compile_(node.left), compile_(node.right)
    return lambda scope: operation(left(scope), right(scope))


def negation(node: syntax.Negation, compile_: Compiler) -> Run:
    """Compile `-value`."""
    operand = compile_(node.operand)
    return lambda scope: negative(operand(scope))


def comparison(node: syntax.Comparison, compile_: Compiler) -> Run:
    """Compile `=` and its kin."""
    compare, left, right = COMPARISONS[node.operator], compile_(node.left), compile_(node.right)
    return lambda scope: compare(left(scope), right(scope))


def between(node: syntax.Between, compile_: Compiler) -> Run:
    """Compile `between`."""
    value, low, high = compile_(node.value), compile_(node.low), compile_(node.high)

    def run(scope: Scope) -> bool | None:
        given = value(scope)
        return both(greater_equal(given, low(scope)), less_equal(given, high(scope)))

    return run


def logical(node: syntax.Logical, compile_: Compiler) -> Run:
    """Compile `and` and `or`."""
    left, right = compile_(node.left), compile_(node.right)
    decisive, combine = (False, both) if node.operator == "and" else (True, either)

    def run(scope: Scope) -> bool | None:
        first = left(scope)
        return decisive if first is decisive else combine(first, right(scope))

    return run


def conditional(node: syntax.Conditional, compile_: Compiler) -> Run:
    """Compile `if`."""
    condition, yes, no = compile_(node.condition), compile_(node.yes), compile_(node.no)
    return lambda scope: yes(scope) if condition(scope) is True else no(scope)


def instance_of(node: syntax.InstanceOf, compile_: Compiler) -> Run:
    """Compile `instance of`."""
    value, wanted, declared = compile_(node.value), node.type, compile_.types
    if not known(wanted, declared) or (canonical(wanted.name) in GENERIC and not wanted.parts):
        return constant(None)
    return lambda scope: is_a(value(scope), wanted, declared)


def list_of(node: syntax.ListOf, compile_: Compiler) -> Run:
    """Compile a list."""
    items = [compile_(item) for item in node.items]

    def run(scope: Scope) -> list[Any]:
        spend()
        return [item(scope) for item in items]

    return run


def context_of(node: syntax.ContextOf, compile_: Compiler) -> Run:
    """Compile a context, whose entries see those before them."""
    entries = [(key, compile_(value)) for key, value in node.entries]

    def run(scope: Scope) -> dict[str, Any]:
        values: dict[str, Any] = {}
        inner = Scope(values, scope)
        for key, value in entries:
            spend()
            values[key] = value(inner)
        return values

    return run


def range_of(node: syntax.RangeOf, compile_: Compiler) -> Run:
    """Compile a range."""
    start, end = compile_(node.start), compile_(node.end)
    if is_constant(node):
        return constant(_range(start(NOWHERE), end(NOWHERE), node))

    return lambda scope: _range(start(scope), end(scope), node)


def _range(low: Any, high: Any, node: syntax.RangeOf) -> Range | None:
    kinds = {kind(end) for end in (low, high) if end is not None}
    if len(kinds) != 1 or not kinds <= RANGED:
        return None
    return Range(low, high, node.start_included, node.end_included)


STEPS: Mapping[type[syntax.Node], Step] = {
    syntax.Literal: literal,
    syntax.At: at_literal,
    syntax.Name: name,
    syntax.Path: path,
    syntax.Arithmetic: arithmetic,
    syntax.Negation: negation,
    syntax.Comparison: comparison,
    syntax.Between: between,
    syntax.Logical: logical,
    syntax.Conditional: conditional,
    syntax.InstanceOf: instance_of,
    syntax.ListOf: list_of,
    syntax.ContextOf: context_of,
    syntax.RangeOf: range_of,
}
