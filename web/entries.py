"""Read what people type into plain forms: amounts and days, in the ways in which they write them."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import date
from decimal import Decimal, InvalidOperation

from flask_babel import gettext as _
from werkzeug.routing import IntegerConverter, Map

from engine.errors import InvalidForm
from receivables.money import known_currency, to_minor

THOUSANDS = re.compile(r"[\s'\u00a0\u202f]")
CENTS = 2
MOST = Decimal(10) ** 15
LARGEST = 2**31 - 1
"""The largest number that a database knows a row by; a larger one is nobody's."""


class Number(IntegerConverter):
    """A number in an address; one that no row can have leads to nothing."""

    regex = r"\d{1,10}"

    def __init__(self, url_map: Map) -> None:
        super().__init__(url_map, max=LARGEST)


def row_number(text: str) -> int:
    """Give a row's number; raise ValueError where the text is none that a row can have."""
    found = row_numbers([text])
    if not found:
        raise ValueError(text[:20])
    return found[0]


def row_numbers(texts: Iterable[str]) -> list[int]:
    """Give the rows' numbers among texts; whatever else was sent is left out."""
    short = (text for text in texts if text.isdecimal() and len(text) <= len(str(LARGEST)))
    return [number for number in map(int, short) if number <= LARGEST]


def amount_in(form: Mapping[str, str], name: str, currency: str) -> int:
    """Give an amount above zero in minor units ("1,234.50", "1 234,5"); raise InvalidForm by the field's name."""
    try:
        value = Decimal(bare_number(form.get(name, "")))
    except InvalidOperation:
        raise InvalidForm({name: _("Write an amount such as 1250.00.")}) from None
    if not value.is_finite() or not 0 < value < MOST:
        raise InvalidForm({name: _("Write an amount above zero.")})
    minor, rounded = to_minor(value, currency)
    if rounded:
        raise InvalidForm({name: _("%(currency)s has no such fractions.", currency=currency)})
    return minor


def currency_in(form: Mapping[str, str], name: str) -> str:
    """Give a currency that is one; raise InvalidForm."""
    code = form.get(name, "").strip().upper()
    if not known_currency(code):
        raise InvalidForm({name: _("Write a currency by its three letters, such as EUR.")})
    return code


def day_in(form: Mapping[str, str], name: str) -> date:
    """Give a day; raise InvalidForm where there is none."""
    found = optional_day_in(form, name)
    if found is None:
        raise InvalidForm({name: _("Choose a day.")})
    return found


def optional_day_in(form: Mapping[str, str], name: str) -> date | None:
    """Give a day, or None where the field was left empty; raise InvalidForm where it is none."""
    text = form.get(name, "").strip()
    try:
        return date.fromisoformat(text) if text else None
    except ValueError:
        raise InvalidForm({name: _("Write the day as 2026-11-27.")}) from None


def text_in(form: Mapping[str, str], name: str, why: str) -> str:
    """Give a text that says something; raise InvalidForm with `why` it is needed."""
    text = form.get(name, "").strip()
    if not text:
        raise InvalidForm({name: why})
    return text


def bare_number(text: str) -> str:
    """Turn an amount into digits with a dot; the last of a dot and a comma is the decimal sign."""
    bare = THOUSANDS.sub("", text)
    if "," in bare and "." in bare:
        thousands = "," if bare.rfind(".") > bare.rfind(",") else "."
        return bare.replace(thousands, "").replace(",", ".")
    whole, comma, rest = bare.rpartition(",")
    return f"{whole.replace(',', '')}.{rest}" if comma and len(rest) <= CENTS else bare.replace(",", "")
