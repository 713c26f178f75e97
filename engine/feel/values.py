"""The values of FEEL that Python has no type for, and the way from Python's values to FEEL's."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from engine.feel.budget import spend
from engine.feel.errors import FeelError
from engine.feel.far import FarDate, FarMoment


@dataclass(frozen=True, slots=True, order=True)
class YearsMonths:
    """A years and months duration, as months."""

    months: int


@dataclass(frozen=True, slots=True)
class Range:
    """From `start` to `end`; an end that is None is open (`< 5`)."""

    start: Any
    end: Any
    start_included: bool = True
    end_included: bool = True


@dataclass(frozen=True, slots=True, eq=False)
class Function:
    """Something an expression can call; `parameters` are the names of its arguments."""

    parameters: tuple[str, ...]
    call: Callable[..., Any] = field(repr=False)
    kinds: tuple[Any, ...] = ()
    result: Any = None
    origin: Any = field(default=None, repr=False)  # body and scope, of one that an expression defines


KINDS: dict[type, str] = {
    type(None): "null",
    Decimal: "number",
    int: "number",
    str: "string",
    bool: "boolean",
    date: "date",
    datetime: "date and time",
    FarDate: "date",
    FarMoment: "date and time",
    time: "time",
    timedelta: "days and time duration",
    YearsMonths: "years and months duration",
    list: "list",
    dict: "context",
    Range: "range",
    Function: "function",
}
PLAIN = frozenset(KINDS) - {int, list, dict}


def kind(value: Any) -> str:
    """Return the name of the value's FEEL type."""
    return KINDS.get(type(value), "unknown")


def admit(value: Any) -> Any:
    """Return what the caller gave as a FEEL value; raise FeelError for anything expressions cannot read."""
    if type(value) in PLAIN:
        return value
    spend()
    if isinstance(value, (int, float)):
        return Decimal(value) if isinstance(value, int) else _from_float(value)
    if isinstance(value, str):
        return str.__str__(value)
    if isinstance(value, Mapping):
        return {str(key): admit(item) for key, item in value.items()}
    if isinstance(value, (list, tuple, set, frozenset)):
        return [admit(item) for item in value]
    if isinstance(value, (Decimal, date, time, timedelta)):
        return value
    if callable(value):
        raise FeelError("a function of the program is no value; register it when compiling the expression")
    raise FeelError(f"a value of type {type(value).__name__} cannot be read by expressions")


def _from_float(value: float) -> Decimal:
    number = Decimal(repr(value))
    if not number.is_finite():
        raise FeelError(f"{value} is no number")
    return number


def frozen(value: Any) -> Any:
    """Return something hashable that is equal for equal values only."""
    spend()
    if isinstance(value, list):
        return ("list", *map(frozen, value))
    if isinstance(value, dict):
        return ("context", frozenset((key, frozen(item)) for key, item in value.items()))
    return (kind(value), value)
