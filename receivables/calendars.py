"""Know the business days and decent hours of a country; the holidays come from data that knows the years."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from functools import lru_cache
from itertools import count
from zoneinfo import ZoneInfo

import holidays
import pytz

OPENS = time(8)
CLOSES = time(18)
SATURDAY = 5
DAYS_OF_WEEK = 7
CAPITALS = {  # where the time zone database does not list the capital's (or main) zone first
    "US": "America/New_York",
    "CA": "America/Toronto",
    "AU": "Australia/Sydney",
    "BR": "America/Sao_Paulo",
    "RU": "Europe/Moscow",
    "MX": "America/Mexico_City",
    "CN": "Asia/Shanghai",
    "KZ": "Asia/Almaty",
    "ID": "Asia/Jakarta",
    "MN": "Asia/Ulaanbaatar",
    "CD": "Africa/Kinshasa",
    "PT": "Europe/Lisbon",
    "ES": "Europe/Madrid",
    "UA": "Europe/Kyiv",
    "NZ": "Pacific/Auckland",
    "CL": "America/Santiago",
    "AR": "America/Argentina/Buenos_Aires",
}


@dataclass(frozen=True, slots=True)
class SendingWindow:
    """Say from when until when, by which clock, a debtor may be written to."""

    zone: ZoneInfo
    opens: time = OPENS
    closes: time = CLOSES


@lru_cache(maxsize=1024)
def _public_holidays(country: str | None, year: int) -> frozenset[date]:
    """Return a country's public holidays of a year; none where the country or year is not known."""
    if not country:
        return frozenset()
    try:  # asking which countries are known would import the calendars of all of them
        return frozenset(holidays.country_holidays(country, years=year))
    except NotImplementedError:
        return frozenset()


def is_business_day(day: date, country: str | None) -> bool:
    """Tell whether people work on a day in a country (ISO 3166 alpha-2); an unknown country has weekends only."""
    return day.weekday() < SATURDAY and day not in _public_holidays(country, day.year)


def _days_from(day: date) -> Iterator[date]:
    return (day + timedelta(days=n) for n in count())


def next_business_day(day: date, country: str | None) -> date:
    """Return the day itself where it is a business day, else the first one after it."""
    return next(each for each in _days_from(day) if is_business_day(each, country))


def add_business_days(day: date, n: int, country: str | None) -> date:
    """Return the n-th business day after a day; for 0 the day itself, for a negative n counted back."""
    step = timedelta(days=1 if n > 0 else -1)
    left = abs(n)
    while left:
        day += step
        left -= is_business_day(day, country)
    return day


@lru_cache(maxsize=512)
def sending_window(country: str | None, fallback: ZoneInfo | None = None) -> SendingWindow:
    """Return the hours in which a country's debtors may be written to, by its main clock (else the fallback's, UTC)."""
    return SendingWindow(_zone_of(country) or fallback or ZoneInfo("UTC"))


def _zone_of(country: str | None) -> ZoneInfo | None:
    if not country:
        return None
    names = pytz.country_timezones.get(country, [])
    name = CAPITALS.get(country) or next(iter(names), None)
    return ZoneInfo(name) if name else None


def next_sending_time(now: datetime, country: str | None, business_tz: ZoneInfo) -> datetime:
    """Return the first moment from `now` (aware) on at which a debtor of a country may be written to.

    It is `now` itself where that is allowed. Never on a weekend or holiday of the debtor's country, outside its
    decent hours, nor on a weekend where the business is.
    """
    window = sending_window(country, business_tz)
    at_work = _end_of_weekend(now, business_tz)
    local = at_work.astimezone(window.zone)
    for day in _days_from(local.date()):
        moment = _first_in(day, local, window, business_tz)
        if moment is not None and is_business_day(day, country):
            return moment.astimezone(now.tzinfo)
    raise AssertionError("there is always a next business day")


def _first_in(day: date, local: datetime, window: SendingWindow, business_tz: ZoneInfo) -> datetime | None:
    """Return a day's first moment in the window, not before `local`, off the business's weekend; None if none is."""
    opens = datetime.combine(day, window.opens, window.zone)
    closes = datetime.combine(day, window.closes, window.zone)
    moment = _end_of_weekend(max(opens, local), business_tz)
    return moment if moment < closes else None


def _end_of_weekend(moment: datetime, zone: ZoneInfo) -> datetime:
    """Return the moment itself on a weekday of the zone, else the coming Monday's midnight there."""
    local = moment.astimezone(zone)
    weekday = local.weekday()
    if weekday < SATURDAY:
        return moment
    return datetime.combine(local.date() + timedelta(days=DAYS_OF_WEEK - weekday), time(0), zone)
