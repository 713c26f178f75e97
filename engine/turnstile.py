"""Whose turn it is to write on SQLite, which lets one write at a time: people go first, what runs by itself gives way.

A lock file stands beside the database. Whoever waits for the writer's lock on a person's behalf holds it (shared);
what runs by itself looks whether anybody does before it writes. Nobody waits for the file, and the system frees it
when a process dies.
"""

from __future__ import annotations

import fcntl
import sqlite3
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

LOOK_AGAIN_S = 0.001
POLITE_S = 0.25  # then what runs by itself goes on all the same: work that is never done helps nobody


class Turnstile:
    """The way to the writer's lock of one file, for one process; `patience_s` is how long it is waited for."""

    def __init__(self, path: str | None, patience_s: float) -> None:
        self.gives_way, self.patience_s = False, patience_s
        self._gate = Path(f"{path}-turn") if path and path != ":memory:" else None

    def begin(self, connection: Any) -> None:
        """Begin a transaction that holds the writer's lock: an upgrade from reading to writing cannot wait, it fails.

        SQLite itself would look ever more rarely, every tenth of a second in the end: whoever writes again and again,
        as a day run does, would be first each time, and a person would wait for seconds.
        """
        file: sqlite3.Connection = connection.connection.dbapi_connection
        if self._gate and self.gives_way:
            _give_way(self._gate)
        before = file.execute("PRAGMA busy_timeout").fetchone()[0]
        file.execute("PRAGMA busy_timeout=0")
        try:
            if _is_taken(file):
                self._wait(file)
            if not file.in_transaction:
                connection.exec_driver_sql("BEGIN IMMEDIATE")  # raises as SQLAlchemy would
        finally:
            file.execute(f"PRAGMA busy_timeout={before}")

    def _wait(self, file: sqlite3.Connection) -> None:
        deadline = time.monotonic() + self.patience_s
        with _made_known(None if self.gives_way else self._gate):
            while _is_taken(file) and time.monotonic() < deadline:
                time.sleep(LOOK_AGAIN_S)


def _is_taken(file: sqlite3.Connection) -> bool:
    """Begin to write; tell whether another holds the writer's lock. Anything else is left to who looks afterwards."""
    try:
        file.execute("BEGIN IMMEDIATE")
    except sqlite3.OperationalError as refused:
        return refused.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY
    return False


@contextmanager
def _made_known(gate: Path | None) -> Iterator[None]:
    """Let those who give way know that somebody waits."""
    if gate is None:
        yield
        return
    with gate.open("a") as file:
        fcntl.flock(file, fcntl.LOCK_SH)
        yield


def _give_way(gate: Path) -> None:
    deadline = time.monotonic() + POLITE_S
    while _somebody_waits(gate) and time.monotonic() < deadline:
        time.sleep(LOOK_AGAIN_S)


def _somebody_waits(gate: Path) -> bool:
    with gate.open("a") as file:
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            return True
    return False
