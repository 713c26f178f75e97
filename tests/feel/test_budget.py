"""Budgets bound what runs away and leave alone what merely met a slow moment."""

from __future__ import annotations

import pytest

from engine.feel import FeelError, Limits, allowance, compile_expression


def test_little_work_is_never_late() -> None:
    assert compile_expression("count(for i in 1..1000 return i)").evaluate({}, Limits(seconds=0)) == 1000


def test_much_work_is() -> None:
    with pytest.raises(FeelError, match="longer than 0 s"):
        compile_expression("for i in 1..20000 return i").evaluate({}, Limits(seconds=0))
    with pytest.raises(FeelError, match="more than 1,000 steps"):
        compile_expression("for i in 1..20000 return i").evaluate({}, Limits(steps=1000))


def test_an_allowance_within_another_spends_from_the_outer_one() -> None:
    expression = compile_expression("count(for i in 1..1000 return i)")
    with allowance(Limits(steps=4000)):
        assert expression.evaluate({}, Limits(steps=9000)) == 1000
        with pytest.raises(FeelError, match="more than 4,000 steps"):
            expression.evaluate({}, Limits(steps=9000))


def test_a_budget_is_not_left_behind_by_a_failure() -> None:
    with pytest.raises(FeelError):
        compile_expression("for i in 1..20000 return i").evaluate({}, Limits(steps=1000))
    assert compile_expression("count(for i in 1..5000 return i)").evaluate({}) == 5000
