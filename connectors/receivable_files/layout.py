"""Find a table's header row and which of its columns is which field."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import islice

from connectors.receivable_files.fields import nearest
from connectors.receivable_files.table import MAX_COLUMNS, TITLE_ROWS, Cell, Row, Table
from receivables.errors import UnusableFile


@dataclass(frozen=True)
class Layout:
    """Say where the header stands and at which position (from 0) each field does."""

    line: int
    header: tuple[str, ...]
    width: int
    """How many cells the header row has, nameless ones at its end included."""
    positions: Mapping[str, int]

    def rows(self, table: Table) -> Iterator[Row]:
        """Give the rows under the header."""
        for line, cells in table.rows():
            if line > self.line:
                yield line, cells


def find_layout(table: Table, columns: Mapping[str, str]) -> Layout:
    """Find the row that holds all mapped columns; raise UnusableFile naming what the nearest to it lacks."""
    top = [(line, header_of(cells), len(cells)) for line, cells in islice(table.rows(), TITLE_ROWS)]
    if not top:
        raise UnusableFile("The file holds no rows")
    wanted = {field: _clean(name) for field, name in columns.items()}
    line, header, width = max(top, key=lambda row: len(set(wanted.values()) & set(_folded(row[1]))))
    if width > MAX_COLUMNS:
        raise UnusableFile(f"The file has {width} columns; at most {MAX_COLUMNS} make sense")
    return Layout(line, header, width, _positions(header, columns))


def header_of(cells: Sequence[Cell]) -> tuple[str, ...]:
    """Return a row's cells as names of columns; empty ones at its end are dropped."""
    names = [" ".join(str(cell).strip("\ufeff").split()) for cell in cells]
    while names and not names[-1]:
        names.pop()
    return tuple(names)


def _clean(name: str) -> str:
    return " ".join(name.split()).casefold()


def _folded(header: Sequence[str]) -> list[str]:
    return [name.casefold() for name in header]


def _positions(header: Sequence[str], columns: Mapping[str, str]) -> dict[str, int]:
    missing = [name for name in columns.values() if _clean(name) not in _folded(header)]
    if missing:
        hints = ", ".join(f"{name!r}{nearest(name, filter(None, header))}" for name in missing)
        raise UnusableFile(f"The file lacks the column {hints}; it has: {', '.join(filter(None, header))[:500]}")
    return {field: _position(header, name) for field, name in columns.items()}


def _position(header: Sequence[str], name: str) -> int:
    exact = [place for place, found in enumerate(header) if found == " ".join(name.split())]
    places = exact or [place for place, found in enumerate(_folded(header)) if found == _clean(name)]
    if len(places) > 1:
        where = " and ".join(str(place + 1) for place in places)
        raise UnusableFile(f"The file has {len(places)} columns named {name!r} (columns {where}); rename all but one")
    return places[0]
