"""The typed tree of an expression: plain frozen data, no behaviour."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True, slots=True, kw_only=True)
class Node:
    """Anything in the tree; where it stands is no part of what it is."""

    line: int = field(default=1, compare=False)
    column: int = field(default=1, compare=False)

    def inside(self) -> tuple[Any, ...]:
        """Return what the node is made of, in order."""
        names: tuple[str, ...] = type(self).__match_args__  # what is not keyword-only
        return tuple(getattr(self, name) for name in names)


@dataclass(frozen=True, slots=True)
class Literal(Node):
    """A number, string, boolean or null, as the value it stands for."""

    value: Any


@dataclass(frozen=True, slots=True)
class At(Node):
    """A temporal literal such as `@"P7D"`."""

    text: str


@dataclass(frozen=True, slots=True)
class Name(Node):
    """A variable or function by its name."""

    name: str


@dataclass(frozen=True, slots=True)
class Path(Node):
    """`source.name`."""

    source: Node
    name: str


@dataclass(frozen=True, slots=True)
class Filter(Node):
    """`source[condition]`."""

    source: Node
    condition: Node


@dataclass(frozen=True, slots=True)
class Call(Node):
    """A call with arguments by position or by name."""

    function: Node
    positional: tuple[Node, ...] = ()
    named: tuple[tuple[str, Node], ...] = ()


@dataclass(frozen=True, slots=True)
class Arithmetic(Node):
    """`left + right` and its kin."""

    operator: str
    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class Negation(Node):
    """`-operand`."""

    operand: Node


@dataclass(frozen=True, slots=True)
class Comparison(Node):
    """`left < right` and its kin."""

    operator: str
    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class Between(Node):
    """`value between low and high`."""

    value: Node
    low: Node
    high: Node


@dataclass(frozen=True, slots=True)
class OpenTest(Node):
    """`< 5`: what is compared with it stands elsewhere."""

    operator: str
    operand: Node


@dataclass(frozen=True, slots=True)
class Tests(Node):
    """`(a, < 5)` after `in`, or a cell of a decision table."""

    tests: tuple[Node, ...]
    negated: bool = False


@dataclass(frozen=True, slots=True)
class Membership(Node):
    """`value in tests`."""

    value: Node
    tests: Node


@dataclass(frozen=True, slots=True)
class Logical(Node):
    """`left and right`, `left or right`."""

    operator: str
    left: Node
    right: Node


@dataclass(frozen=True, slots=True)
class Conditional(Node):
    """`if condition then yes else no`."""

    condition: Node
    yes: Node
    no: Node


@dataclass(frozen=True, slots=True)
class Iteration(Node):
    """`name in source`, or `name in source..end`."""

    name: str
    source: Node
    end: Node | None = None


@dataclass(frozen=True, slots=True)
class Loop(Node):
    """`for ... return body`."""

    iterations: tuple[Iteration, ...]
    body: Node


@dataclass(frozen=True, slots=True)
class Quantified(Node):
    """`some ... satisfies condition`, `every ... satisfies condition`."""

    quantifier: str
    iterations: tuple[Iteration, ...]
    condition: Node


@dataclass(frozen=True, slots=True)
class Type(Node):
    """A type: its name, what it is made of, and the member names of a context."""

    name: str
    parts: tuple[Type, ...] = ()
    members: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True)
class InstanceOf(Node):
    """`value instance of type`."""

    value: Node
    type: Type


@dataclass(frozen=True, slots=True)
class Parameter(Node):
    """A parameter of a function definition."""

    name: str
    type: Type | None = None


@dataclass(frozen=True, slots=True)
class FunctionDefinition(Node):
    """`function(a, b) body`; an external one (Java, PMML) cannot be called."""

    parameters: tuple[Parameter, ...]
    body: Node
    external: bool = False


@dataclass(frozen=True, slots=True)
class ListOf(Node):
    """`[a, b]`."""

    items: tuple[Node, ...]


@dataclass(frozen=True, slots=True)
class ContextOf(Node):
    """`{key: value}`; an entry sees the ones before it."""

    entries: tuple[tuple[str, Node], ...]


@dataclass(frozen=True, slots=True)
class RangeOf(Node):
    """`[start..end)`."""

    start: Node
    end: Node
    start_included: bool = True
    end_included: bool = True
