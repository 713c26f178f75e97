"""Slow down guessing: after a few failures an account or an address has to wait."""

from __future__ import annotations

import time
from collections import deque
from collections.abc import Callable
from threading import Lock

ALLOWED = 6
WINDOW_SECONDS = 300.0
KEPT = 10_000


class FailureLimit:
    """Count failures by key in this process; `wait` says how many seconds to wait, 0 when none."""

    def __init__(self, seconds: Callable[[], float] = time.monotonic) -> None:
        self._seconds = seconds
        self._failures: dict[str, deque[float]] = {}
        self._lock = Lock()

    def wait(self, key: str) -> int:
        """Say how long the key is refused: 0 unless it failed `ALLOWED` times within the window."""
        with self._lock:
            recent = self._recent(key)
            return int(recent[0] + WINDOW_SECONDS - self._seconds()) + 1 if len(recent) >= ALLOWED else 0

    def failed(self, key: str) -> None:
        """Note a failure."""
        with self._lock:
            if len(self._failures) >= KEPT:
                self._failures.clear()
            self._failures.setdefault(key, deque(maxlen=ALLOWED)).append(self._seconds())

    def succeeded(self, key: str) -> None:
        """Forget the failures of a key."""
        with self._lock:
            self._failures.pop(key, None)

    def _recent(self, key: str) -> deque[float]:
        failures = self._failures.get(key, deque())
        while failures and failures[0] < self._seconds() - WINDOW_SECONDS:
            failures.popleft()
        return failures
