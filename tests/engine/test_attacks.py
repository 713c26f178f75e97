"""Values that are small to compute and endless to write down do not fill the memory of the worker."""

import json
import time
from decimal import Decimal

import pytest

from engine.feel import FeelError, YearsMonths, admit, compile_expression, plain

DOUBLING = "{a0: [1, 1], " + ", ".join(f"a{n}: [a{n - 1}, a{n - 1}]" for n in range(1, 45)) + ", r: a44}.r"


def test_a_value_that_doubles_is_not_written_down() -> None:
    value = compile_expression(DOUBLING).evaluate({})
    started = time.thread_time()
    with pytest.raises(FeelError, match="parts"):
        plain(value)
    assert time.thread_time() - started < 1


def test_ordinary_values_are_written_down() -> None:
    assert plain({"a": [1, (2, "x")], "b": None}) == {"a": [1, [2, "x"]], "b": None}


@pytest.mark.parametrize("number", ["12.5", "0.1", "-3.25", "7", "1234567890.12"])
def test_a_number_is_still_a_number_after_a_save(number: str) -> None:
    assert admit(json.loads(json.dumps(plain(Decimal(number))))) == Decimal(number)


def test_what_json_does_not_know_is_written_as_text() -> None:
    assert json.dumps(plain([YearsMonths(14), Decimal("0.12345678901234567890123")]))
