"""FEEL values as plain JSON data, as they are kept with a case and read back by `admit`."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from engine.feel.errors import FeelError
from engine.feel.functions.conversion import text_of

MOST_PARTS = 10_000
"""Of a value that a case keeps or people read."""


def plain(value: Any) -> Any:
    """Turn FEEL and operator values into JSON data as it will be read back after a save; FeelError where it is huge."""
    return _plain(value, iter(range(MOST_PARTS)))


def _plain(value: Any, left: Iterator[int]) -> Any:
    # A list that holds another one twice, over and over, is small to compute with and endless to write down.
    if next(left, None) is None:
        raise FeelError(f"a value has more than {MOST_PARTS:,} parts, too many to be kept with a case")
    if isinstance(value, Mapping):
        return {str(key): _plain(each, left) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [_plain(each, left) for each in value]
    return _scalar(value)


def _scalar(value: Any) -> Any:
    if value is None or isinstance(value, str | bool | int | float):
        return value
    if isinstance(value, Decimal):
        return _number(value)
    if isinstance(value, date | datetime):
        return value.isoformat()
    if isinstance(value, timedelta):
        return f"PT{int(value.total_seconds())}S"
    return text_of(value)


def _number(value: Decimal) -> int | float | str:
    """Give a number that JSON brings back unchanged; as text only where it has more digits than that."""
    if value == value.to_integral_value():
        return int(value)
    near = float(value)
    return near if Decimal(repr(near)) == value else str(value)
