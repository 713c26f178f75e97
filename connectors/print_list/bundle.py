"""Pack letters for the post room; the same letters give the same bytes."""

from __future__ import annotations

import csv
import io
import re
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import UTC, datetime

import xlsxwriter

COLUMNS = ("Position", "File", "Case", "Name", "Line 1", "Line 2", "Line 3", "Line 4", "Country", "Language")
WIDTHS = (9, 34, 10, 34, 30, 30, 22, 22, 9, 10)
LINES = 4
EPOCH = (1980, 1, 1, 0, 0, 0)
NOT_IN_NAMES = re.compile(r"[^\w.-]+")
FORMULA = ("=", "+", "-", "@", "\t", "\r")


@dataclass(frozen=True, slots=True)
class PrintLetter:
    """One letter to be posted; `lines` stand below the name on the envelope, `country` is ISO 3166 alpha-2."""

    case: str
    file_name: str
    content: bytes
    name: str
    lines: tuple[str, ...]
    country: str = ""
    language: str = ""


def bundle(letters: Sequence[PrintLetter]) -> bytes:
    """Return a ZIP of the letters in their order, addresses.csv and addresses.xlsx."""
    rows = [_row(place, letter) for place, letter in enumerate(letters, 1)]
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        for row, letter in zip(rows, letters, strict=True):
            _add(archive, row[1], letter.content)
        _add(archive, "addresses.csv", _csv(rows))
        _add(archive, "addresses.xlsx", _xlsx(rows))
    return stream.getvalue()


def _row(place: int, letter: PrintLetter) -> tuple[str, ...]:
    extra = " / ".join(letter.lines[LINES - 1 :])  # nothing of an address is ever cut off
    lines = [*letter.lines[: LINES - 1], extra]
    lines += [""] * (LINES - len(lines))
    return (str(place), entry_name(place, letter), letter.case, letter.name, *lines, letter.country, letter.language)


def entry_name(place: int, letter: PrintLetter) -> str:
    """Return the name of a letter inside the ZIP: its position first, so that files sort as the list does."""
    plain = letter.file_name.replace("\\", "/").rpartition("/")[2]
    return f"{place:04}-{NOT_IN_NAMES.sub('_', plain).lstrip('.') or 'letter'}"


def _csv(rows: Sequence[Sequence[str]]) -> bytes:
    stream = io.StringIO(newline="")
    writer = csv.writer(stream)
    writer.writerow(COLUMNS)
    writer.writerows([_no_formula(cell) for cell in row] for row in rows)
    return stream.getvalue().encode("utf-8-sig")


def _no_formula(cell: str) -> str:
    """Return a cell that a spreadsheet does not run."""
    return f"'{cell}" if cell.startswith(FORMULA) else cell


def _xlsx(rows: Sequence[Sequence[str]]) -> bytes:
    stream = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(stream, options) as book:
        book.set_properties({"created": datetime(1980, 1, 1, tzinfo=UTC)})
        sheet = book.add_worksheet("Letters")
        sheet.write_row(0, 0, COLUMNS, book.add_format({"bold": True, "bottom": 1}))
        for place, width in enumerate(WIDTHS):
            sheet.set_column(place, place, width)
        for place, row in enumerate(rows, 1):
            sheet.write_row(place, 0, row)
        sheet.freeze_panes(1, 0)
        sheet.autofilter(0, 0, len(rows), len(COLUMNS) - 1)
    return stream.getvalue()


def _add(archive: zipfile.ZipFile, name: str, content: bytes) -> None:
    info = zipfile.ZipInfo(name, EPOCH)
    info.create_system = 0
    archive.writestr(info, content, zipfile.ZIP_DEFLATED)
