"""Read single cells of one column as texts, amounts or dates; what repeats is read once."""

from collections.abc import Callable, Sequence
from datetime import date, datetime
from decimal import Decimal
from math import isfinite
from typing import Generic, TypeVar

from connectors.receivable_files.dates import NO_DATE, parse_date
from connectors.receivable_files.numbers import parse_number, plain_minor
from connectors.receivable_files.table import Cell
from connectors.receivable_files.words import tidy
from receivables.money import exponent, to_minor, to_text

LARGEST = 10**15  # minor units: thousands of such amounts still add up within the ledger's 64 bits
REMEMBERED = 50_000

T = TypeVar("T")


class RowRefused(Exception):  # the field's word
    """Refuse one row; the message is the reason."""


def text_of(cell: Cell) -> str:
    """Return a cell as tidy text; whole numbers without a fraction."""
    if isinstance(cell, str):
        return tidy(cell)
    if isinstance(cell, float) and cell.is_integer():
        return str(int(cell))
    return repr(cell) if isinstance(cell, float) else str(cell)


def filled(template: str, number: str, ref: str) -> str:
    """Return a default with its placeholders filled."""
    return template.replace("{number}", number).replace("{debtor_ref}", ref)


class TextColumn(Generic[T]):
    """Read a column, or the default where it is empty or missing, through `meaning`."""

    def __init__(self, place: int | None, default: str, meaning: Callable[[str], T]) -> None:
        self._place = place
        self._default = default
        self._meaning = meaning
        self._known: dict[Cell, T] = {}

    def read(self, cells: Sequence[Cell], number: str = "", ref: str = "") -> T:
        """Return what the cell means; raise RowRefused where it must not stand."""
        cell = "" if self._place is None else cells[self._place]
        if cell in self._known:
            return self._known[cell]
        text = text_of(cell)
        if text or not self._default:
            return self._remember(cell, self._meaning(text))
        if "{" in self._default:
            return self._meaning(filled(self._default, number, ref))
        return self._remember(cell, self._meaning(tidy(self._default)))

    def _remember(self, cell: Cell, meaning: T) -> T:
        if len(self._known) > REMEMBERED:
            self._known.clear()
        self._known[cell] = meaning
        return meaning


class AmountColumn:
    """Read a column of amounts into minor units."""

    def __init__(self, name: str, place: int | None, default: str, decimal: str) -> None:
        self._name = name
        self._place = place
        self._default = default
        self._decimal = decimal

    def read(self, cells: Sequence[Cell], currency: str, *, is_credit: bool) -> tuple[int | None, int]:
        """Return an amount without its sign (None where there is none) and whether (1) or not (0) it was rounded."""
        cell = self._default if self._place is None else cells[self._place] or self._default
        if isinstance(cell, str):
            minor = plain_minor(cell, self._decimal, exponent(currency))
            if minor is not None and minor <= LARGEST:
                return minor, 0
            if not cell.strip():
                return None, 0
        return self._exact(cell, currency, is_credit=is_credit)

    def _exact(self, cell: Cell, currency: str, *, is_credit: bool) -> tuple[int, int]:
        amount = self._number(cell)
        if amount < 0 and not is_credit:
            raise RowRefused(f"{self._name} {text_of(cell)} is negative, but the row is no credit note")
        minor, rounded = to_minor(abs(amount), currency)
        if minor > LARGEST:
            raise RowRefused(f"{self._name} {text_of(cell)} is larger than {to_text(LARGEST, currency)}")
        return minor, int(rounded)

    def _number(self, cell: Cell) -> Decimal:
        if isinstance(cell, int | float) and not isinstance(cell, bool) and isfinite(cell):
            return Decimal(repr(cell))
        try:
            return parse_number(text_of(cell), self._decimal)
        except ValueError:
            raise RowRefused(f"{self._name} {text_of(cell)[:80]!r} is not readable as an amount") from None


class DateColumn(TextColumn[date | None]):
    """Read a column of dates; None where there is none."""

    def __init__(self, name: str, place: int | None, default: str, order: str | None, date_format: str | None) -> None:
        super().__init__(place, default, self._date)
        self._name = name
        self._order = order
        self._format = date_format

    def read(self, cells: Sequence[Cell], number: str = "", ref: str = "") -> date | None:
        cell = None if self._place is None else cells[self._place]
        if isinstance(cell, datetime):
            return cell.date()
        return cell if isinstance(cell, date) else super().read(cells, number, ref)

    def _date(self, text: str) -> date | None:
        if not text or NO_DATE.fullmatch(text):
            return None
        try:
            return parse_date(text, self._order, self._format)
        except (ValueError, OverflowError):
            wanted = f" as {self._format}" if self._format else " as a date"
            raise RowRefused(f"{self._name} {text[:80]!r} is not readable{wanted}") from None
