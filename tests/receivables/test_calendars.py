from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from receivables.calendars import (
    add_business_days,
    is_business_day,
    next_business_day,
    next_sending_time,
    sending_window,
)

WARSAW = ZoneInfo("Europe/Warsaw")
COUNTRIES = st.sampled_from(["PL", "SK", "US", "NZ", "DE", None, "QQ"])


@pytest.mark.parametrize(
    ("day", "country", "business"),
    [
        (date(2026, 11, 11), "PL", False),  # Independence Day
        (date(2026, 11, 11), "SK", True),
        (date(2025, 5, 8), "SK", False),
        (date(2026, 5, 8), "SK", True),  # a working day in 2026 only
        (date(2026, 11, 11), "QQ", True),
        (date(2026, 11, 14), "QQ", False),
        (date(2026, 11, 14), None, False),
    ],
)
def test_holidays_follow_country_and_year(day: date, country: str | None, *, business: bool) -> None:
    assert is_business_day(day, country) is business


def test_business_days_skip_weekends_and_holidays() -> None:
    assert add_business_days(date(2026, 5, 15), 2, "PL") == date(2026, 5, 19)
    assert add_business_days(date(2026, 11, 10), 1, "PL") == date(2026, 11, 12)
    assert add_business_days(date(2026, 5, 18), -1, "PL") == date(2026, 5, 15)
    assert next_business_day(date(2026, 5, 16), "PL") == date(2026, 5, 18)
    assert next_business_day(date(2026, 5, 18), "PL") == date(2026, 5, 18)


@given(st.dates(date(2015, 1, 1), date(2035, 1, 1)), st.integers(0, 40), COUNTRIES)
def test_counting_forth_and_back_agrees(day: date, n: int, country: str | None) -> None:
    start = next_business_day(day, country)
    assert add_business_days(add_business_days(start, n, country), -n, country) == start


def test_each_country_keeps_its_own_clock() -> None:
    assert sending_window("US").zone.key == "America/New_York"
    assert sending_window("PL").zone.key == "Europe/Warsaw"
    assert sending_window("QQ").zone.key == "UTC"
    assert sending_window(None, WARSAW).zone is WARSAW


@pytest.mark.parametrize(
    ("now", "country", "then"),
    [
        ("2026-11-12T10:00", "PL", "2026-11-12T10:00"),
        ("2026-11-12T05:00", "PL", "2026-11-12T07:00"),  # 08:00 in Warsaw
        ("2026-11-12T17:00", "PL", "2026-11-13T07:00"),  # 18:00 is too late
        ("2026-11-10T18:00", "PL", "2026-11-12T07:00"),  # over Independence Day
        ("2026-11-13T20:00", "PL", "2026-11-16T07:00"),  # over the weekend
        ("2026-11-12T08:00", "US", "2026-11-12T13:00"),  # 08:00 in New York
        ("2026-11-15T19:30", "NZ", "2026-11-15T23:00"),  # Monday there, still Sunday in Warsaw
    ],
)
def test_messages_wait_for_decent_hours(now: str, country: str, then: str) -> None:
    moment = datetime.fromisoformat(now).replace(tzinfo=UTC)
    assert next_sending_time(moment, country, WARSAW) == datetime.fromisoformat(then).replace(tzinfo=UTC)


@given(st.datetimes(datetime(2018, 1, 1), datetime(2034, 1, 1)), COUNTRIES)  # noqa: DTZ001
def test_a_sending_time_is_decent_and_stable(naive: datetime, country: str | None) -> None:
    now = naive.replace(tzinfo=UTC)
    then = next_sending_time(now, country, WARSAW)
    there = then.astimezone(sending_window(country, WARSAW).zone)
    assert now <= then < now + timedelta(days=15)
    assert is_business_day(there.date(), country)
    assert 8 <= there.hour < 18
    assert then.astimezone(WARSAW).weekday() < 5
    assert next_sending_time(then, country, WARSAW) == then
