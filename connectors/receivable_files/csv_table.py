"""Read delimited text as a table: any usual delimiter, quotes, line breaks within quotes."""

import csv
import re
from collections import Counter
from collections.abc import Collection, Iterator
from contextlib import suppress
from itertools import islice

from connectors.receivable_files.formulas import unmarked
from connectors.receivable_files.table import MAX_CELL, MAX_COLUMNS, Table
from receivables.errors import UnusableFile

DELIMITERS = (";", ",", "\t", "|")
SAMPLE_ROWS = 60
STRAY = re.compile(r"(?<=\r)(?!\n)")


def csv_table(text: str, delimiter: str | None, wanted: Collection[str]) -> Table:
    """Return delimited text as a table; `wanted` are the column names that tell the delimiter."""
    found = delimiter or find_delimiter(text, wanted)
    return Table(lambda: _rows(text, found), "csv", found)


def _rows(text: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    marks = "'" in text
    for line, cells in _uncounted_rows(text, delimiter):
        if len(cells) > MAX_COLUMNS:
            raise UnusableFile(f"Line {line} has {len(cells)} columns; at most {MAX_COLUMNS} make sense")
        yield line, [unmarked(cell) for cell in cells] if marks else cells


def _uncounted_rows(text: str, delimiter: str) -> Iterator[tuple[int, list[str]]]:
    reader = csv.reader(_lines(text), delimiter=delimiter)
    csv.field_size_limit(MAX_CELL)
    line = 1
    try:
        for cells in reader:
            if not "".join(cells).isspace() and any(cells):
                yield line, cells
            line = reader.line_num + 1
    except csv.Error as error:
        raise UnusableFile(
            f"Line {line}: {error}; perhaps a quotation mark there is not closed (a cell holds at most "
            f"{MAX_CELL} characters)"
        ) from error


def _lines(text: str) -> Iterator[str]:
    """Cut text after any kind of line end, one line at a time: a StringIO would hold it four times as large."""
    start, end = 0, "\n" if "\n" in text else "\r"
    while start < len(text):
        stop = text.find(end, start) + 1 or len(text)
        line = text[start:stop]
        yield from STRAY.split(line) if "\r" in line[:-2] else (line,)
        start = stop


def find_delimiter(text: str, wanted: Collection[str]) -> str:
    """Return the delimiter whose header holds most wanted names, then the one that cuts rows most evenly."""
    names = {name.strip().casefold() for name in wanted}
    return max(DELIMITERS, key=lambda delimiter: _merit(text, delimiter, names))


def _merit(text: str, delimiter: str, names: Collection[str]) -> tuple[int, float, int]:
    sample: list[list[str]] = []
    with suppress(UnusableFile):  # what comes before a broken row tells the delimiter all the same
        sample.extend(cells for _, cells in islice(_uncounted_rows(text, delimiter), SAMPLE_ROWS))
    hits = max((sum(cell.strip().casefold() in names for cell in cells) for cells in sample), default=0)
    widths = Counter(len(cells) for cells in sample)
    width, times = max(widths.items(), key=lambda item: (item[1], item[0]), default=(0, 0))
    return hits, times / max(len(sample), 1) if width > 1 else 0, width
