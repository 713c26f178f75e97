"""FEEL, the expression language of DMN 1.4: compiled once, bounded, and blind to everything but its variables."""

from __future__ import annotations

from engine.feel.budget import Limits, allowance
from engine.feel.errors import FeelError
from engine.feel.expression import Expression, Functions, UnaryTests, compile_expression, compile_unary
from engine.feel.plain import plain
from engine.feel.values import Function, Range, YearsMonths, admit

__all__ = [
    "Expression",
    "FeelError",
    "Function",
    "Functions",
    "Limits",
    "Range",
    "UnaryTests",
    "YearsMonths",
    "admit",
    "allowance",
    "compile_expression",
    "compile_unary",
    "plain",
]
