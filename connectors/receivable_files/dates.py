"""Read dates and find out in which order a file writes day and month."""

import re
from datetime import date, datetime
from functools import cache

from babel import Locale

YEARS = range(1900, 2200)
YEAR_FIRST = re.compile(r"([0-9]{4})([-/.]?)([0-9]{1,2})\2([0-9]{1,2})(?:[T ].*)?")
YEAR_LAST = re.compile(r"([0-9]{1,2})\s?([./\-\s])\s?([0-9]{1,2})\s?\2\s?([0-9]{4})(?:[T ].*)?")
SHORT_YEAR = re.compile(r"[0-9]{1,2}([./\-])[0-9]{1,2}\1[0-9]{2}")
DAY_NAMED = re.compile(r"([0-9]{1,2})[.\s\-/]*([^\W\d_]{3,})[.,\s\-/]*([0-9]{4})")
NAMED_DAY = re.compile(r"([^\W\d_]{3,})[.\s]*([0-9]{1,2}),?\s+([0-9]{4})")
NO_DATE = re.compile(r"0{4}([-./]?)0{2}\1?0{2}|0{2}([-./])0{2}\2?0{4}|-+")
LANGUAGES = ("en", "de", "pl", "sk", "cs", "fr", "es", "it", "nl", "pt")
LONGEST = 40
DAY_FIRST, MONTH_FIRST = "dmy", "mdy"
UNSETTLED, BY_CUSTOM, TWO_DIGITS, YEAR_AHEAD = "?", ".", "yy", "ymd"


def parse_date(text: str, order: str | None, date_format: str | None) -> date:
    """Read a date; `order` (dmy or mdy) settles what 3/4/2013 means. Raise ValueError where it is none."""
    if date_format:
        return _in_years(_formatted(text, date_format))
    if len(text) > LONGEST:
        raise ValueError(text)
    if found := YEAR_FIRST.fullmatch(text.removesuffix(".0")):
        return _date(found[1], found[3], found[4])
    if found := YEAR_LAST.fullmatch(text):
        return _date(found[4], *_month_and_day(found[1], found[3], order))
    if found := DAY_NAMED.fullmatch(text):
        return _date(found[3], _month(found[2]), found[1])
    if found := NAMED_DAY.fullmatch(text):
        return _date(found[3], _month(found[1]), found[2])
    raise ValueError(text)


def date_order(text: str) -> str | None:
    """Return what a date gives away: dmy, mdy, ymd, "?" for 3/4/2013, "." for 3.4.2013, "yy" for 3/4/13, else None."""
    if len(text) > LONGEST:
        return None
    if YEAR_FIRST.fullmatch(text):
        return YEAR_AHEAD
    if SHORT_YEAR.fullmatch(text):
        return TWO_DIGITS
    found = YEAR_LAST.fullmatch(text)
    if not found:
        return None
    first, second = int(found[1]), int(found[3])
    return _order(first, second, found[2])


def _month_and_day(first: str, second: str, order: str | None) -> tuple[str, str]:
    """Put month before day; raise ValueError for 3/4/2013 where nothing says which is which."""
    if order is None and _order(int(first), int(second), "/") == UNSETTLED:
        raise ValueError(f"{first} {second}")
    is_day_first = order == DAY_FIRST or (order is None and int(first) > 12)  # noqa: PLR2004
    return (second, first) if is_day_first else (first, second)


def _order(first: int, second: int, separator: str) -> str | None:
    if first == second or not (0 < min(first, second) <= 12 and max(first, second) <= 31):  # noqa: PLR2004
        return None
    if first > 12:  # noqa: PLR2004  # months in a year
        return DAY_FIRST
    if second > 12:  # noqa: PLR2004
        return MONTH_FIRST
    return BY_CUSTOM if separator == "." else UNSETTLED  # no locale writes a month first with dots


def _formatted(text: str, date_format: str) -> date:
    for candidate in (text, text.removesuffix(".0")):
        try:
            return datetime.strptime(candidate, date_format).date()  # noqa: DTZ007  # only its date is used
        except ValueError:
            continue
    raise ValueError(text)


def _date(year: str, month: str | int, day: str) -> date:
    return _in_years(date(int(year), int(month), int(day)))


def _in_years(found: date) -> date:
    if found.year not in YEARS:
        raise ValueError(found)
    return found


def _month(name: str) -> int:
    month = _months().get(name.casefold())
    if not month:
        raise ValueError(name)
    return month


@cache
def _months() -> dict[str, int]:
    """Return the month of each name in several languages; 0 where they disagree."""
    known: dict[str, int] = {}
    for language in LANGUAGES:
        months = Locale(language).months
        for context in ("format", "stand-alone"):
            for width in ("wide", "abbreviated"):
                for number, name in months[context][width].items():
                    key = name.strip(".").casefold()
                    known[key] = number if known.get(key, number) == number else 0
    return known
