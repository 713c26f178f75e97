"""The clock of this installation: the machine's, moved on where a demo stored by how much."""

from __future__ import annotations

import time
from datetime import datetime, timedelta
from typing import Any

from engine.clock import SystemClock
from engine.settings_table import get_setting, set_setting
from engine.unit_of_work import Database

SETTING = "clock"
KNOWN_SECONDS = 1.0
"""How long a read offset is trusted: both processes see a moved clock within a second."""


class StoredClock:
    """The machine's clock plus the stored offset; an installation without one has the machine's."""

    def __init__(self, database: Database) -> None:
        self._database = database
        self._offset = timedelta()
        self._read_at = -KNOWN_SECONDS

    def now(self) -> datetime:
        """Tell the time, UTC."""
        if time.monotonic() - self._read_at >= KNOWN_SECONDS:
            self.reload()
        return SystemClock(self._offset).now()

    def reload(self) -> None:
        """Read the offset again."""
        with self._database.reading() as session:
            stored: dict[str, Any] = get_setting(session, SETTING) or {}
        self._offset = timedelta(seconds=stored.get("offset_seconds", 0))
        self._read_at = time.monotonic()

    def move_to(self, now: datetime) -> None:
        """Store that it is `now` (UTC) from here on, for every process."""
        offset = now - SystemClock().now()
        with self._database.unit_of_work() as session:
            set_setting(session, SETTING, {"offset_seconds": offset.total_seconds()}, by="duly", now=now)
        self.reload()


def is_demo(database: Database) -> bool:
    """Say whether the clock is one that people may move."""
    with database.reading() as session:
        return get_setting(session, SETTING) is not None
