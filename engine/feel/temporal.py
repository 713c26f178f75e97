"""Read and write dates, times and durations as FEEL does (ISO 8601, with `@Zone/Name`)."""

from __future__ import annotations

import re
import zoneinfo
from datetime import UTC, date, datetime, time, timedelta, timezone, tzinfo
from decimal import Decimal
from functools import cache
from typing import Any

from engine.feel.far import FarDate, FarMoment, date_of_parts, joined
from engine.feel.values import YearsMonths

DATE = re.compile(r"((?!-0000)-?(?:\d{4}|[1-9]\d{4,8}))-(\d{2})-(\d{2})", re.ASCII)
TIME = re.compile(r"(\d{2}):(\d{2}):(\d{2})(?:\.(\d+))?(Z|z|[+-]\d{2}:\d{2}(?::\d{2})?|@[\w/+-]+)?", re.ASCII)
MONTHS = re.compile(r"(-)?P(?:(\d{1,12})Y)?(?:(\d{1,12})M)?", re.ASCII)
DAYS = re.compile(r"(-)?P(?:(\d{1,12})D)?(?:T(?:(\d{1,12})H)?(?:(\d{1,12})M)?(?:(\d{1,12}(?:\.\d+)?)S)?)?", re.ASCII)
WIDEST_OFFSET = timedelta(hours=14)


def read_date(text: str) -> date | FarDate | None:
    """Return `2020-02-29` as a date, or None."""
    found = DATE.fullmatch(text)
    try:
        return date_of_parts(*map(int, found.groups())) if found else None
    except ValueError:
        return None


def read_time(text: str) -> time | None:
    """Return `10:30:00`, with fraction and zone where given, or None."""
    found = TIME.fullmatch(text)
    if not found:
        return None
    hour, minute, second, fraction, zone = found.groups()
    try:
        microsecond = int((fraction or "0").ljust(6, "0")[:6])
        return time(int(hour), int(minute), int(second), microsecond, tzinfo=read_zone(zone) if zone else None)
    except ValueError:
        return None


def read_date_time(text: str) -> datetime | FarMoment | None:
    """Return `2020-02-29T10:30:00+01:00`, or midnight of a date alone, or None."""
    day, separator, clock = text.partition("T")
    read, at = read_date(day), read_time(clock) if separator else time()
    if read is None or at is None:
        return None
    return joined(read, at)


@cache
def _zones() -> frozenset[str]:
    return frozenset(zoneinfo.available_timezones())


def read_zone(text: str) -> tzinfo:
    """Return the zone of `Z`, `+01:00` or `@Europe/Warsaw`; raise ValueError for any other."""
    if text in {"Z", "z"}:
        return UTC
    if text.startswith("@"):
        if text[1:] not in _zones():
            raise ValueError(text)
        return zoneinfo.ZoneInfo(text[1:])
    hours, minutes, *seconds = map(int, text[1:].split(":"))
    offset = timedelta(hours=hours, minutes=minutes, seconds=sum(seconds))
    if minutes > 59 or sum(seconds) > 59:  # noqa: PLR2004  minutes and seconds
        raise ValueError(text)
    return zone_of(-offset if text[0] == "-" else offset)


def zone_of(offset: timedelta) -> tzinfo:
    """Return the zone with that offset from UTC; raise ValueError for one beyond 14 hours."""
    if abs(offset) > WIDEST_OFFSET:
        raise ValueError(offset)
    return timezone(offset) if offset else UTC


def read_duration(text: str) -> timedelta | YearsMonths | None:
    """Return `P1Y2M` or `P1DT2H` as the duration it is, or None; the two kinds do not mix."""
    found = MONTHS.fullmatch(text)
    if found and text[-1] != "P":
        sign, years, months = found.groups()
        total = int(years or 0) * 12 + int(months or 0)
        return YearsMonths(-total if sign else total)
    found = DAYS.fullmatch(text)
    if not found or text[-1] in "PT":
        return None
    sign, days, hours, minutes, seconds = found.groups()
    exact = Decimal(seconds or 0)
    try:
        total_time = timedelta(
            days=int(days or 0), hours=int(hours or 0), minutes=int(minutes or 0), seconds=int(exact),
            microseconds=int(exact % 1 * 1_000_000),
        )  # fmt: skip
    except OverflowError:
        return None
    return -total_time if sign else total_time


def read_temporal(text: str) -> Any:
    """Return whatever an `@"..."` stands for, or None."""
    for read in (read_date, read_duration, read_time):
        value: Any = read(text)
        if value is not None:
            return value
    return read_date_time(text) if "T" in text else None


def write_zone(value: time | datetime) -> str:
    """Return the zone as it follows a time: nothing, `Z`, `+01:00` or `@Europe/Warsaw`."""
    if value.tzinfo is None:
        return ""
    if isinstance(value.tzinfo, zoneinfo.ZoneInfo):
        return f"@{value.tzinfo.key}"
    offset = value.utcoffset()
    return time(tzinfo=timezone(offset)).isoformat()[8:] if offset else "Z"


def write_time(value: time) -> str:
    """Return the time with no more digits than needed."""
    bare = value.replace(tzinfo=None).isoformat()
    return (bare.rstrip("0") if "." in bare else bare) + write_zone(value)


def write_date_time(value: datetime) -> str:
    """Return date, `T` and time."""
    bare = value.time().isoformat()
    return f"{value.date().isoformat()}T{bare.rstrip('0') if '.' in bare else bare}{write_zone(value)}"


def write_far_moment(value: FarMoment) -> str:
    """Return date, `T` and time."""
    return f"{value.day.isoformat()}T{write_time(value.clock)}"


def write_months(value: YearsMonths) -> str:
    """Return `P1Y2M`, `-P3M`, `P0M`."""
    years, months = divmod(abs(value.months), 12)
    parts = (f"{years}Y" if years else "") + (f"{months}M" if months else "")
    return ("-" if value.months < 0 else "") + "P" + (parts or "0M")


def write_days(value: timedelta) -> str:
    """Return `P1DT2H3M4.5S`, `-PT1S`, `PT0S`."""
    size = abs(value)
    minutes, seconds = divmod(size.seconds, 60)
    hours, minutes = divmod(minutes, 60)
    fraction = f".{size.microseconds:06d}".rstrip("0") if size.microseconds else ""
    clock = (f"{hours}H" if hours else "") + (f"{minutes}M" if minutes else "")
    clock += f"{seconds}{fraction}S" if seconds or fraction else ""
    days = f"{size.days}D" if size.days else ""
    sign = "-" if value < timedelta() else ""
    return sign + ("P" + days + (f"T{clock}" if clock else "") if days or clock else "PT0S")
