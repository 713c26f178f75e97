"""One random walk: the same things happen to both engines, and after each both are looked at."""

from __future__ import annotations

import random
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime, timedelta

from engine.spiff.advance import Stimulus
from tests.engine.toys import MONDAY, Drawing
from tests.engine.walks.engines import Known, Ours, Stock
from tests.engine.walks.sight import Sight, open_tasks

LATE = (timedelta(), timedelta(), timedelta(hours=5), timedelta(days=3))
MOST_TOKENS = 60


@dataclass
class Walk:
    """A walk through one diagram; `seed` decides everything."""

    drawing: Drawing
    corrections: tuple[str, ...]
    seed: int
    known: Known | None = None
    now: datetime = MONDAY
    story: list[str] = field(default_factory=list)

    def __post_init__(self) -> None:
        self.chance = random.Random(self.seed)  # noqa: S311 - the same walk every time
        diagram = self.drawing.xml()
        self.stock, self.ours = Stock(diagram, self.now, self.corrections), Ours(diagram, self.now, self.known)
        self.compare()

    def go(self, steps: int) -> int:
        """Walk up to `steps` steps; give how many it were before the instance ended."""
        for number in range(steps):
            sight = self.stock.look()
            if sight.ended or len(sight.tokens) > MOST_TOKENS:
                return number
            self._step(sight)
            self.compare()
        return steps

    def compare(self) -> None:
        theirs, ours = self.stock.look(), self.ours.look(self.now)
        assert (ours.tokens, ours.due, ours.ended) == (theirs.tokens, theirs.due, theirs.ended), self.told()
        assert self.ours.calls == self.stock.calls, self.told()

    def told(self) -> str:
        return f"seed {self.seed}: " + "; ".join(self.story)

    def _step(self, sight: Sight) -> None:
        chosen = self.chance.random()
        open_now = len(open_tasks(self.stock.workflow))
        if open_now and chosen < 0.55:
            self._finish(self.chance.randrange(open_now))
        elif chosen < 0.75 or sight.due is None:
            self._maybe_later(sight.due)
            self._tell(self.chance.choice(("paid", "sent")))
        else:
            self.now = max(self.now, sight.due + self.chance.choice(LATE))
            self._do("time passes", lambda _stock: None, None)

    def _maybe_later(self, due: datetime | None) -> None:
        """Now and then let a message come when a timer was overdue already."""
        if due is not None and self.chance.random() < 0.4:
            self.now = max(self.now, due + self.chance.choice(LATE))

    def _finish(self, number: int) -> None:
        answers = {
            "go": self.chance.random() < 0.5,
            "answer": self.chance.choice(("yes", "no")),
            "number": self.chance.randrange(6),
            "reply": self.chance.choice(("a", "b", "c")),
            "stop": self.chance.random() < 0.1,
        }
        stimulus = self.ours.task_done(self.now, number, answers)
        self._do(
            f"finish {number} {answers}",
            lambda stock: stock.finish(number, answers),
            stimulus,
        )

    def _tell(self, name: str) -> None:
        payload = {"amount": self.chance.randrange(100)}
        stimulus = Stimulus(1, name, payload)
        self._do(
            f"tell {name}",
            lambda stock: stock.tell(name, dict(payload)),
            stimulus,
        )

    def _do(self, what: str, stock: Callable[[Stock], None], stimulus: Stimulus | None) -> None:
        self.story.append(f"{self.now:%m-%d %H:%M} {what}")
        self.stock.step(self.now, stock)
        self.ours.step(self.now, stimulus)
