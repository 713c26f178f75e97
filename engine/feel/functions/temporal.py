"""Built-in functions on dates, times and durations."""

from __future__ import annotations

import calendar
from collections.abc import Callable
from datetime import UTC, date, datetime, time, timedelta
from decimal import Decimal
from typing import Any

from engine.feel.far import FarDate, FarMoment, date_of_parts, joined, month_length, place
from engine.feel.functions.registry import define
from engine.feel.operators import offset_of
from engine.feel.temporal import read_date, read_date_time, read_duration, read_time, zone_of
from engine.feel.values import YearsMonths

LAST_SECOND = 60


def date_of(value: Any) -> date | FarDate | None:
    """Return the date that a text or a date and time says."""
    if isinstance(value, str):
        return read_date(value)
    if isinstance(value, FarMoment):
        return value.day
    return value.date() if isinstance(value, datetime) else value


def date_from(year: Decimal, month: Decimal, day: Decimal) -> date | FarDate:
    """Return the date of three integers."""
    return date_of_parts(_whole(year), _whole(month), _whole(day))


def _whole(number: Decimal) -> int:
    if number != int(number):
        raise ValueError(number)
    return int(number)


def date_time_of(value: Any) -> datetime | FarMoment | None:
    """Return the date and time that a text says, or midnight of a date."""
    if isinstance(value, str):
        return read_date_time(value)
    return value if isinstance(value, (datetime, FarMoment)) else joined(value, time(tzinfo=UTC))


def date_time_from(day: Any, clock: time) -> datetime | FarMoment:
    """Return a date and a time joined."""
    only = date_of(day)
    if only is None:
        raise ValueError(day)
    return joined(only, clock)


def time_of(value: Any) -> time | None:
    """Return the time that a text or a date and time says; of a date, midnight in UTC."""
    if isinstance(value, str):
        return read_time(value)
    if isinstance(value, FarMoment):
        return value.clock
    if isinstance(value, datetime):
        return value.timetz()
    return value if isinstance(value, time) else time(tzinfo=UTC)


def time_from(hour: Decimal, minute: Decimal, second: Decimal, offset: timedelta | None) -> time:
    """Return the time of three numbers; seconds may have a fraction."""
    if not 0 <= second < LAST_SECOND:
        raise ValueError(second)
    micro = int(second % 1 * 1_000_000)
    return time(_whole(hour), _whole(minute), int(second), micro, None if offset is None else zone_of(offset))


def months_between(start: Any, end: Any) -> YearsMonths:
    """Return the whole months from one date to the other."""
    low, high, sign = _parts(start), _parts(end), 1
    if high < low:
        low, high, sign = high, low, -1
    months = (high[0] - low[0]) * 12 + high[1] - low[1] - (high[2:] < low[2:])
    return YearsMonths(sign * months)


def _parts(value: Any) -> tuple[Any, ...]:
    """Return year, month, day and time of day, local where there is a zone."""
    clock = value.clock if isinstance(value, FarMoment) else value.time() if isinstance(value, datetime) else time()
    return (*place(date_of(value)), clock.replace(tzinfo=None))


def months_of(value: Any) -> YearsMonths | None:
    """Return a years and months duration from its text."""
    found = read_duration(value)
    return found if isinstance(found, YearsMonths) else None


def property_of(value: Any, name: str) -> Any:
    """Return `value.name` of a date, time or duration; null for what it does not have."""
    if isinstance(value, YearsMonths):
        years, months = divmod(abs(value.months), 12)
        sign = -1 if value.months < 0 else 1
        found: Any = {"years": sign * years, "months": sign * months}.get(name)
        return None if found is None else Decimal(found)
    if isinstance(value, timedelta):
        return _part_of_duration(value, name)
    found = _part_of_date(value, name)
    clock = value.clock if isinstance(value, FarMoment) else value
    if found is None and isinstance(clock, (time, datetime)):
        return _part_of_clock(clock, name)
    return None if found is None else Decimal(found)


def _part_of_date(value: Any, name: str) -> int | None:
    day = value.day if isinstance(value, FarMoment) else value
    if name == "weekday" and isinstance(day, date):
        return day.isoweekday()
    if name in {"year", "month", "day"} and isinstance(day, (date, FarDate)):
        return int(getattr(day, name))
    return None


def _part_of_duration(value: timedelta, name: str) -> Decimal | None:
    sign, size = (-1 if value < timedelta() else 1), abs(value)
    fraction = Decimal(size.microseconds).scaleb(-6) if size.microseconds else Decimal(0)
    seconds = size.seconds % 60 + fraction
    parts: dict[str, Decimal | int] = {
        "days": size.days,
        "hours": size.seconds // 3600,
        "minutes": size.seconds // 60 % 60,
        "seconds": seconds,
    }
    found = parts.get(name)
    return None if found is None else Decimal(sign) * found


def _part_of_clock(value: time | datetime, name: str) -> Any:
    if name == "time offset":
        return offset_of(value)
    if name == "timezone":
        return getattr(value.tzinfo, "key", None)
    if name == "second":
        return Decimal(value.second) + (Decimal(value.microsecond).scaleb(-6) if value.microsecond else 0)
    found = {"hour": value.hour, "minute": value.minute}.get(name)
    return None if found is None else Decimal(found)


def near(call: Callable[[date], Any]) -> Callable[[Any], Any]:
    """Return the function for dates that Python's calendar reaches; others give null."""

    def of_day(value: Any) -> Any:
        day = date_of(value)
        if not isinstance(day, date):
            raise ValueError(value)  # noqa: TRY004  it gives null like any value that does not fit
        return call(day)

    return of_day


def last_day(value: Any) -> int:
    """Return the number of days in the month."""
    year, month, *_rest = _parts(value)
    return month_length(year, month)


MOMENT = "date|datetime"
FUNCTIONS = {
    "date": [
        define("from: string|date|datetime", date_of),
        define("year: number, month: number, day: number", date_from),
    ],
    "date and time": [
        define("from: string|date|datetime", date_time_of),
        define("date: date|datetime, time: time", date_time_from),
    ],
    "time": [
        define("from: string|date|datetime|time", time_of),
        define("hour: number, minute: number, second: number, offset?: days?", time_from),
    ],
    "duration": [
        define("from: string|days|months", lambda text: read_duration(text) if isinstance(text, str) else text)
    ],
    "years and months duration": [
        define(f"from: {MOMENT}, to: {MOMENT}", months_between),
        define("from: string", months_of),
    ],
    "day of week": [define(f"date: {MOMENT}", near(lambda day: calendar.day_name[day.weekday()]))],
    "day of year": [define(f"date: {MOMENT}", near(lambda day: day.timetuple().tm_yday))],
    "month of year": [define(f"date: {MOMENT}", lambda value: calendar.month_name[_parts(value)[1]])],
    "week of year": [define(f"date: {MOMENT}", near(lambda day: day.isocalendar().week))],
    "last day of month": [define(f"date: {MOMENT}", last_day)],
}
