"""Align the tables of a plain text: cells between bars become columns; one whose first cell ends in > is set right."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import groupby

BAR = "|"
GAP = "  "
RIGHT = ">"
RULE = "─"
Row = list[str]


def lay_out(text: str) -> str:
    """Return the text with its tables aligned, no line ending in blanks and never two empty lines in a row.

    A table is a run of lines that start with a bar; a line "|-" draws a rule.
    """
    lines: list[str] = []
    for is_table, group in groupby(text.splitlines(), key=lambda line: line.startswith(BAR)):
        block = list(group)
        lines += _table(block) if is_table else [line.rstrip() for line in block]
    return "\n".join(_without_double_gaps(lines)).strip("\n") + "\n"


def _table(lines: Sequence[str]) -> list[str]:
    rows = [_cells(line) for line in lines]
    right = {place for place, cell in enumerate(rows[0]) if cell.endswith(RIGHT)}
    rows[0] = [cell.removesuffix(RIGHT).rstrip() for cell in rows[0]]
    widths = _widths(rows)
    rule = RULE * (sum(widths) + len(GAP) * (len(widths) - 1))
    return [rule if _is_rule(row) else _line(row, widths, right) for row in rows]


def _cells(line: str) -> Row:
    return [cell.strip() for cell in line.strip().strip(BAR).split(BAR)]


def _is_rule(row: Row) -> bool:
    return row == ["-"]


def _widths(rows: Sequence[Row]) -> list[int]:
    full = [row for row in rows if not _is_rule(row)]
    columns = max(len(row) for row in full)
    return [max(len(row[place]) for row in full if place < len(row)) for place in range(columns)]


def _line(row: Row, widths: Sequence[int], right: set[int]) -> str:
    cells = (
        cell.rjust(width) if place in right else cell.ljust(width)
        for place, (cell, width) in enumerate(zip(row, widths, strict=False))
    )
    return GAP.join(cells).rstrip()


def _without_double_gaps(lines: Sequence[str]) -> Iterator[str]:
    for place, line in enumerate(lines):
        if line or (place and lines[place - 1]):
            yield line
