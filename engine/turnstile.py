"""Who writes next on SQLite: people before batches.

SQLite lets one process write at a time and keeps no order among those who wait: a day run, which writes batch after
batch, would be first again and again. Here a person shows by a lock on a file beside the database that he is about to
write, and a batch does not begin before he is done. It is courtesy: a batch goes on after a while whatever it sees, and
SQLite's own lock alone keeps the data right.
"""

from __future__ import annotations

import os
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

try:
    import fcntl
except ImportError:  # not on this system: then whoever comes first is first
    fcntl = None  # type: ignore[assignment]

LOOK_AGAIN_S = 0.001
COURTESY_S = 0.25  # of a batch towards people, however many come


class Turnstile:
    """The turnstile of one database file, for all threads and processes of the machine."""

    def __init__(self, database: Path) -> None:
        self._people = Path(f"{database}-people")

    @contextmanager
    def people_first(self) -> Iterator[None]:
        """Keep batches from beginning to write while somebody does for whom a person waits."""
        if fcntl is None:
            yield
            return
        with self._opened() as file:
            _await(file, fcntl.LOCK_SH)  # a batch that looks holds it for an instant
            yield

    def let_people_pass(self) -> None:
        """Wait until no person is about to write, or for as long as is polite."""
        if fcntl is None:
            return
        with self._opened() as file:
            _await(file, fcntl.LOCK_EX)

    @contextmanager
    def _opened(self) -> Iterator[int]:
        file = os.open(self._people, os.O_CREAT | os.O_RDWR, 0o600)
        try:
            yield file
        finally:
            os.close(file)  # and with it any lock


def _await(file: int, kind: int) -> None:
    last = time.monotonic() + COURTESY_S
    while not _granted(file, kind) and time.monotonic() < last:
        time.sleep(LOOK_AGAIN_S)


def _granted(file: int, kind: int) -> bool:
    try:
        fcntl.flock(file, kind | fcntl.LOCK_NB)
    except BlockingIOError:
        return False
    return True
