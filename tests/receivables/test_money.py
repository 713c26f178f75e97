from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from receivables.errors import Refused
from receivables.money import exponent, from_text, known_currency, spaced, to_minor, to_text, to_texts

CURRENCIES = st.sampled_from(["EUR", "PLN", "JPY", "KWD", "USD"])


@pytest.mark.parametrize(("currency", "decimals"), [("EUR", 2), ("PLN", 2), ("JPY", 0), ("KWD", 3)])
def test_each_currency_has_its_decimals(currency: str, decimals: int) -> None:
    assert exponent(currency) == decimals


@pytest.mark.parametrize("code", ["eur", "ZZZ", "", "EURO", "XXX"])
def test_what_is_no_currency_is_told(code: str) -> None:
    assert not known_currency(code)
    with pytest.raises(Refused, match="ISO 4217"):
        exponent(code)


@pytest.mark.parametrize(
    ("amount", "minor", "rounded"),
    [
        ("1.005", 101, True),
        ("1.004999", 100, True),
        ("-1.005", -101, True),
        ("1.000", 100, False),
        ("1E+3", 100_000, False),
        ("92233720368547758.074", 9_223_372_036_854_775_807, True),
    ],
)
def test_halves_are_rounded_up_and_told(amount: str, minor: int, *, rounded: bool) -> None:
    assert to_minor(Decimal(amount), "EUR") == (minor, rounded)


@pytest.mark.parametrize("amount", ["NaN", "Infinity"])
def test_no_number_is_no_money(amount: str) -> None:
    with pytest.raises(Refused, match="not an amount"):
        to_minor(Decimal(amount), "EUR")


@given(st.integers(-(2**62), 2**62), CURRENCIES)
def test_printing_and_reading_is_identity(minor: int, currency: str) -> None:
    assert from_text(to_text(minor, currency), currency) == minor


@pytest.mark.parametrize(("text", "why"), [("12,50", "write it like"), ("1.005", "more decimals than EUR")])
def test_a_bad_amount_is_refused_with_its_reason(text: str, why: str) -> None:
    with pytest.raises(Refused, match=why):
        from_text(text, "EUR")


def test_amounts_are_printed_by_currency() -> None:
    assert list(to_texts({"PLN": 5, "EUR": -1234}).items()) == [("EUR", "-12.34"), ("PLN", "0.05")]


@pytest.mark.parametrize(
    ("written", "read"),
    [
        ("PLN1.00", "PLN\N{NO-BREAK SPACE}1.00"),
        ("-CZK5", "-CZK\N{NO-BREAK SPACE}5"),
        ("€1.00", "€1.00"),
        ("5 zł", "5 zł"),
    ],
)
def test_letters_stand_apart_from_figures(written: str, read: str) -> None:
    assert spaced(written) == read
