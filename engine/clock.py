"""What time it is: the only place that asks the machine."""

from __future__ import annotations

from datetime import UTC, date, datetime, time, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo


class Clock(Protocol):
    """Tell the time; always aware and in UTC."""

    def now(self) -> datetime: ...


class SystemClock:
    """The machine's clock, `offset` ahead of it (a demo's clock can be moved on)."""

    def __init__(self, offset: timedelta = timedelta()) -> None:
        self.offset = offset

    def now(self) -> datetime:
        return datetime.now(UTC) + self.offset


class VirtualClock:
    """A clock that stands still until it is set: tests, replays and rehearsals jump months with it."""

    def __init__(self, now: datetime) -> None:
        self._now = now.astimezone(UTC)

    def now(self) -> datetime:
        return self._now

    def set(self, now: datetime) -> None:
        """Put the clock to `now` (aware)."""
        self._now = now.astimezone(UTC)

    def advance(self, by: timedelta) -> None:
        """Move the clock on."""
        self._now += by


def local_date(now: datetime, zone: ZoneInfo) -> date:
    """Give the calendar day of `now` in the business time zone."""
    return now.astimezone(zone).date()


def start_of_tomorrow(now: datetime, zone: ZoneInfo) -> datetime:
    """Give the midnight after `now` in the business time zone."""
    return datetime.combine(local_date(now, zone) + timedelta(days=1), time(), zone)
