"""Read a log from CSV: a header with case_id, activity and timestamp, then one event per row."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Sequence
from typing import BinaryIO

from connectors.event_logs.event import LogEvent
from engine.errors import Unusable

CASE, ACTIVITY, TIMESTAMP = NEEDED = ("case_id", "activity", "timestamp")
LONGEST_LINE = 100_000  # characters


def csv_events(stream: BinaryIO, name: str) -> Iterator[LogEvent]:
    """Give the events row by row; raises Unusable with the line where the file is none of the kind."""
    rows = csv.reader(_lines(stream, name), strict=True)
    try:
        header = next(rows, [])
        if missing := [column for column in NEEDED if column not in header]:
            raise Unusable(f"{name}: the header lacks the column {', '.join(map(repr, missing))}.")
        for row in rows:
            if row:
                yield _event(header, row, name, rows.line_num)
    except csv.Error as error:
        raise Unusable(f"{name}, line {rows.line_num}: {error}.") from None
    except UnicodeDecodeError:
        raise Unusable(f"{name} is no text in UTF-8, after line {rows.line_num}; save it as CSV in UTF-8.") from None


def _lines(stream: BinaryIO, name: str) -> Iterator[str]:
    """Give the lines; one without an end would otherwise fill the memory."""
    text = io.TextIOWrapper(stream, encoding="utf-8-sig", newline="")
    while line := text.readline(LONGEST_LINE):
        if len(line) == LONGEST_LINE:
            raise Unusable(f"{name} has a line of more than {LONGEST_LINE:,} characters; it is no log of events.")
        yield line


def _event(header: Sequence[str], row: Sequence[str], name: str, line: int) -> LogEvent:
    if len(row) != len(header):
        raise Unusable(f"{name}, line {line}: {len(row)} columns where the header has {len(header)}.")
    attributes = {key: value for key, value in zip(header, row, strict=True) if value}
    if missing := [column for column in NEEDED if column not in attributes]:
        raise Unusable(f"{name}, line {line}: {', '.join(map(repr, missing))} is empty.")
    case, activity, timestamp = (attributes.pop(column) for column in NEEDED)
    return LogEvent(case, activity, timestamp, attributes, f"{name}, line {line}")
