"""Dates that Python's own cannot hold: years before 1 and after 9999, up to nine digits."""

from __future__ import annotations

import calendar
from dataclasses import dataclass
from datetime import MAXYEAR, MINYEAR, date, datetime, time
from typing import Any

FARTHEST = 999_999_999


@dataclass(frozen=True, slots=True, order=True)
class FarDate:
    """A date in a year beyond Python's."""

    year: int
    month: int
    day: int

    def isoformat(self) -> str:
        """Return it as FEEL writes it."""
        sign = "-" if self.year < 0 else ""
        return f"{sign}{abs(self.year):04d}-{self.month:02d}-{self.day:02d}"


@dataclass(frozen=True, slots=True)
class FarMoment:
    """A date and time in a year beyond Python's."""

    day: FarDate
    clock: time


def date_of_parts(year: int, month: int, day: int) -> date | FarDate:
    """Return the date; raise ValueError when there is none."""
    if MINYEAR <= year <= MAXYEAR:
        return date(year, month, day)
    if abs(year) > FARTHEST or month not in range(1, 13) or not 1 <= day <= month_length(year, month):
        raise ValueError(year)
    return FarDate(year, month, day)


def joined(day: date | FarDate, clock: time) -> datetime | FarMoment:
    """Return a date and time."""
    return FarMoment(day, clock) if isinstance(day, FarDate) else datetime.combine(day, clock)


def month_length(year: int, month: int) -> int:
    """Return the number of days of a month in any year."""
    return calendar.monthrange(2000 if calendar.isleap(year) else 2001, month)[1]


def place(value: Any) -> tuple[Any, ...]:
    """Return what orders dates, near and far ones alike."""
    return (value.year, value.month, value.day)
