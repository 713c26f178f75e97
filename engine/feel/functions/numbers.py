"""Built-in functions on numbers."""

from __future__ import annotations

import decimal
from decimal import Decimal
from typing import Any

from engine.feel.functions.registry import define
from engine.feel.numbers import CONTEXT
from engine.feel.values import YearsMonths

SCALES = range(-6111, 6177)
ONE = Decimal(1)
WIDE = decimal.Context(prec=12_400, Emax=12_400, Emin=-12_400)  # holds any number at any scale


def rounded(rounding: str) -> Any:
    """Return the function that rounds to a scale in that way."""

    def to_scale(number: Decimal, scale: Decimal | None = None) -> Decimal:
        places = int(scale or 0)
        if places not in SCALES:
            raise ValueError(places)
        if places > 0 and number == number.quantize(ONE.scaleb(-places), rounding, WIDE):
            return number
        return number.quantize(ONE.scaleb(-places), rounding, WIDE) + 0

    return to_scale


def modulo(dividend: Decimal, divisor: Decimal) -> Decimal:
    """Return the remainder with the divisor's sign."""
    quotient = CONTEXT.divide(dividend, divisor).to_integral_value(decimal.ROUND_FLOOR)
    return CONTEXT.subtract(dividend, CONTEXT.multiply(divisor, quotient))


def absolute(value: Any) -> Any:
    """Return the size of a number or duration."""
    return YearsMonths(abs(value.months)) if isinstance(value, YearsMonths) else abs(value)


def odd(number: Decimal) -> bool:
    """Return whether the number is an odd integer."""
    return abs(WIDE.remainder(number, 2)) == 1


def even(number: Decimal) -> bool:
    """Return whether the number is an even integer."""
    return WIDE.remainder(number, 2) == 0


ROUND = "n: number, scale?: number"
FUNCTIONS = {
    "decimal": [define("n: number, scale: number", rounded(decimal.ROUND_HALF_EVEN))],
    "floor": [define(ROUND, rounded(decimal.ROUND_FLOOR)), define("number: number", rounded(decimal.ROUND_FLOOR))],
    "ceiling": [
        define(ROUND, rounded(decimal.ROUND_CEILING)),
        define("number: number", rounded(decimal.ROUND_CEILING)),
    ],
    "round up": [define("n: number, scale: number", rounded(decimal.ROUND_UP))],
    "round down": [define("n: number, scale: number", rounded(decimal.ROUND_DOWN))],
    "round half up": [define("n: number, scale: number", rounded(decimal.ROUND_HALF_UP))],
    "round half down": [define("n: number, scale: number", rounded(decimal.ROUND_HALF_DOWN))],
    "abs": [define("n: number|days|months", absolute), define("number: number|days|months", absolute)],
    "modulo": [define("dividend: number, divisor: number", modulo)],
    "sqrt": [define("number: number", CONTEXT.sqrt)],
    "log": [define("number: number", lambda number: CONTEXT.ln(number) if number > 0 else None)],
    "exp": [define("number: number", CONTEXT.exp)],
    "odd": [define("number: number", odd)],
    "even": [define("number: number", even)],
}
