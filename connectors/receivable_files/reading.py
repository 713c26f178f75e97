"""Read a whole file of receivables with a profile; changes nothing."""

from collections.abc import Collection, Sequence
from datetime import date
from pathlib import Path

from connectors.receivable_files.cells import RowRefused, text_of
from connectors.receivable_files.conventions import find_conventions
from connectors.receivable_files.csv_table import csv_table
from connectors.receivable_files.debtors import DebtorReader, picker
from connectors.receivable_files.layout import Layout, find_layout
from connectors.receivable_files.profile import Profile
from connectors.receivable_files.rows import RowReader
from connectors.receivable_files.table import MAX_BYTES, Cell, Row, Table
from connectors.receivable_files.text import decode
from connectors.receivable_files.xlsx_table import is_archive, xlsx_table
from receivables.errors import UnusableFile
from receivables.imports.incoming import Incoming, IncomingReceivable, RefusedRow


def read_bytes(source: Path | bytes) -> bytes:
    """Return the bytes of a file; raise UnusableFile where it cannot be read or is too large."""
    try:
        size = len(source) if isinstance(source, bytes) else source.stat().st_size
        if size > MAX_BYTES:
            raise UnusableFile(f"The file has {size >> 20} MB; at most {MAX_BYTES >> 20} MB are read, so split it")
        data = source if isinstance(source, bytes) else source.read_bytes()
    except OSError as error:
        raise UnusableFile(f"The file cannot be read: {error.strerror}") from error
    if not data.strip():
        raise UnusableFile("The file is empty")
    return data


def open_table(data: bytes, profile: Profile | None, wanted: Collection[str]) -> Table:
    """Return the file's rows, CSV or XLSX as its content tells (not its name); `wanted` columns tell the right ones."""
    if is_archive(data):
        if profile and profile.format == "csv":
            raise UnusableFile('The file is XLSX, but the profile says format = "csv"')
        return xlsx_table(data, wanted)
    text = decode(data, profile.encoding if profile else None)
    if profile and profile.format == "xlsx":
        raise UnusableFile('The file is no XLSX workbook, but the profile says format = "xlsx"')
    return csv_table(text, profile.delimiter if profile else None, wanted)


def read_file(
    data: bytes, profile: Profile, as_of: date, known_stages: Collection[str] | None = None
) -> tuple[Layout, Incoming]:
    """Read every row; raise UnusableFile where the file as a whole cannot be used.

    A row with a stage that is not among `known_stages`, where they are given, is refused.
    """
    table = open_table(data, profile, tuple(profile.columns.values()))
    layout = find_layout(table, profile.columns)
    conventions = find_conventions(table, layout, profile)
    gathering = _Gathering(layout, profile, RowReader(profile, layout, conventions, as_of, known_stages))
    for row in layout.rows(table):
        gathering.add(row)
    if not gathering.rows:
        raise UnusableFile("The file has a header but no rows")
    return layout, gathering.incoming()


class _Gathering:
    """Collect rows, refusing what is wrong and what says something else about a number already read."""

    def __init__(self, layout: Layout, profile: Profile, reader: RowReader) -> None:
        self.rows = 0
        self._layout = layout
        self._reader = reader
        self._debtors = DebtorReader(layout.positions, profile.defaults)
        self._content = picker(tuple(layout.positions.values()))
        self._receivables: dict[str, tuple[IncomingReceivable, int]] = {}
        self._refused: list[RefusedRow] = []
        self._repeated = 0

    def add(self, row: Row) -> None:
        line, cells = row
        self.rows += 1
        try:
            self._take(line, self._fitted(cells))
        except RowRefused as reason:
            number = self._reader.number(cells) or None
            self._refused.append(RefusedRow(line, number, str(reason), tuple(map(_original, cells))))

    def _take(self, line: int, cells: Sequence[Cell]) -> None:
        found = self._reader.read(line, cells)
        content = hash(self._content(cells))
        if earlier := self._receivables.get(found.number):
            if earlier[1] != content:
                raise RowRefused(f"number {found.number} stands already on line {earlier[0].line} with other content")
            self._repeated += 1
            return
        self._receivables[found.number] = found, content
        self._debtors.add(found.debtor_ref, found.number, cells)

    def _fitted(self, cells: Sequence[Cell]) -> Sequence[Cell]:
        """Return the cells under the header; empty ones beyond it are no harm."""
        width, named = self._layout.width, len(self._layout.header)
        if len(cells) == width:
            return cells
        if len(cells) >= named and not any(str(cell).strip() for cell in cells[width:]):
            return cells
        hint = "; is a quotation mark not closed?" if any("\n" in str(cell) for cell in cells) else ""
        raise RowRefused(f"{len(cells)} columns where the header has {named}{hint}")

    def incoming(self) -> Incoming:
        return Incoming(
            rows=self.rows,
            receivables=[found for found, _ in self._receivables.values()],
            debtors=self._debtors.debtors(),
            repeated=self._repeated,
            refused=self._refused,
            fields=frozenset(self._layout.positions),
            warnings=self._debtors.warnings(),
        )


def _original(cell: Cell) -> str:
    return cell if isinstance(cell, str) else text_of(cell)
