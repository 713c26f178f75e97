"""Built-in functions that turn values into others, and those on booleans."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from engine.feel.budget import sized, spend
from engine.feel.far import FarDate, FarMoment
from engine.feel.functions.registry import define
from engine.feel.numbers import CONTEXT
from engine.feel.operators import equal, negated
from engine.feel.temporal import write_date_time, write_days, write_far_moment, write_months, write_time, write_zone
from engine.feel.values import Range, YearsMonths, kind

NUMBER = re.compile(r"[+-]?(\d+(\.\d*)?|\.\d+)([eE][+-]?\d+)?", re.ASCII)


def text_of(value: Any) -> str | None:
    """Return the value as text; a string as it is, null as null."""
    return value if value is None or isinstance(value, str) else shown(value)


def shown(value: Any) -> str:
    """Return the value as it would be written in an expression, but dates and durations without their function."""
    spend()
    if isinstance(value, str):
        return '"' + value.replace("\\", "\\\\").replace('"', '\\"') + '"'
    if isinstance(value, list):
        return sized("[" + ", ".join(map(shown, value)) + "]")
    if isinstance(value, dict):
        return sized("{" + ", ".join(f"{key}: {shown(item)}" for key, item in value.items()) + "}")
    if isinstance(value, Range):
        return _range_text(value)
    return _scalar_text(value)


def _range_text(value: Range) -> str:
    opening, closing = "[" if value.start_included else "(", "]" if value.end_included else ")"
    if value.start is None or value.end is None:
        sign = "<" if value.start is None else ">"
        bound, included = (value.end, value.end_included) if sign == "<" else (value.start, value.start_included)
        return f"{sign}{'=' if included else ''} {shown(bound)}"
    return f"{opening}{shown(value.start)}..{shown(value.end)}{closing}"


def _scalar_text(value: Any) -> str:
    write = WRITERS.get(type(value))
    return write(value) if write else f"function({', '.join(value.parameters)})"


def number_text(value: Decimal) -> str:
    """Return the number in plain digits, without an exponent or trailing zeros behind the point."""
    text = format(value, "f")
    if "." in text:
        text = text.rstrip("0").rstrip(".")
    return "0" if text in {"-0", ""} else text


WRITERS: dict[type, Callable[[Any], str]] = {
    type(None): lambda _value: "null",
    bool: lambda value: "true" if value else "false",
    Decimal: number_text,
    date: date.isoformat,
    datetime: write_date_time,
    FarDate: FarDate.isoformat,
    FarMoment: write_far_moment,
    time: write_time,
    timedelta: write_days,
    YearsMonths: write_months,
}


def number_of(text: str, grouping: str | None, point: str | None) -> Decimal | None:
    """Return the number a text says, with its grouping and decimal separators."""
    if grouping not in {None, " ", ",", "."} or point not in {None, ".", ","}:
        return None
    if grouping is not None and grouping == point:
        return None
    if grouping:
        text = text.replace(grouping, "")
    if point:
        if point != "." and "." in text:
            return None
        text = text.replace(point, ".")
    return CONTEXT.create_decimal(text) if NUMBER.fullmatch(text) else None


def same(left: Any, right: Any) -> bool | None:
    """Return `is(left, right)`: the same value of the same type, time zone included."""
    if kind(left) != kind(right):
        return False
    if isinstance(left, (time, datetime)):
        return bool(left.replace(tzinfo=None) == right.replace(tzinfo=None)) and write_zone(left) == write_zone(right)
    return equal(left, right)


FUNCTIONS = {
    "string": [define("from: any?", text_of)],
    "number": [
        define("from: string, grouping separator?: string?, decimal separator?: string?", number_of),
        define("from: number", lambda value: value),
    ],
    "not": [define("negand: boolean?", negated)],
    "is": [define("value1: any?, value2: any?", same)],
}
