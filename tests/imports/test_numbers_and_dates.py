from datetime import date
from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.receivable_files.dates import date_order, parse_date
from connectors.receivable_files.numbers import decimal_sign, parse_number, plain_minor

amounts = st.decimals(-(10**12), 10**12, places=2, allow_nan=False, allow_infinity=False)
days = st.dates(date(1900, 1, 1), date(2199, 12, 31))


def grouped(amount: Decimal, decimal: str, gap: str) -> str:
    return f"{amount:,.2f}".replace(",", "_").replace(".", decimal).replace("_", gap)


@given(amounts, st.sampled_from([(".", ","), (",", "."), (",", " "), (",", "\u00a0"), (".", "'"), (",", "")]))
def test_amounts_survive_every_way_of_writing(amount: Decimal, way: tuple[str, str]) -> None:
    text = grouped(amount, *way)
    assert parse_number(text, way[0]) == amount
    assert decimal_sign(text) == way[0]


@given(amounts)
def test_a_plain_amount_is_read_the_short_way_alike(amount: Decimal) -> None:
    minor = plain_minor(f"{amount:f}", ".", 2)
    assert minor is None or Decimal(minor) == amount * 100
    assert (minor is None) == (f"{amount:f}"[0] == "-")


@pytest.mark.parametrize(
    ("text", "decimal", "amount"),
    [
        ("1234.5-", ".", "-1234.5"),
        ("(1,234.50)", ".", "-1234.50"),
        ("\u2212 7", ".", "-7"),
        ("+7,5", ",", "7.5"),
        (".5", ".", "0.5"),
        ("12,34,567.80", ".", "1234567.80"),
        ("2309.7899999999995", ".", "2309.7899999999995"),
    ],
)
def test_amounts_of_other_systems_are_understood(text: str, decimal: str, amount: str) -> None:
    assert parse_number(text, decimal) == Decimal(amount)


@pytest.mark.parametrize(
    "text", ["", "abc", "1.2.3", "1,23.4", "1 23", "1e5", "NaN", "--1", ".", "9" * 50, "１２", "1_000"]
)
def test_what_is_no_amount_is_not_guessed(text: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        parse_number(text, ".")


@pytest.mark.parametrize(
    ("text", "sign"),
    [("1.234", "?"), ("1,234", "?"), ("0.123", "."), ("1234,567", ","), ("1.234.567", ","), ("12", None), ("x", None)],
)
def test_a_decimal_sign_is_told_or_left_open(text: str, sign: str | None) -> None:
    assert decimal_sign(text) == sign


@given(days, st.sampled_from(["%Y-%m-%d", "%d.%m.%Y", "%m/%d/%Y", "%Y%m%d", "%d-%b-%Y"]))
def test_dates_survive_a_given_format(day: date, date_format: str) -> None:
    assert parse_date(day.strftime(date_format), None, date_format) == day


@given(days, st.sampled_from("./-"), st.sampled_from(["dmy", "mdy"]))
def test_dates_survive_a_known_order(day: date, sign: str, order: str) -> None:
    first, second = (day.day, day.month) if order == "dmy" else (day.month, day.day)
    text = f"{first}{sign}{second}{sign}{day.year}"
    assert parse_date(text, order, None) == day
    assert date_order(text) in {order, None, "?", "."}


@pytest.mark.parametrize(
    "text",
    [
        *("2024-03-04", "2024-03-04T23:59:00Z", "2024-03-04 10:00", "20240304", "20240304.0", "2024/3/4"),
        *("4 March 2024", "4. März 2024", "04-Mar-2024", "March 4, 2024", "4 marca 2024", "4 mars 2024"),
    ],
)
def test_dates_that_say_all_need_no_order(text: str) -> None:
    assert parse_date(text, None, None) == date(2024, 3, 4)


@pytest.mark.parametrize(
    "text", ["", "3/4/2024", "2024-02-30", "31/31/2024", "41275", "0001-01-01", "9999-12-31", "soon"]
)
def test_what_is_no_date_or_unclear_is_not_guessed(text: str) -> None:
    with pytest.raises(ValueError, match=r".*"):
        parse_date(text, None, None)
