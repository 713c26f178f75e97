"""What holds for every expression: printing and parsing is identity, arithmetic is decimal's, nothing escapes."""

from __future__ import annotations

import decimal
from decimal import Decimal
from typing import Any

from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from engine.feel import compile_expression, syntax
from engine.feel.numbers import CONTEXT
from engine.feel.parser import parse_expression, parse_unary_tests
from engine.feel.printer import printed, printed_tests

NAMES = st.sampled_from(["x", "case", "Full Name", "days overdue", "ünï", "f"])
NUMBERS = st.decimals(min_value=0, max_value=10**9, places=3).map(syntax.Literal)
OPERATORS = st.sampled_from(["=", "!=", "<", "<=", ">", ">="])
LEAVES = st.one_of(
    NUMBERS,
    st.text(max_size=5).map(syntax.Literal),
    st.sampled_from([True, False, None]).map(syntax.Literal),
    NAMES.map(syntax.Name),
    st.sampled_from(["P7D", "2024-01-01", "10:00:00"]).map(syntax.At),
)
TYPES = st.recursive(
    st.sampled_from(["number", "date and time", "tLoan"]).map(syntax.Type),
    lambda inner: st.one_of(
        st.builds(lambda part: syntax.Type("list", (part,)), inner),
        st.builds(lambda part: syntax.Type("context", (part,), ("a b",)), inner),
        st.lists(inner, min_size=1, max_size=3).map(lambda parts: syntax.Type("function", tuple(parts))),
    ),
    max_leaves=3,
)


def tuples(inner: st.SearchStrategy[Any], least: int = 0) -> st.SearchStrategy[Any]:
    return st.lists(inner, min_size=least, max_size=3).map(tuple)


def larger(inner: st.SearchStrategy[Any]) -> st.SearchStrategy[Any]:
    test = st.one_of(inner, st.builds(syntax.OpenTest, OPERATORS, inner))
    several = st.lists(test, min_size=2, max_size=3).map(lambda tests: syntax.Tests(tuple(tests)))
    iterations = tuples(st.builds(syntax.Iteration, NAMES, inner, st.none() | inner), 1)
    entries = st.lists(
        st.tuples(st.sampled_from(["a", "b c", "d+e", "if"]), inner), max_size=3, unique_by=lambda e: e[0]
    )
    parameters = tuples(st.builds(syntax.Parameter, NAMES, st.none() | TYPES))
    return st.one_of(
        st.builds(syntax.Arithmetic, st.sampled_from(["+", "-", "*", "/", "**"]), inner, inner),
        st.builds(syntax.Comparison, OPERATORS, inner, inner),
        st.builds(syntax.Logical, st.sampled_from(["and", "or"]), inner, inner),
        st.builds(syntax.Negation, inner),
        st.builds(syntax.Between, inner, inner, inner),
        st.builds(syntax.Membership, inner, st.one_of(test, several)),
        st.builds(syntax.Conditional, inner, inner, inner),
        st.builds(syntax.Loop, iterations, inner),
        st.builds(syntax.Quantified, st.sampled_from(["some", "every"]), iterations, inner),
        st.builds(syntax.Path, inner, NAMES),
        st.builds(syntax.Filter, inner, inner),
        st.builds(syntax.Call, inner, tuples(test)),
        st.builds(lambda f, named: syntax.Call(f, (), named), inner, tuples(st.tuples(NAMES, inner), 1)),
        st.builds(syntax.InstanceOf, inner, TYPES),
        st.builds(syntax.FunctionDefinition, parameters, inner),
        tuples(test).map(syntax.ListOf),
        entries.map(lambda found: syntax.ContextOf(tuple(found))),
        st.builds(syntax.RangeOf, inner, inner, st.booleans(), st.booleans()),
    )


QUICK = settings(max_examples=100, deadline=None, suppress_health_check=[HealthCheck.too_slow])
TREES = st.recursive(LEAVES, larger, max_leaves=8)


@QUICK
@given(TREES)
def test_a_printed_tree_parses_to_itself(tree: syntax.Node) -> None:
    assert parse_expression(printed(tree)) == tree


@QUICK
@given(st.lists(st.one_of(TREES, st.builds(syntax.OpenTest, OPERATORS, TREES)), min_size=2, max_size=3), st.booleans())
def test_a_printed_cell_parses_to_itself(tests: list[syntax.Node], negated: bool) -> None:
    cell = syntax.Tests(tuple(tests), negated)
    assert parse_unary_tests(printed_tests(cell)) == cell


FINITE = st.decimals(allow_nan=False, allow_infinity=False, min_value=-(10**20), max_value=10**20)


@QUICK
@given(FINITE, FINITE, st.sampled_from(["+", "-", "*", "/", "**"]))
def test_arithmetic_agrees_with_decimal(left: Decimal, right: Decimal, operator: str) -> None:
    methods = {"+": CONTEXT.add, "-": CONTEXT.subtract, "*": CONTEXT.multiply, "/": CONTEXT.divide, "**": CONTEXT.power}
    try:
        wanted = methods[operator](left, right)
    except decimal.DecimalException:
        wanted = None
    assert compile_expression(f"a {operator} b").evaluate({"a": left, "b": right}) == wanted
