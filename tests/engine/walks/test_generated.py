"""Diagrams made by chance: they go the library's way, restored after every step; they end; no message loses a token."""

from __future__ import annotations

import random
from typing import Any

import pytest

from engine.spiff.advance import Stimulus
from tests.engine.toys import MONDAY
from tests.engine.walks.corrections import CORRECTIONS
from tests.engine.walks.engines import Ours
from tests.engine.walks.generated import Generated
from tests.engine.walks.sight import open_tasks
from tests.engine.walks.walk import Walk

STEPS = 60
MOST = 2_000  # steps in which each of these diagrams ends
FEW, MANY = (*range(13), 1_029, 1_232), range(1_000, 1_400)


def walk(seed: int) -> None:
    Walk(Generated(seed).drawing(), tuple(CORRECTIONS), seed).go(STEPS)


@pytest.mark.parametrize("seed", FEW)
def test_a_random_diagram_goes_the_library_s_way(seed: int) -> None:
    walk(seed)


@pytest.mark.soak
def test_many_random_diagrams_go_the_library_s_way() -> None:
    for seed in MANY:
        walk(seed)


def run_to_the_end(seed: int) -> None:
    """Finish tasks, let time pass, send messages that are awaited or not; something must always be left to wait for."""
    chance = random.Random(seed)  # noqa: S311 - the same course every time
    engine, now = Ours(Generated(seed).drawing().xml(), MONDAY), MONDAY
    for _step in range(MOST):
        if engine.ended:
            return
        open_now = len(open_tasks(engine.restored(now)))
        assert open_now or engine.due is not None, f"seed {seed}: nothing is left to wait for"
        happened = _chosen(chance, open_now)
        if happened is None and engine.due is not None:
            now = max(now, engine.due)
        stimulus = engine.task_done(now, *happened) if isinstance(happened, tuple) else happened
        engine.step(now, stimulus)
    pytest.fail(f"seed {seed}: not ended after {MOST} steps")


def _chosen(chance: random.Random, open_now: int) -> Stimulus | tuple[int, dict[str, Any]] | None:
    drawn = chance.random()
    if drawn < 0.4:
        return Stimulus(1, chance.choice(("paid", "sent")), {})
    if open_now and drawn < 0.9:
        answer = {"go": chance.random() < 0.5, "answer": chance.choice(("yes", "no")), "number": chance.randrange(6)}
        return chance.randrange(open_now), {**answer, "stop": chance.random() < 0.6}
    return None


@pytest.mark.parametrize("seed", FEW)
def test_a_random_diagram_ends_whatever_messages_come(seed: int) -> None:
    run_to_the_end(seed)


@pytest.mark.soak
def test_many_random_diagrams_end_whatever_messages_come() -> None:
    for seed in MANY:
        run_to_the_end(seed)
