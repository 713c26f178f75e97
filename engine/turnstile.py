"""Who writes next on SQLite: people before batches, and nobody sleeps longer than the one before him needs.

SQLite lets one process write at a time; who comes second asks again after growing pauses, in no order, so that a day
run which writes batch after batch would keep a person waiting. Here a writer holds a lock on a file beside the database;
a person shows that he is there by another, and a batch lets him go first. Both are courtesy: whoever waits too long goes
on to SQLite's own lock, which alone keeps the data right.
"""

from __future__ import annotations

import os
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

try:
    import fcntl
except ImportError:  # not on this system: SQLite's own waiting is all there is
    fcntl = None  # type: ignore[assignment]

ASK_AGAIN_S = 0.0005
PATIENCE_S = 5.0  # for the one who writes
COURTESY_S = 0.25  # of a batch towards people, however many come


class Turnstile:
    """The turnstile of one database file, for all threads and processes of the machine."""

    def __init__(self, database: Path) -> None:
        self._people = Path(f"{database}-people")
        self._writer = Path(f"{database}-writer")
        self._inside = threading.local()

    @contextmanager
    def person(self) -> Iterator[None]:
        """Write as somebody for whom a person waits."""
        with self.people_first(), self._alone():
            yield

    @contextmanager
    def batch(self) -> Iterator[None]:
        """Write once no person waits to."""
        with ExitStack() as courtesy:
            _take(courtesy, self._people, exclusive=True, patience=COURTESY_S)
        with self._alone():
            yield

    @contextmanager
    def people_first(self) -> Iterator[None]:
        """Keep batches from beginning to write, over several steps for which a person waits."""
        with ExitStack() as held:
            _take(held, self._people, exclusive=False, patience=COURTESY_S)
            yield

    @contextmanager
    def _alone(self) -> Iterator[None]:
        if getattr(self._inside, "writing", False):  # this thread would wait for itself
            yield
            return
        with ExitStack() as held:
            _take(held, self._writer, exclusive=True, patience=PATIENCE_S)
            self._inside.writing = True
            held.callback(setattr, self._inside, "writing", False)
            yield


def _take(held: ExitStack, path: Path, *, exclusive: bool, patience: float) -> None:
    """Lock a file until `held` ends; give up after `patience` seconds."""
    if fcntl is None:
        return
    file = os.open(path, os.O_CREAT | os.O_RDWR, 0o600)
    held.callback(os.close, file)  # closing lets the lock go
    kind = fcntl.LOCK_EX if exclusive else fcntl.LOCK_SH
    _until(lambda: _locked(file, kind | fcntl.LOCK_NB), patience)


def _locked(file: int, kind: int) -> bool:
    try:
        fcntl.flock(file, kind)
    except BlockingIOError:
        return False
    return True


def _until(done: Callable[[], bool], patience: float) -> None:
    last = time.monotonic() + patience
    while not done() and time.monotonic() < last:
        time.sleep(ASK_AGAIN_S)
