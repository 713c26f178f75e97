"""Equality, order and three-valued logic: null in, null out, and null for what cannot be compared."""

from __future__ import annotations

import operator
from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from typing import Any, TypeVar

from engine.feel.budget import spend
from engine.feel.far import place
from engine.feel.values import Function, Range, YearsMonths, kind

Moment = TypeVar("Moment", time, datetime)
ORDERED = {Decimal, str, date, timedelta, YearsMonths}
SAME: set[type] = {Decimal, str, bool, date, timedelta, YearsMonths}


def equal(left: Any, right: Any) -> bool | None:
    """Return whether the two are equal; null when their types differ."""
    if type(left) is type(right) and type(left) in SAME:
        return bool(left == right)
    if left is None or right is None:
        return left is right
    if kind(left) != kind(right):
        return None
    same = EQUALITIES.get(kind(left))
    return same(left, right) if same else bool(left == right)


def _equal_lists(left: list[Any], right: list[Any]) -> bool:
    spend()
    return len(left) == len(right) and all(equal(a, b) is True for a, b in zip(left, right, strict=True))


def _equal_contexts(left: dict[str, Any], right: dict[str, Any]) -> bool:
    spend()
    return left.keys() == right.keys() and all(equal(item, right[key]) is True for key, item in left.items())


def _equal_times(left: time, right: time) -> bool:
    return _clock(left) == _clock(right)


def _equal_functions(left: Function, right: Function) -> bool:
    """Return whether parameters, body and scope are the same."""
    if left.parameters != right.parameters or (left.origin is None) != (right.origin is None):
        return False
    if left.origin is None or right.origin is None:
        return left.call is right.call
    (body, scope), (other_body, other_scope) = left.origin, right.origin
    return bool(body == other_body) and scope is other_scope and left.kinds == right.kinds


EQUALITIES: dict[str, Callable[[Any, Any], bool | None]] = {
    "list": _equal_lists,
    "context": _equal_contexts,
    "time": _equal_times,
    "function": lambda left, right: left is right or _equal_functions(left, right),
}


def unequal(left: Any, right: Any) -> bool | None:
    """Return the opposite of equality; null stays null."""
    same = equal(left, right)
    return None if same is None else not same


def _clock(value: time) -> tuple[bool, timedelta]:
    """Return a time's place in the day, in UTC where its offset is known."""
    since = timedelta(hours=value.hour, minutes=value.minute, seconds=value.second, microseconds=value.microsecond)
    offset = offset_of(value)
    return (offset is not None, since - (offset or timedelta()))


def offset_of(value: time | datetime) -> timedelta | None:
    """Return the offset from UTC; of a time in a named zone, the offset it has in winter."""
    if value.tzinfo is None or isinstance(value, datetime):
        return value.utcoffset()
    return value.tzinfo.utcoffset(datetime(2000, 1, 1, tzinfo=value.tzinfo))


def _ordering(compare: Callable[[Any, Any], bool]) -> Callable[[Any, Any], bool | None]:
    def ordered(left: Any, right: Any) -> bool | None:
        if type(left) is type(right) and type(left) in ORDERED:
            return compare(left, right)
        return _compare_others(compare, left, right)

    return ordered


def _compare_others(compare: Callable[[Any, Any], bool], left: Any, right: Any) -> bool | None:
    if kind(left) != kind(right):
        return None
    if kind(left) == "number":
        return compare(left, right)
    if kind(left) == "date":
        return compare(place(left), place(right))
    if isinstance(left, datetime) and isinstance(right, datetime):
        return compare(*_in_one_zone(left, right))
    if isinstance(left, time) and isinstance(right, time):
        (_zoned, since), (_other_zoned, other) = map(_clock, _in_one_zone(left, right))
        return compare(since, other)
    return None


def _in_one_zone(left: Moment, right: Moment) -> tuple[Moment, Moment]:
    """Return both, the one without an offset with that of the other."""
    return left.replace(tzinfo=left.tzinfo or right.tzinfo), right.replace(tzinfo=right.tzinfo or left.tzinfo)


less = _ordering(operator.lt)
less_equal = _ordering(operator.le)
greater = _ordering(operator.gt)
greater_equal = _ordering(operator.ge)
COMPARISONS: dict[str, Callable[[Any, Any], bool | None]] = {
    "=": equal,
    "!=": unequal,
    "<": less,
    "<=": less_equal,
    ">": greater,
    ">=": greater_equal,
}


def both(left: Any, right: Any) -> bool | None:
    """Return `left and right`; what is no boolean counts as null."""
    if left is False or right is False:
        return False
    return True if left is True and right is True else None


def either(left: Any, right: Any) -> bool | None:
    """Return `left or right`; what is no boolean counts as null."""
    if left is True or right is True:
        return True
    return False if left is False and right is False else None


def negated(value: Any) -> bool | None:
    """Return `not(value)`."""
    return not value if isinstance(value, bool) else None


def within(value: Any, bounds: Range) -> bool | None:
    """Return whether `value` lies in the range."""
    low: bool | None = True
    high: bool | None = True
    if bounds.start is not None:
        low = (greater_equal if bounds.start_included else greater)(value, bounds.start)
    if bounds.end is not None:
        high = (less_equal if bounds.end_included else less)(value, bounds.end)
    return both(low, high)


def member(value: Any, test: Any) -> bool | None:
    """Return whether `value in test`: it is in the range, in the list, passes one of its ranges, or equals the test."""
    if isinstance(test, Range):
        return equal(value, test) if isinstance(value, Range) else within(value, test)
    if not isinstance(test, list):
        return equal(value, test)
    if isinstance(value, list) and equal(value, test):
        return True
    result: bool | None = False
    for item in test:
        spend()
        found = member(value, item) if isinstance(item, Range) else equal(value, item)
        if found:
            return True
    return result
