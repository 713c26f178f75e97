"""Say what a table of cells is, CSV and XLSX alike; knows no fields."""

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

MAX_BYTES = 256 * 1024 * 1024
MAX_COLUMNS = 1_000
MAX_CELL = 32_767  # characters: what a spreadsheet's cell can hold
TITLE_ROWS = 20  # a header is looked for under that many rows of titles

Cell = str | int | float | bool | date | datetime | time | timedelta
Row = tuple[int, Sequence[Cell]]
"""A row's line number, counted from 1 as an editor or spreadsheet shows it, and its cells."""


@dataclass(frozen=True)
class Table:
    """Give the rows of a file, blank ones left out, as often as they are asked for."""

    rows: Callable[[], Iterator[Row]]
    format: str
    delimiter: str | None = None


def is_blank(cells: Sequence[Cell]) -> bool:
    """Tell whether a row holds nothing."""
    return not any(cell != "" and not str(cell).isspace() for cell in cells)
