"""Write a tree as text that parses to the same tree."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from decimal import Decimal
from typing import Any

from engine.feel import syntax
from engine.feel.lexer import tells_itself
from engine.feel.syntax import Node

ALONE, OR, AND, COMPARED, ADDED, MULTIPLIED, RAISED, SIGNED, TYPED, FOLLOWED, PRIMARY = range(11)
ARITHMETIC = {"+": ADDED, "-": ADDED, "*": MULTIPLIED, "/": MULTIPLIED, "**": RAISED}
BINDING: dict[type[Node], int] = {
    syntax.Conditional: ALONE,
    syntax.Loop: ALONE,
    syntax.Quantified: ALONE,
    syntax.FunctionDefinition: ALONE,
    syntax.Comparison: COMPARED,
    syntax.Between: COMPARED,
    syntax.Membership: COMPARED,
    syntax.Negation: SIGNED,
    syntax.InstanceOf: TYPED,
    syntax.Path: FOLLOWED,
    syntax.Filter: FOLLOWED,
    syntax.Call: FOLLOWED,
}


def printed(node: Node) -> str:
    """Return the expression's text, with no more parentheses than it needs."""
    return PRINTERS[type(node)](node)


def printed_tests(node: syntax.Tests) -> str:
    """Return a cell's text."""
    if not node.tests and not node.negated:
        return "-"
    return f"not({_several(node.tests)})" if node.negated else _several(node.tests)


def _binding(node: Node) -> int:
    if isinstance(node, syntax.Arithmetic):
        return ARITHMETIC[node.operator]
    if isinstance(node, syntax.Logical):
        return OR if node.operator == "or" else AND
    return BINDING.get(type(node), PRIMARY)


def _within(node: Node, least: int) -> str:
    """Return the text, in parentheses if it binds less than it must."""
    text = printed(node)
    return text if _binding(node) >= least else f"({text})"


def _several(nodes: Iterable[Node]) -> str:
    return ", ".join(map(printed, nodes))


def quoted(text: str) -> str:
    """Return the string as a literal."""
    return '"' + text.replace("\\", "\\\\").replace('"', '\\"') + '"'


def _literal(node: syntax.Literal) -> str:
    if isinstance(node.value, Decimal):
        return format(node.value, "f")
    if isinstance(node.value, str):
        return quoted(node.value)
    return {None: "null", True: "true", False: "false"}[node.value]


def _binary(node: Any) -> str:
    level = _binding(node)
    return f"{_within(node.left, level)} {node.operator} {_within(node.right, level + 1)}"


def _between(node: syntax.Between) -> str:
    value, low, high = _within(node.value, COMPARED), _within(node.low, ADDED), _within(node.high, ADDED)
    return f"{value} between {low} and {high}"


def _membership(node: syntax.Membership) -> str:
    return f"{_within(node.value, COMPARED)} in {_within(node.tests, ADDED)}"


def _open_test(node: syntax.OpenTest) -> str:
    return f"{node.operator} {_within(node.operand, ADDED)}"


def _conditional(node: syntax.Conditional) -> str:
    return f"if {printed(node.condition)} then {printed(node.yes)} else {printed(node.no)}"


def _iterations(iterations: Iterable[syntax.Iteration]) -> str:
    return ", ".join(map(_iteration, iterations))


def _iteration(node: syntax.Iteration) -> str:
    end = f"..{printed(node.end)}" if node.end else ""
    return f"{node.name} in {printed(node.source)}{end}"


def _call(node: syntax.Call) -> str:
    named = (f"{name}: {printed(value)}" for name, value in node.named)
    return f"{_within(node.function, FOLLOWED)}({', '.join(named) if node.named else _several(node.positional)})"


def _function(node: syntax.FunctionDefinition) -> str:
    parameters = ", ".join(one.name + (f": {_type(one.type)}" if one.type else "") for one in node.parameters)
    return f"function({parameters}) {'external ' if node.external else ''}{printed(node.body)}"


def _context(node: syntax.ContextOf) -> str:
    entries = (f"{key if tells_itself(key) else quoted(key)}: {printed(value)}" for key, value in node.entries)
    return "{" + ", ".join(entries) + "}"


def _range(node: syntax.RangeOf) -> str:
    opening, closing = "[" if node.start_included else "(", "]" if node.end_included else ")"
    return f"{opening}{printed(node.start)}..{printed(node.end)}{closing}"


def _type(node: syntax.Type) -> str:
    if node.name == "function" and node.parts:
        *parameters, result = map(_type, node.parts)
        return f"function<{', '.join(parameters)}> -> {result}"
    if node.members:
        return f"context<{', '.join(f'{n}: {_type(part)}' for n, part in zip(node.members, node.parts, strict=True))}>"
    return f"{node.name}<{', '.join(map(_type, node.parts))}>" if node.parts else node.name


PRINTERS: dict[type[Node], Callable[[Any], str]] = {
    syntax.Literal: _literal,
    syntax.At: lambda node: "@" + quoted(node.text),
    syntax.Name: lambda node: node.name,
    syntax.Path: lambda node: f"{_within(node.source, FOLLOWED)}.{node.name}",
    syntax.Filter: lambda node: f"{_within(node.source, FOLLOWED)}[{printed(node.condition)}]",
    syntax.Call: _call,
    syntax.Arithmetic: _binary,
    syntax.Negation: lambda node: f"-{_within(node.operand, SIGNED)}",
    syntax.Comparison: _binary,
    syntax.Between: _between,
    syntax.OpenTest: _open_test,
    syntax.Tests: lambda node: f"({_several(node.tests)})",
    syntax.Membership: _membership,
    syntax.Logical: _binary,
    syntax.Conditional: _conditional,
    syntax.Loop: lambda node: f"for {_iterations(node.iterations)} return {printed(node.body)}",
    syntax.Quantified: lambda n: f"{n.quantifier} {_iterations(n.iterations)} satisfies {printed(n.condition)}",
    syntax.InstanceOf: lambda node: f"{_within(node.value, FOLLOWED)} instance of {_type(node.type)}",
    syntax.FunctionDefinition: _function,
    syntax.ListOf: lambda node: f"[{_several(node.items)}]",
    syntax.ContextOf: _context,
    syntax.RangeOf: _range,
}
