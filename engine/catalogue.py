"""What a diagram may use: operators, messages, names; declared once, shared by editor, check and runtime."""

from __future__ import annotations

import inspect
import types
import typing
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any, ParamSpec, TypeVar

from engine.write_buffer import WriteBuffer

P = ParamSpec("P")
R = TypeVar("R")

PARAMETER_TYPES: dict[Any, str] = {
    str: "string",
    int: "number",
    Decimal: "number",
    bool: "boolean",
    date: "date",
    datetime: "date and time",
    timedelta: "days and time duration",
}


@dataclass(frozen=True, slots=True)
class Routing:
    """To whom a role's task of a case goes: a staff group, perhaps one person, how urgent (0..100)."""

    group_key: str | None = None
    assignee: str | None = None
    priority: int = 0


@dataclass(frozen=True, slots=True)
class Facts:
    """What is known of a case in this batch: `variables` for FEEL, `domain` for operators, `routing` by role."""

    variables: Mapping[str, Any]
    domain: Any = None
    routing: Mapping[str, Routing] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Call:
    """One call of an operator. `token` names it and stays the same when the step is redone after a failure."""

    key: str
    facts: Facts
    data: Mapping[str, Any]
    element: str
    stage: str
    token: str
    now: datetime
    today: date
    write: WriteBuffer

    @property
    def domain(self) -> Any:
        return self.facts.domain


@dataclass(frozen=True, slots=True)
class Parameter:
    """One parameter of an operator as the editor, the check and the runtime see it."""

    name: str
    feel_type: str
    required: bool
    python_type: type


@dataclass(frozen=True, slots=True)
class Retry:
    """How a step is tried again after a TemporaryError: `attempts` in all, each pause `factor` times the one before."""

    attempts: int = 6
    first_pause: timedelta = timedelta(minutes=5)  # with the others: 5, 10, 20, 40, 80 minutes; then a person
    factor: float = 2.0

    def pause(self, attempts: int) -> timedelta | None:
        """Give how long to wait after so many attempts; None where a person is to decide."""
        return self.first_pause * self.factor ** (attempts - 1) if attempts < self.attempts else None


@dataclass(frozen=True, slots=True)
class Operator:
    """A verb a service task may use; `errors` are the codes that a boundary event must catch."""

    name: str
    title: str
    help: str
    errors: tuple[str, ...]
    parameters: tuple[Parameter, ...]
    function: Callable[..., Any]
    retry: Retry = Retry()


@dataclass(frozen=True, slots=True)
class MessageType:
    """A message a diagram may wait for, with its payload's fields (name to type)."""

    name: str
    title: str = ""
    payload: Mapping[str, str] = field(default_factory=dict)


def operator(
    name: str,
    *,
    title: str,
    errors: tuple[str, ...] = (),
    help: str = "",  # noqa: A002 - the editor's word
    retry: Retry = Retry(),
) -> Callable[[Callable[P, R]], Callable[P, R]]:
    """Describe a function as an operator; it is offered only where a catalogue lists it."""

    def describe(function: Callable[P, R]) -> Callable[P, R]:
        text = help or inspect.getdoc(function) or ""
        function.operator = Operator(name, title, text, errors, _parameters(function), function, retry)  # type: ignore[attr-defined]
        return function

    return describe


def _parameters(function: Callable[..., Any]) -> tuple[Parameter, ...]:
    hints = typing.get_type_hints(function)
    return tuple(
        _parameter(name, hints[name], required=parameter.default is inspect.Parameter.empty)
        for name, parameter in inspect.signature(function).parameters.items()
        if parameter.kind is inspect.Parameter.KEYWORD_ONLY
    )


def _parameter(name: str, hint: Any, *, required: bool) -> Parameter:
    if isinstance(hint, types.UnionType):
        hint = next(kind for kind in typing.get_args(hint) if kind is not type(None))
    return Parameter(name, PARAMETER_TYPES[hint], required, hint)


@dataclass(frozen=True)
class Catalogue:
    """All that diagrams may use. `functions` are FEEL functions beyond the standard, given `today` when called."""

    operators: Mapping[str, Operator]
    messages: Mapping[str, MessageType]
    vocabulary: Mapping[str, str]
    functions: Mapping[str, Callable[..., Any]] = field(default_factory=dict)
    roles: tuple[str, ...] = ("collector", "supervisor")
    decisions: tuple[str, ...] = ()  # asked of the shared tables by the system itself: they must be there
    check_template: Callable[[bytes, str], list[str]] = lambda _data, _path: []
    template_exists: Callable[[str], bool] | None = None  # None: only the deployed files tell

    @classmethod
    def of(
        cls,
        described: Iterable[Callable[..., Any]],
        messages: Iterable[MessageType],
        vocabulary: Mapping[str, str],
        /,
        **more: Any,
    ) -> Catalogue:
        """List operators (decorated functions) and messages explicitly."""
        operators = [function.operator for function in described]  # type: ignore[attr-defined]
        return cls({o.name: o for o in operators}, {m.name: m for m in messages}, dict(vocabulary), **more)
