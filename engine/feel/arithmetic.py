"""Arithmetic on numbers, strings, dates, times and durations; what makes no sense is null."""

from __future__ import annotations

import decimal
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from engine.feel.budget import sized
from engine.feel.far import FarDate, FarMoment, date_of_parts, month_length
from engine.feel.numbers import CONTEXT
from engine.feel.operators import offset_of
from engine.feel.values import YearsMonths, kind

MICROSECOND = timedelta(microseconds=1)
DAY = timedelta(days=1)
DATE, DATE_TIME, TIME, NUMBER = "date", "date and time", "time", "number"
DAYS, MONTHS = "days and time duration", "years and months duration"
Operation = Callable[[Any, Any], Any]


def add_months(value: Any, months: int) -> Any:
    """Return the date (and time) that many months later, on the month's last day where it is shorter."""
    year, month = divmod(value.year * 12 + value.month - 1 + months, 12)
    day = min(value.day, month_length(year, month + 1))
    if isinstance(value, datetime):
        return value.replace(year=year, month=month + 1, day=day)
    return date_of_parts(year, month + 1, day)


def _date_plus(value: date, duration: timedelta) -> date:
    return (datetime.combine(value, time(), UTC) + duration).date()


def _moment_plus(value: datetime, duration: timedelta) -> datetime:
    """Add on the time line, not on the wall clock, where the zone has summer time."""
    if value.tzinfo is None:
        return value + duration
    return (value.astimezone(UTC) + duration).astimezone(value.tzinfo)


def _time_plus(value: time, duration: timedelta) -> time:
    moment = datetime.combine(date(2000, 1, 1), value.replace(tzinfo=None)) + timedelta(seconds=0)
    return (moment + (duration % DAY)).time().replace(tzinfo=value.tzinfo)


def _time_minus(left: time, right: time) -> timedelta | None:
    if (left.tzinfo is None) != (right.tzinfo is None):
        return None
    day = date(2000, 1, 1)
    difference = datetime.combine(day, left.replace(tzinfo=None)) - datetime.combine(day, right.replace(tzinfo=None))
    return difference - (offset_of(left) or timedelta()) + (offset_of(right) or timedelta())


def _moment_minus(left: datetime, right: datetime) -> timedelta | None:
    if (left.tzinfo is None) != (right.tzinfo is None):
        return None
    return left.astimezone(UTC) - right.astimezone(UTC) if left.tzinfo else left - right


def midnight(value: date) -> datetime:
    """Return the start of the day in UTC, which a date counts as where a date and time is wanted."""
    return datetime.combine(value, time(), UTC)


def _scaled(duration: timedelta, number: Decimal) -> timedelta:
    return timedelta(microseconds=int(CONTEXT.multiply(Decimal(duration // MICROSECOND), number)))


def _split(duration: timedelta, number: Decimal) -> timedelta:
    return timedelta(microseconds=int(CONTEXT.divide(Decimal(duration // MICROSECOND), number)))


def _ratio(left: timedelta, right: timedelta) -> Decimal:
    return CONTEXT.divide(Decimal(left // MICROSECOND), Decimal(right // MICROSECOND))


def _power(base: Decimal, exponent: Decimal) -> Decimal | None:
    """Return `base ** exponent`: 1 for `0 ** 0`, null for what has no finite value."""
    if exponent == 0:
        return Decimal(1)
    result = CONTEXT.power(base, exponent)
    return result if result.is_finite() else None


ADD: dict[tuple[str, str], Operation] = {
    (NUMBER, NUMBER): CONTEXT.add,
    ("string", "string"): lambda a, b: sized(a + b),
    (DATE, DAYS): _date_plus,
    (DAYS, DATE): lambda a, b: _date_plus(b, a),
    (DATE, MONTHS): lambda a, b: add_months(a, b.months),
    (MONTHS, DATE): lambda a, b: add_months(b, a.months),
    (DATE_TIME, DAYS): _moment_plus,
    (DAYS, DATE_TIME): lambda a, b: _moment_plus(b, a),
    (DATE_TIME, MONTHS): lambda a, b: add_months(a, b.months),
    (MONTHS, DATE_TIME): lambda a, b: add_months(b, a.months),
    (TIME, DAYS): _time_plus,
    (DAYS, TIME): lambda a, b: _time_plus(b, a),
    (DAYS, DAYS): lambda a, b: a + b,
    (MONTHS, MONTHS): lambda a, b: YearsMonths(a.months + b.months),
}
SUBTRACT: dict[tuple[str, str], Operation] = {
    (NUMBER, NUMBER): CONTEXT.subtract,
    (DATE, DATE): lambda a, b: a - b,
    (DATE, DATE_TIME): lambda a, b: _moment_minus(midnight(a), b),
    (DATE_TIME, DATE): lambda a, b: _moment_minus(a, midnight(b)),
    (DATE_TIME, DATE_TIME): _moment_minus,
    (TIME, TIME): _time_minus,
    (DATE, DAYS): lambda a, b: _date_plus(a, -b),
    (DATE, MONTHS): lambda a, b: add_months(a, -b.months),
    (DATE_TIME, DAYS): lambda a, b: _moment_plus(a, -b),
    (DATE_TIME, MONTHS): lambda a, b: add_months(a, -b.months),
    (TIME, DAYS): lambda a, b: _time_plus(a, -b),
    (DAYS, DAYS): lambda a, b: a - b,
    (MONTHS, MONTHS): lambda a, b: YearsMonths(a.months - b.months),
}
MULTIPLY: dict[tuple[str, str], Operation] = {
    (NUMBER, NUMBER): CONTEXT.multiply,
    (NUMBER, DAYS): lambda a, b: _scaled(b, a),
    (DAYS, NUMBER): _scaled,
    (NUMBER, MONTHS): lambda a, b: YearsMonths(int(CONTEXT.multiply(a, b.months))),
    (MONTHS, NUMBER): lambda a, b: YearsMonths(int(CONTEXT.multiply(a.months, b))),
}
DIVIDE: dict[tuple[str, str], Operation] = {
    (NUMBER, NUMBER): CONTEXT.divide,
    (DAYS, NUMBER): _split,
    (DAYS, DAYS): _ratio,
    (MONTHS, NUMBER): lambda a, b: YearsMonths(int(CONTEXT.divide(Decimal(a.months), b))),
    (MONTHS, MONTHS): lambda a, b: CONTEXT.divide(Decimal(a.months), Decimal(b.months)),
}
POWER: dict[tuple[str, str], Operation] = {(NUMBER, NUMBER): _power}


def _too_far(left: Any, right: Any) -> bool:
    """Return whether the sum would need a calendar that reaches beyond Python's; whole months do without."""
    far = (isinstance(value, (FarDate, FarMoment)) for value in (left, right))
    months = isinstance(left, YearsMonths) or isinstance(right, YearsMonths)
    return any(far) and (not months or isinstance(left, FarMoment) or isinstance(right, FarMoment))


def _operation(table: dict[tuple[str, str], Operation]) -> Operation:
    numbers = table[NUMBER, NUMBER]

    def calculate(left: Any, right: Any) -> Any:
        try:
            if type(left) is Decimal and type(right) is Decimal:
                return numbers(left, right)
            operation = table.get((kind(left), kind(right)))
            if operation is None or _too_far(left, right):
                return None
            return operation(left, right)
        except (decimal.DecimalException, ArithmeticError, ValueError):
            return None

    return calculate


ARITHMETIC: dict[str, Operation] = {
    "+": _operation(ADD),
    "-": _operation(SUBTRACT),
    "*": _operation(MULTIPLY),
    "/": _operation(DIVIDE),
    "**": _operation(POWER),
}


def negative(value: Any) -> Any:
    """Return `-value`."""
    if isinstance(value, YearsMonths):
        return YearsMonths(-value.months)
    if isinstance(value, timedelta):
        return -value
    return CONTEXT.minus(value) if kind(value) == "number" else None
