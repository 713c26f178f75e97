"""Bound what one rendering may use: steps, characters and seconds."""

from __future__ import annotations

import time
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field

from service_tasks.letters.errors import RenderingStopped

MAX_STEPS = 200_000  # loop turns: a case of 10,000 items in two tables takes 20,000
MAX_CHARACTERS = 50_000_000
MAX_SECONDS = 10.0
LOOK_AT_CLOCK_EVERY = 256


@dataclass(slots=True)
class Budget:
    """Count down what is left for one rendering; raise RenderingStopped where it is used up."""

    steps: int = MAX_STEPS
    characters: int = MAX_CHARACTERS
    seconds: float = MAX_SECONDS
    _ends: float = field(init=False)
    _until_look: int = field(init=False, default=LOOK_AT_CLOCK_EVERY)

    def __post_init__(self) -> None:
        self._ends = time.monotonic() + self.seconds

    def loop(self, sized: Iterable[object], length: int) -> Iterable[object]:
        """Charge all turns of a loop before its first one."""
        self.steps -= length
        if self.steps < 0:
            raise RenderingStopped("the template loops too often; loop over the case's items only")
        self._look()
        return sized

    def written(self, chunks: Iterable[str]) -> Iterator[str]:
        """Pass on rendered chunks as long as they fit."""
        for chunk in chunks:
            self.characters -= len(chunk)
            if self.characters < 0:
                raise RenderingStopped("the template writes too much; a letter of this size cannot be meant")
            self._until_look -= 1
            if not self._until_look:
                self._look()
            yield chunk

    def _look(self) -> None:
        self._until_look = LOOK_AT_CLOCK_EVERY
        if time.monotonic() > self._ends:
            raise RenderingStopped(f"the template did not end within {self.seconds:g} s")
