"""FEEL's numbers: decimals of 34 digits, IEEE 754-2008 decimal128, half-even."""

from __future__ import annotations

import decimal

CONTEXT = decimal.Context(
    prec=34,
    rounding=decimal.ROUND_HALF_EVEN,
    Emax=6144,
    Emin=-6143,
    traps=[decimal.InvalidOperation, decimal.DivisionByZero, decimal.Overflow],
)
