"""Check a template's own language before it is ever run: what it does, and what it reads."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from typing import Any

from jinja2 import TemplateSyntaxError, nodes

from service_tasks.letters.context import Shape
from service_tasks.letters.sandbox import FILTERS, LOOP_FACTS, TESTS, Sandbox

MAX_DEPTH = 3  # loops in loops
LOOP: Shape = dict.fromkeys(LOOP_FACTS)
ALLOWED = (
    nodes.Template,
    nodes.Output,
    nodes.TemplateData,
    nodes.Name,
    nodes.Const,
    nodes.Getattr,
    nodes.Getitem,
    nodes.For,
    nodes.If,
    nodes.CondExpr,
    nodes.Compare,
    nodes.Operand,
    nodes.And,
    nodes.Or,
    nodes.Not,
    nodes.Filter,
    nodes.Test,
    nodes.Concat,
    nodes.Tuple,
    nodes.List,
    nodes.Keyword,
)
SAID = {
    nodes.Call: "calls a method or function",
    nodes.Assign: "sets a variable",
    nodes.AssignBlock: "sets a variable",
    nodes.With: "sets a variable",
    nodes.Macro: "defines a macro",
    nodes.Include: "includes another file",
    nodes.Import: "imports another file",
    nodes.FromImport: "imports another file",
    nodes.Extends: "extends another file",
    nodes.BinExpr: "calculates; the figures come ready",
    nodes.UnaryExpr: "calculates; the figures come ready",
}
Scope = Mapping[str, Any]


def findings(sandbox: Sandbox, source: str, shape: Shape) -> list[str]:
    """Return what is wrong with one template source; nothing where it may run."""
    try:
        tree = sandbox.parse(source)
        problems = [*_forbidden(tree), *_unknown(tree, shape, 0)]
    except TemplateSyntaxError as error:
        return [f"it cannot be read (line {error.lineno}): {error.message}"]
    except (RecursionError, ValueError, OverflowError) as error:
        return [f"it cannot be read: {type(error).__name__}"]
    return list(dict.fromkeys(problems))


def _forbidden(tree: nodes.Template) -> Iterator[str]:
    for node in tree.find_all(nodes.Node):
        if isinstance(node, nodes.Filter) and node.name not in FILTERS and node.name != "_counted":
            yield f"line {node.lineno}: the filter {node.name!r} is not known; there are {', '.join(FILTERS)}"
        elif isinstance(node, nodes.Test) and node.name not in TESTS:
            yield f"line {node.lineno}: the test {node.name!r} is not known; there are {', '.join(sorted(TESTS))}"
        elif isinstance(node, nodes.For) and node.recursive:
            yield f"line {node.lineno}: a recursive loop is not allowed"
        elif not isinstance(node, ALLOWED):
            yield f"line {node.lineno}: it {_said(node)}, which a template may not"


def _said(node: nodes.Node) -> str:
    said = (text for kind, text in SAID.items() if isinstance(node, kind))
    return next(said, f"uses {type(node).__name__}")


def _unknown(node: nodes.Node, scope: Scope, depth: int) -> Iterator[str]:
    """Yield each name or key that the data does not have, following loops into their lists."""
    if isinstance(node, nodes.For):
        yield from _in_loop(node, scope, depth + 1)
    elif isinstance(node, nodes.Name | nodes.Getattr | nodes.Getitem):
        yield from _in_path(node, scope)
    else:
        for child in node.iter_child_nodes():
            yield from _unknown(child, scope, depth)
            if isinstance(node, nodes.Output):
                yield from _whole(child, scope)


def _whole(node: nodes.Node, scope: Scope) -> Iterator[str]:
    """Yield a complaint where a block or list is printed whole."""
    shape = _shape_at(node, scope) if isinstance(node, nodes.Name | nodes.Getattr | nodes.Getitem) else None
    if isinstance(shape, list):
        yield f"line {node.lineno}: {_text(node)} is a list; loop over it"
    elif isinstance(shape, Mapping):
        yield f"line {node.lineno}: {_text(node)} has parts; name one: {', '.join(shape)}"


def _in_loop(node: nodes.For, scope: Scope, depth: int) -> Iterator[str]:
    source = node.iter.node if isinstance(node.iter, nodes.Filter) else node.iter
    listed = _shape_at(source, scope) if isinstance(source, nodes.Name | nodes.Getattr) else "nothing"
    if depth > MAX_DEPTH:
        yield f"line {node.lineno}: loops stand {depth} deep, {MAX_DEPTH} are allowed"
    elif isinstance(listed, str) and listed != "nothing":
        yield f"line {node.lineno}: {listed}"
    elif not isinstance(listed, list) or not isinstance(node.target, nodes.Name):
        yield f"line {node.lineno}: a loop needs one name and one of the lists: {', '.join(_lists(scope))}"
    else:
        inner = {**scope, node.target.name: listed[0], "loop": LOOP}
        for child in (*node.body, *([node.test] if node.test else [])):
            yield from _unknown(child, inner, depth)
        for child in node.else_:
            yield from _unknown(child, scope, depth - 1)


def _lists(scope: Scope) -> list[str]:
    return [name for name, shape in scope.items() if isinstance(shape, list)]


def _in_path(node: nodes.Name | nodes.Getattr | nodes.Getitem, scope: Scope) -> Iterator[str]:
    found = _shape_at(node, scope)
    if isinstance(found, str):
        yield f"line {node.lineno}: {found}"


def _shape_at(node: nodes.Node, scope: Scope) -> Any:
    """Return the shape a path leads to (None: a scalar), or as a str why it leads nowhere."""
    if isinstance(node, nodes.Name):
        return scope[node.name] if node.name in scope else _unknown_name(node.name, "", scope)
    if not isinstance(node, nodes.Getattr | nodes.Getitem):
        return f"{type(node).__name__} has no parts to read"
    owner, key = _shape_at(node.node, scope), _key(node)
    if isinstance(owner, str):
        return owner
    if isinstance(owner, list) and isinstance(key, int):
        return owner[0]
    if isinstance(owner, Mapping):
        return owner[key] if key in owner else _unknown_name(str(key), f"{_text(node.node)}.", owner)
    return f"{_text(node.node)}.{key}: {_text(node.node)} has no parts to read"


def _key(node: nodes.Getattr | nodes.Getitem) -> Any:
    if isinstance(node, nodes.Getattr):
        return node.attr
    return node.arg.value if isinstance(node.arg, nodes.Const) else None


def _text(node: nodes.Node) -> str:
    if isinstance(node, nodes.Getattr):
        return f"{_text(node.node)}.{node.attr}"
    return node.name if isinstance(node, nodes.Name) else "…"


def _unknown_name(name: str, path: str, known: Mapping[str, Any]) -> str:
    near = get_close_matches(name, known, n=1)
    meant = f"did you mean {path}{near[0]}?" if near else f"there are {', '.join(known)}"
    return f"unknown placeholder {path}{name}; {meant}"
