"""Name the stages of the strategies that come with Duly, as people read them, in the order of a case."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Stage:
    """One stage: its title, and the level of demand that its message brings an item to (None: it sends none)."""

    key: str
    title: str
    level: int | None = None


STAGES = {
    stage.key: stage
    for stage in (
        Stage("opened", "Opened"),
        Stage("first_reminder", "First reminder", 1),
        Stage("second_reminder", "Second reminder", 2),
        Stage("phone", "Phone"),
        Stage("demand", "Demand", 3),
        Stage("precourt", "Pre-court demand", 4),
        Stage("decision", "Decision"),
        Stage("collecting", "Collecting"),
        Stage("closed", "Closed"),
    )
}


def stage_title(key: str) -> str:
    """Return a stage's title; a stage that an analyst invented is read from its key."""
    stage = STAGES.get(key)
    return stage.title if stage else key.replace("_", " ").capitalize()


def stage_order(key: str) -> int:
    """Return a number by which stages sort; unknown ones come last."""
    keys = list(STAGES)
    return keys.index(key) if key in STAGES else len(keys)
