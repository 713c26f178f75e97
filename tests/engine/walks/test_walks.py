"""Duly's engine, restored after every step, goes the way of stock SpiffWorkflow that is never saved."""

from __future__ import annotations

from functools import cache
from itertools import count

import pytest

from engine.spiff.parsing import parse
from tests.engine.walks.corrections import CORRECTIONS
from tests.engine.walks.diagrams import ALL
from tests.engine.walks.engines import Known
from tests.engine.walks.walk import Walk

STEPS = 60  # of one walk, where the instance does not end before
TOGETHER = 10_000  # of all walks of the long test
PLAIN = ("forks in a loop", "around a sub-process", "some of several", "races")  # much of these can be replayed


def walked_often(name: str, corrections: tuple[str, ...]) -> int:
    return sum(walked(name, seed, corrections) for seed in range(20))


def walked(name: str, seed: int, corrections: tuple[str, ...]) -> int:
    return Walk(ALL[name][0](), corrections, seed).go(STEPS)


@cache
def known(name: str) -> Known:
    return Known(parse(ALL[name][0]().xml(), "walk.bpmn"))


def replayed(name: str, seed: int) -> tuple[int, int]:
    """Walk with what earlier walks learnt; give (steps, how many of them were replayed)."""
    walk = Walk(ALL[name][0](), ALL[name][1], seed, known(name))
    return walk.go(STEPS), walk.ours.replays


@pytest.mark.parametrize("name", ALL)
def test_a_few_walks(name: str) -> None:
    steps = sum(walked(name, seed, ALL[name][1]) for seed in range(3))
    assert steps > 0


def test_what_was_learnt_is_replayed_the_library_s_way() -> None:
    walks = [replayed(name, seed) for name in PLAIN for seed in range(12)]
    steps, replays = (sum(figures) for figures in zip(*walks, strict=True))
    assert replays > steps / 4


@pytest.mark.soak
@pytest.mark.parametrize("name", ALL)
def test_ten_thousand_steps(name: str) -> None:
    steps = 0
    for seed in count(100):
        steps += walked(name, seed, ALL[name][1]) if seed % 2 else replayed(name, seed)[0]
        if steps * len(ALL) >= TOGETHER:
            return


@pytest.mark.parametrize("correction", CORRECTIONS)
def test_no_correction_is_listed_that_is_not_needed(correction: str) -> None:
    name = next(each for each, (_drawn, allowed) in ALL.items() if allowed == (correction,))
    with pytest.raises(Exception):  # noqa: B017, PT011 - the library may differ in any way, or fail
        walked_often(name, ())
