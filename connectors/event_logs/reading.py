"""Open a log, whatever it is packed in, and give its events in the order of the file."""

from __future__ import annotations

import gzip
import zlib
from collections.abc import Iterator
from pathlib import Path
from typing import BinaryIO, cast

from connectors.event_logs.csv_log import csv_events
from connectors.event_logs.event import LogEvent
from connectors.event_logs.xes_log import xes_events
from engine.errors import Unusable

GZIP = b"\x1f\x8b"
BYTE_ORDER_MARK = b"\xef\xbb\xbf"


def read_events(path: Path) -> Iterator[LogEvent]:
    """Give the events of a CSV or XES log, plain or gzip; the content tells which, not the name.

    Holds one event (of XES: one case) at a time. Raises Unusable where the file cannot be read as such a log; what
    came before the fault has been given by then.
    """
    try:
        with path.open("rb") as plain:
            packed = plain.read(len(GZIP)) == GZIP
            plain.seek(0)
            stream = cast("BinaryIO", gzip.GzipFile(fileobj=plain)) if packed else plain
            yield from _events(stream, path.name)
    except (EOFError, zlib.error, gzip.BadGzipFile) as error:
        raise Unusable(f"{path.name} is broken: it cannot be unpacked to its end ({error}). Fetch it again.") from None
    except OSError as error:
        raise Unusable(f"{path} cannot be read: {error.strerror or error}.") from None


def _events(stream: BinaryIO, name: str) -> Iterator[LogEvent]:
    start = stream.read(64).removeprefix(BYTE_ORDER_MARK).lstrip()
    stream.seek(0)
    if not start:
        raise Unusable(f"{name} is empty.")
    return xes_events(stream, name) if start.startswith(b"<") else csv_events(stream, name)
