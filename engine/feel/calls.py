"""Compile calls and definitions of functions."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from datetime import date
from typing import Any

from engine.feel import syntax
from engine.feel.budget import deeper, spend
from engine.feel.compiler import Callee, Compiler, Run, Step
from engine.feel.scope import MISSING, Scope
from engine.feel.types import coerced
from engine.feel.values import Function

Cast = Callable[[Any], Any]
CLOCKS = (syntax.Name("now"), syntax.Name("today"))


def call(node: syntax.Call, compile_: Compiler) -> Run:
    """Compile a call."""
    if node.function in CLOCKS and not node.positional and not node.named:
        return _clock(node.function, compile_)
    find = _finder(node.function, compile_)
    if node.named:
        return _named_call(find, [(key, compile_(value)) for key, value in node.named])
    arguments = [compile_(argument) for argument in node.positional]

    def run(scope: Scope) -> Any:
        spend()
        function = find(scope)
        values = [argument(scope) for argument in arguments]
        return function.call(*values) if isinstance(function, Function) else function and function(*values)

    return run


def _clock(node: syntax.Node, compile_: Compiler) -> Run:
    """Compile `now()` and `today()`: there is no clock here, only what the caller says it is."""
    find, value_of = _finder(node, compile_), compile_(node)

    def run(scope: Scope) -> Any:
        function, value = find(scope), value_of(scope)
        if function is not None:
            return function.call() if isinstance(function, Function) else function()
        return value if isinstance(value, date) else None

    return run


def _named_call(find: Run, arguments: Sequence[tuple[str, Run]]) -> Run:
    def run(scope: Scope) -> Any:
        spend()
        function = find(scope)
        values = {key: argument(scope) for key, argument in arguments}
        if len(values) < len(arguments) or function is None:
            return None
        return by_name(function, values)

    return run


def by_name(function: Function | Callee, values: Mapping[str, Any]) -> Any:
    """Call with arguments by name; what is not given is null, and so is the answer when a name is no parameter's."""
    if not isinstance(function, Function):
        return function.named(values)
    if not function.parameters and hasattr(function.call, "named"):
        return function.call.named(values)
    if not values.keys() <= set(function.parameters):
        return None
    return function.call(*(values.get(name) for name in function.parameters))


def _finder(node: syntax.Node, compile_: Compiler) -> Run:
    """Return what finds the function: in the scope, or among those the program offers; None when there is none."""
    if not isinstance(node, syntax.Name):
        value_of = compile_(node)
        return lambda scope: _callable_or_none(value_of(scope), None)
    called, offered = node.name, compile_.functions.get(node.name)

    def find(scope: Scope) -> Any:
        value = scope.find(called)
        return offered if value is MISSING else _callable_or_none(value, offered)

    return find


def _callable_or_none(value: Any, otherwise: Callee | None) -> Any:
    return value if isinstance(value, Function) else otherwise


def definition(node: syntax.FunctionDefinition, compile_: Compiler) -> Run:
    """Compile a function definition."""
    body = compile_(node.body)
    names = tuple(parameter.name for parameter in node.parameters)
    types = tuple(parameter.type for parameter in node.parameters)
    if node.external:
        return lambda _scope: Function(names, lambda *_arguments: None, types)
    casts = [_cast(type_, compile_) for type_ in types]
    return lambda scope: Function(names, closure(names, casts, body, scope), types, None, (node.body, scope))


def _cast(type_: syntax.Type | None, compile_: Compiler) -> Cast:
    declared = compile_.types
    return lambda value: coerced(value, type_, declared)


def closure(names: tuple[str, ...], casts: Sequence[Cast], body: Run, scope: Scope) -> Callable[..., Any]:
    """Return what runs `body` with the arguments in a scope of their own; null when they do not fit."""

    def invoke(*arguments: Any) -> Any:
        if len(arguments) != len(names):
            return None
        values = [cast(value) for cast, value in zip(casts, arguments, strict=True)]
        if any(value is None and given is not None for value, given in zip(values, arguments, strict=True)):
            return None
        with deeper():
            return body(Scope(dict(zip(names, values, strict=True)), scope))

    return invoke


STEPS: Mapping[type[syntax.Node], Step] = {syntax.Call: call, syntax.FunctionDefinition: definition}
