"""Turn a typed tree into Python closures, once; nothing of the tree is walked when they run."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any, Protocol

from engine.feel import syntax
from engine.feel.scope import Scope
from engine.feel.syntax import Node
from engine.feel.types import TypeFinder, nothing_declared

Run = Callable[[Scope], Any]
Test = Callable[[Any, Scope], bool | None]
Step = Callable[[Any, "Compiler"], Run]


class Callee(Protocol):
    """A function that the program offers to expressions."""

    def __call__(self, *arguments: Any) -> Any: ...

    def named(self, arguments: Mapping[str, Any]) -> Any: ...


class Compiler:
    """Compile nodes by one step for each class of node; `functions` are those expressions can call, by name."""

    def __init__(
        self, steps: Mapping[type[Node], Step], functions: Mapping[str, Callee], types: TypeFinder | None = None
    ) -> None:
        self.steps = steps
        self.functions = functions
        self.types = types or nothing_declared

    def __call__(self, node: Node) -> Run:
        """Return what evaluates the node in a scope."""
        return self.steps[type(node)](node, self)


def mentions_input(node: Any) -> bool:
    """Return whether the tree says `?`, the value that a cell is about."""
    if isinstance(node, syntax.Name):
        return node.name == "?"
    if isinstance(node, tuple):
        return any(map(mentions_input, node))
    if isinstance(node, Node):
        return mentions_input(node.inside())
    return False
