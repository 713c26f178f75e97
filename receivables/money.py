"""Count money in whole minor units of an ISO currency; never in floats."""

import re
from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation, localcontext
from functools import cache
from typing import Any

from babel import Locale
from babel.core import get_global
from babel.numbers import get_currency_precision

from receivables.errors import Refused

LETTER_BEFORE_FIGURE = re.compile(r"(?<=[^\W\d_])(?=\d)")
ROOM = 60  # digits: more than any amount that fits the ledger's 64 bits, whatever its decimals


@cache
def known_currency(code: str) -> bool:
    """Tell whether `code` is a currency's ISO 4217 code, in capitals."""
    return code in Locale("en").currencies and code in _tender()


@cache
def _tender() -> frozenset[str]:
    territories: Mapping[str, Any] = get_global("territory_currencies")
    return frozenset(code for entries in territories.values() for code, _from, _to, is_tender in entries if is_tender)


@cache
def exponent(currency: str) -> int:
    """Return the number of decimals of a currency (EUR 2, JPY 0, KWD 3); raise Refused for an unknown one."""
    if not known_currency(currency):
        raise Refused(f"{currency!r} is not a known currency; use an ISO 4217 code such as EUR")
    return int(get_currency_precision(currency))


def to_minor(amount: Decimal, currency: str) -> tuple[int, bool]:
    """Return an amount in minor units, rounded half-up (away from zero), and whether rounding changed it."""
    if not amount.is_finite():
        raise Refused(f"{amount} is not an amount of money")
    with localcontext(prec=ROOM):
        exact = amount.scaleb(exponent(currency))
        whole = exact.to_integral_value(ROUND_HALF_UP)
        return int(whole), whole != exact


def to_decimal(minor: int, currency: str) -> Decimal:
    """Return minor units as an exact decimal with the currency's decimals."""
    with localcontext(prec=ROOM):
        return Decimal(minor).scaleb(-exponent(currency))


def to_text(minor: int, currency: str) -> str:
    """Return minor units as plain text such as "123.45", as JSON carries money."""
    return f"{to_decimal(minor, currency):f}"


def to_texts(amounts: dict[str, int]) -> dict[str, str]:
    """Return minor units per currency as texts, sorted by currency."""
    return {currency: to_text(amounts[currency], currency) for currency in sorted(amounts)}


def from_text(text: str, currency: str) -> int:
    """Read "123.45" as minor units; raise Refused where it is no amount or has more decimals than the currency."""
    try:
        amount = Decimal(text.strip())
    except InvalidOperation:
        raise Refused(f"{text!r} is not an amount; write it like 1234.50") from None
    minor, rounded = to_minor(amount, currency)
    if rounded:
        raise Refused(f"{text} has more decimals than {currency} knows ({exponent(currency)})")
    return minor


def spaced(written: str) -> str:
    """Part a currency's letters from the figures behind them (PLN 12.00), as CLDR asks and Babel leaves out."""
    return LETTER_BEFORE_FIGURE.sub("\N{NO-BREAK SPACE}", written)
