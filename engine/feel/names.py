"""Which variables and functions an expression needs, and whether they are known."""

from __future__ import annotations

import difflib
from collections.abc import Collection, Iterator
from dataclasses import dataclass
from typing import Any

from engine.feel import syntax
from engine.feel.errors import FeelError
from engine.feel.syntax import Node


@dataclass(frozen=True, slots=True)
class Use:
    """A free variable's path, or a called function; inside a filter it may be the item's own."""

    path: tuple[str, ...]
    node: Node
    called: bool = False
    in_filter: bool = False


def uses(node: Any, local: frozenset[str] = frozenset(), *, in_filter: bool = False) -> Iterator[Use]:
    """Yield each variable and function that the tree does not define itself."""
    if isinstance(node, tuple):
        for part in node:
            yield from uses(part, local, in_filter=in_filter)
    elif isinstance(node, (syntax.Name, syntax.Path)):
        yield from _use_of_path(node, local, in_filter)
    elif isinstance(node, syntax.Call) and isinstance(node.function, syntax.Name):
        if node.function.name not in local:
            yield Use((node.function.name,), node.function, called=True, in_filter=in_filter)
        yield from uses((node.positional, tuple(value for _key, value in node.named)), local, in_filter=in_filter)
    elif isinstance(node, syntax.Filter):
        yield from uses(node.source, local, in_filter=in_filter)
        yield from uses(node.condition, local | {"item"}, in_filter=True)
    elif isinstance(node, Node):
        yield from _uses_with_own_names(node, local, in_filter)


def _use_of_path(node: Node, local: frozenset[str], in_filter: bool) -> Iterator[Use]:
    parts: list[str] = []
    source = node
    while isinstance(source, syntax.Path):
        parts.insert(0, source.name)
        source = source.source
    if not isinstance(source, syntax.Name):
        yield from uses(source, local, in_filter=in_filter)
    elif source.name not in local and source.name != "?":
        yield Use((source.name, *parts), source, in_filter=in_filter)


def _uses_with_own_names(node: Node, local: frozenset[str], in_filter: bool) -> Iterator[Use]:
    if isinstance(node, (syntax.Loop, syntax.Quantified)):
        for one in node.iterations:
            yield from uses((one.source, *([one.end] if one.end else [])), local, in_filter=in_filter)
            local |= {one.name}
        body = node.body if isinstance(node, syntax.Loop) else node.condition
        yield from uses(body, local | {"partial"}, in_filter=in_filter)
    elif isinstance(node, syntax.FunctionDefinition):
        if not node.external:
            yield from uses(node.body, local | {one.name for one in node.parameters}, in_filter=in_filter)
    elif isinstance(node, syntax.ContextOf):
        for key, value in node.entries:
            yield from uses(value, local | {key}, in_filter=in_filter)
            local |= {key}
    else:
        yield from uses(node.inside(), local, in_filter=in_filter)


def variables(node: Node, functions: Collection[str]) -> frozenset[str]:
    """Return the paths of all free variables, such as `case.debtor.segment`."""
    return frozenset(
        ".".join(use.path)
        for use in uses(node)
        if not use.in_filter and not use.called and use.path[0] not in functions
    )


def check(node: Node, names: Collection[str], functions: Collection[str]) -> None:
    """Raise FeelError for the first variable or function that is not known, with the nearest one that is."""
    roots = {name.partition(".")[0] for name in names}
    for use in uses(node):
        if use.called and use.path[0] not in roots and use.path[0] not in functions:
            raise _unknown("function", use, [*functions])
        if use.called or use.path[0] in functions or (use.in_filter and use.path[0] not in roots):
            continue
        if not _known(use.path, names):
            raise _unknown("name", use, names)


def _known(path: tuple[str, ...], names: Collection[str]) -> bool:
    """Return whether the path is a known one, leads to known ones, or goes into one of which no more is known."""
    text = ".".join(path)
    if text in names or any(name.startswith(text + ".") for name in names):
        return True
    return any(".".join(path[:length]) in names for length in range(1, len(path)))


def _unknown(what: str, use: Use, known: Collection[str]) -> FeelError:
    text = ".".join(use.path)
    near = difflib.get_close_matches(text, sorted(known), n=1)
    hint = f"; did you mean `{near[0]}`?" if near else ""
    return FeelError(f"unknown {what} `{text}`{hint}", use.node.line, use.node.column)
