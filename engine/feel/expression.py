"""Expressions and unary tests, ready to be evaluated."""

from __future__ import annotations

import inspect
from collections.abc import Callable, Collection, Mapping
from decimal import Decimal
from functools import lru_cache
from typing import Any

from engine.feel import calls, iteration, membership, steps, syntax
from engine.feel.budget import LIMITS, Limits, allowance
from engine.feel.compiler import Callee, Compiler, Run, Test
from engine.feel.errors import FeelError
from engine.feel.functions import BUILTINS
from engine.feel.names import check, variables
from engine.feel.parser import parse_expression, parse_unary_tests
from engine.feel.scope import Scope
from engine.feel.types import TypeFinder
from engine.feel.values import admit

ALL_STEPS = {**steps.STEPS, **iteration.STEPS, **calls.STEPS, **membership.STEPS}
STEADY = (
    syntax.Literal, syntax.At, syntax.Name, syntax.Path, syntax.Arithmetic, syntax.Negation, syntax.Comparison,
    syntax.Between, syntax.OpenTest, syntax.Tests, syntax.Membership, syntax.Logical, syntax.Conditional,
    syntax.InstanceOf, syntax.RangeOf,
)  # fmt: skip
Functions = Mapping[str, Callable[..., Any]]


class Expression:
    """An expression that can be evaluated any number of times, by any thread."""

    __slots__ = ("_run", "names", "steady", "text", "tree")

    def __init__(self, text: str, tree: syntax.Node, run: Run, names: frozenset[str]) -> None:
        self.text = text
        self.tree = tree
        self.names = names
        self._run = run
        self.steady = _is_steady(tree)

    def evaluate(self, variables: Mapping[str, Any], limits: Limits = LIMITS) -> Any:
        """Return the value; raise FeelError when it takes too much or a variable holds what cannot be read."""
        return self.evaluate_in(Scope(variables), limits)

    def evaluate_in(self, scope: Scope, limits: Limits = LIMITS) -> Any:
        """Return the value in a scope that several expressions share."""
        if self.steady:
            return self._run(scope)
        try:
            with allowance(limits):
                return self._run(scope)
        except RecursionError:
            raise FeelError("the expression is nested too deeply") from None


class UnaryTests:
    """A cell of a decision table."""

    __slots__ = ("names", "steady", "test", "text", "tree")

    def __init__(self, text: str, tree: syntax.Tests, test: Test, names: frozenset[str]) -> None:
        self.text = text
        self.tree = tree
        self.names = names
        self.test = test
        self.steady = _is_steady(tree)

    def matches(self, value: Any, variables: Mapping[str, Any]) -> bool:
        """Return whether the value passes; an answer of null counts as no."""
        return self.matches_in(admit(value), Scope(variables))

    def matches_in(self, value: Any, scope: Scope) -> bool:
        """Return whether a FEEL value passes, in a scope that several cells share."""
        if self.steady:
            return self.test(value, scope) is True
        try:
            with allowance():
                return self.test(value, scope) is True
        except RecursionError:
            raise FeelError("the test is nested too deeply") from None


def _is_steady(node: Any) -> bool:
    """Return whether the tree takes a time that depends on its length alone."""
    if isinstance(node, tuple):
        return all(map(_is_steady, node))
    if not isinstance(node, syntax.Node):
        return True
    return isinstance(node, STEADY) and _is_steady(node.inside())


class _Offered:
    """A Python function as expressions call it: null when an argument is null, whole numbers as int where so typed."""

    def __init__(self, name: str, function: Callable[..., Any]) -> None:
        self.name = name
        self.function = function
        self.parameters = list(inspect.signature(function).parameters.values())

    def __call__(self, *arguments: Any) -> Any:
        if any(argument is None for argument in arguments) or len(arguments) > len(self.parameters):
            return None
        values = [self._cast(*pair) for pair in zip(self.parameters, arguments, strict=False)]
        try:
            return admit(self.function(*values))
        except (TypeError, ValueError, ArithmeticError) as error:
            raise FeelError(f"`{self.name}` cannot work with these arguments: {error}") from error

    def named(self, arguments: Mapping[str, Any]) -> Any:
        given = {key.replace(" ", "_"): value for key, value in arguments.items()}
        ordered = [given.pop(parameter.name) for parameter in self.parameters if parameter.name in given]
        return None if given else self(*ordered)

    def _cast(self, parameter: inspect.Parameter, value: Any) -> Any:
        whole = parameter.annotation in {int, "int"} and isinstance(value, Decimal)
        return int(value) if whole else value


def compile_expression(
    text: str,
    names: Collection[str] | None = None,
    functions: Functions | None = None,
    words: Collection[str] = (),
    types: TypeFinder | None = None,
) -> Expression:
    """Return the expression ready to run; raise FeelError where it is wrong.

    With `names` (paths such as `case.balance`), any other variable and any unknown function is an error.
    `functions` are offered beyond the built-in ones; their names may have spaces. `words` are names with signs or
    keywords in them, such as `Loan-to-value`, that the text may use; `types` finds the program's own types.
    """
    known = None if names is None else frozenset(names)
    return _expression(text, known, tuple((functions or {}).items()), frozenset(words), types)


def compile_unary(
    text: str,
    names: Collection[str] | None = None,
    functions: Functions | None = None,
    words: Collection[str] = (),
    types: TypeFinder | None = None,
) -> UnaryTests:
    """Return the cell ready to run; otherwise as `compile_expression`."""
    known = None if names is None else frozenset(names)
    return _unary(text, known, tuple((functions or {}).items()), frozenset(words), types)


@lru_cache(maxsize=1024)
def _expression(
    text: str, names: frozenset[str] | None, functions: tuple[Any, ...], words: frozenset[str], types: TypeFinder | None
) -> Expression:
    tree = parse_expression(text, _words(names) | words)
    compile_ = _compiler(functions, types)
    _check(tree, names, compile_.functions)
    return Expression(text, tree, _deep(compile_, tree), variables(tree, compile_.functions.keys()))


@lru_cache(maxsize=1024)
def _unary(
    text: str, names: frozenset[str] | None, functions: tuple[Any, ...], words: frozenset[str], types: TypeFinder | None
) -> UnaryTests:
    tree = parse_unary_tests(text, _words(names) | words)
    compile_ = _compiler(functions, types)
    _check(tree, names, compile_.functions)
    test = membership.compile_tests(tree, compile_)
    return UnaryTests(text, tree, test, variables(tree, compile_.functions.keys()))


def _deep(compile_: Compiler, tree: syntax.Node) -> Run:
    try:
        return compile_(tree)
    except RecursionError:
        raise FeelError("the expression is nested too deeply") from None


def _words(names: frozenset[str] | None) -> frozenset[str]:
    return frozenset(part for name in names or () for part in name.split("."))


@lru_cache(maxsize=64)
def _compiler(functions: tuple[tuple[str, Callable[..., Any]], ...], types: TypeFinder | None) -> Compiler:
    offered: dict[str, Callee] = {name: _Offered(name, function) for name, function in functions}
    return Compiler(ALL_STEPS, {**BUILTINS, **offered}, types)


def _check(tree: syntax.Node, names: frozenset[str] | None, functions: Mapping[str, Callee]) -> None:
    if names is not None:
        check(tree, names, functions.keys())
