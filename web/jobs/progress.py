"""How far long work is: a small file, because a job may hold the database's only writer."""

from __future__ import annotations

import json
import time
from dataclasses import asdict, dataclass
from pathlib import Path

from web.settings import Settings

EVERY_SECONDS = 0.3


@dataclass(frozen=True)
class Standing:
    """What a reader sees: `done` of `total` (0 when nobody knows) and what is being done."""

    done: int = 0
    total: int = 0
    text: str = ""

    @property
    def percent(self) -> int:
        """How much of the work is done, 0 to 100."""
        return min(100 * self.done // self.total, 100) if self.total else 0


class Progress:
    """Called by the work itself: `progress(done, total, text)`; writes at most a few times a second."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._written = -EVERY_SECONDS

    def __call__(self, done: int, total: int = 0, text: str = "") -> None:
        if time.monotonic() - self._written < EVERY_SECONDS and done != total:
            return
        self._written = time.monotonic()
        draft = self._path.with_suffix(".part")
        draft.write_text(json.dumps(asdict(Standing(done, total, text))), encoding="utf-8")
        draft.replace(self._path)


def progress_file(settings: Settings, job: int) -> Path:
    """Give the file of a job's progress."""
    return settings.kept("jobs") / f"{job}.json"


def standing(settings: Settings, job: int) -> Standing:
    """Read how far a job is."""
    path = progress_file(settings, job)
    return Standing(**json.loads(path.read_text(encoding="utf-8"))) if path.exists() else Standing()
