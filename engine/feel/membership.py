"""Compile `in`, and the cells of decision tables."""

from __future__ import annotations

from collections.abc import Mapping
from decimal import Decimal
from typing import Any

from engine.feel import syntax
from engine.feel.compiler import Compiler, Run, Step, Test, mentions_input
from engine.feel.operators import COMPARISONS, either, equal, member, negated
from engine.feel.scope import Scope, passes
from engine.feel.steps import NOWHERE, RANGED, is_constant
from engine.feel.values import Range, kind

OPEN_RANGES = {
    "<": lambda bound: Range(None, bound, start_included=False, end_included=False),
    "<=": lambda bound: Range(None, bound, start_included=False, end_included=True),
    ">": lambda bound: Range(bound, None, start_included=False, end_included=False),
    ">=": lambda bound: Range(bound, None, start_included=True, end_included=False),
    "=": lambda bound: Range(bound, bound),
}


def compile_test(node: syntax.Node, compile_: Compiler) -> Test:
    """Return what tells whether a value passes one test."""
    if isinstance(node, syntax.OpenTest):
        return _open_test(node, compile_)
    if isinstance(node, syntax.Tests):
        return compile_tests(node, compile_)
    run = compile_(node)
    if is_constant(node):
        return _constant_test(run(NOWHERE))
    if mentions_input(node):
        return lambda value, scope: passes(value, run(Scope({"?": value}, scope)), about_value=True)
    return lambda value, scope: passes(value, run(scope), about_value=False)


def _open_test(node: syntax.OpenTest, compile_: Compiler) -> Test:
    compare, operand = COMPARISONS[node.operator], compile_(node.operand)
    if is_constant(node.operand):
        bound = operand(NOWHERE)
        return lambda value, _scope: compare(value, bound)
    return lambda value, scope: compare(value, operand(scope))


def _constant_test(wanted: Any) -> Test:
    """Return the test for a value known beforehand; the most frequent ones take no detour."""
    if isinstance(wanted, (str, Decimal)):
        type_ = type(wanted)
        return lambda value, _scope: value == wanted if type(value) is type_ else equal(value, wanted)
    if isinstance(wanted, Range) and isinstance(wanted.start, Decimal) and isinstance(wanted.end, Decimal):
        return _number_range_test(wanted, wanted.start, wanted.end)
    return lambda value, _scope: member(value, wanted)


def _number_range_test(wanted: Range, low: Decimal, high: Decimal) -> Test:
    if wanted.start_included and wanted.end_included:
        return lambda value, _scope: low <= value <= high if type(value) is Decimal else member(value, wanted)
    return lambda value, _scope: member(value, wanted)


def compile_tests(node: syntax.Tests, compile_: Compiler) -> Test:
    """Return what tells whether a value passes one of the tests; no tests at all let everything pass."""
    tests = [compile_test(test, compile_) for test in node.tests]
    if not tests:
        return lambda _value, _scope: True
    if len(tests) == 1 and not node.negated:
        return tests[0]

    def any_of(value: Any, scope: Scope) -> bool | None:
        result: bool | None = False
        for test in tests:
            result = either(result, test(value, scope))
            if result is True:
                break
        return result

    return (lambda value, scope: negated(any_of(value, scope))) if node.negated else any_of


def membership(node: syntax.Membership, compile_: Compiler) -> Run:
    """Compile `in`."""
    value, test = compile_(node.value), compile_test(node.tests, compile_)
    return lambda scope: test(value(scope), scope)


def open_range(node: syntax.OpenTest, compile_: Compiler) -> Run:
    """Compile `(< 5)` standing by itself: a range with one end."""
    operand, make = compile_(node.operand), OPEN_RANGES.get(node.operator)

    def run(scope: Scope) -> Range | None:
        bound = operand(scope)
        return None if make is None or kind(bound) not in RANGED else make(bound)

    return run


def tests_as_value(node: syntax.Tests, compile_: Compiler) -> Run:
    """Compile `(< 5)` or `(1, 2)` where a value is wanted: the first is a range, the second means nothing."""
    only = compile_(node.tests[0])
    return only if len(node.tests) == 1 else lambda _scope: None


STEPS: Mapping[type[syntax.Node], Step] = {
    syntax.Membership: membership,
    syntax.OpenTest: open_range,
    syntax.Tests: tests_as_value,
}
