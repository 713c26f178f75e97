"""Write money, dates and countries as the debtor is used to read them."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date
from functools import cache, lru_cache
from typing import Literal

from babel import Locale, UnknownLocaleError
from babel.core import get_locale_identifier
from babel.dates import format_date
from babel.languages import get_official_languages
from babel.numbers import format_currency

from receivables.money import spaced, to_decimal

FALLBACK = "en"
REMEMBERED = 16_384  # a case's amounts and dates come back in each of its messages
COMMON_ENGLISH = "GB"  # day before month, as nearly everywhere outside North America


@dataclass(frozen=True, slots=True)
class Formats:
    """Format for one language and country; get one by `formats`."""

    locale: Locale

    def money(self, minor: int, currency: str) -> str:
        """Return minor units with the currency's sign, such as "1.234,50 €"."""
        return _money(self.locale, minor, currency)

    def day(self, day: date | None) -> str:
        """Return a date for tables, such as 15.07.2026; a dash where there is none."""
        return _day(self.locale, day, "medium") if day else "–"

    def long_day(self, day: date) -> str:
        """Return a date for running text, such as "15. Juli 2026"."""
        return _day(self.locale, day, "long")

    def country(self, code: str | None) -> str:
        """Return a country's name; the code itself where it is not known."""
        return str(self.locale.territories.get(code or "", code or ""))


@lru_cache(REMEMBERED)
def _money(locale: Locale, minor: int, currency: str) -> str:
    text = str(format_currency(to_decimal(minor, currency), currency, locale=locale))
    return spaced(text).replace("\u202f", "\xa0")  # many fonts of mail programs lack the narrow one


@lru_cache(REMEMBERED)
def _day(locale: Locale, day: date, length: Literal["medium", "long"]) -> str:
    return str(format_date(day, length, locale=locale))


@cache
def formats(language: str, country: str | None) -> Formats:
    """Return the formats of a language as a country uses it (ISO 639-1, ISO 3166 alpha-2)."""
    common = COMMON_ENGLISH if language == FALLBACK else None
    for territory in ([country] if country else []) + [common, None]:
        try:
            return Formats(Locale.parse(get_locale_identifier((language, territory, None, None))))
        except (UnknownLocaleError, ValueError):
            continue
    return formats(FALLBACK, country)


@cache
def _spoken_in(country: str) -> tuple[str, ...]:
    return tuple(get_official_languages(country, regional=False, de_facto=True))


def choose_language(language: str | None, country: str | None, available: Collection[str]) -> str:
    """Choose the debtor's language, else one his country speaks, else English; only one that templates exist for."""
    wanted = (language or "").lower().split("-")[0].split("_")[0]
    spoken = _spoken_in(country.upper()) if country else ()
    return next((each for each in (wanted, *spoken) if each in available), FALLBACK)
