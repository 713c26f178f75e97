"""How a run of SpiffWorkflow is watched: the kinds of steps, who is told of them, and the marks in a task's data."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from enum import Enum
from typing import Any, Protocol

from SpiffWorkflow.task import Task

MARK = "\0"  # begins the names that a recording puts into a task's data: no expression can say them


class Kind(Enum):
    """What a step does with its token's data."""

    CHANGES = "changes"  # an operator, a decision, a person's answers
    CHOOSES = "chooses"  # a gateway
    WAITS = "waits"  # a timer, computing when it is due


class Watching(Protocol):
    """Who is told of each step that is done."""

    def note(self, kind: Kind, does: Callable[[Any], Any], task: Task, outcome: str = "") -> None: ...


class Intervening(Protocol):
    """Who may have something else done than what is drawn."""

    def takes(self, task: Task) -> bool: ...

    def passes(self, task: Task, element: str) -> bool: ...


def unmarked(data: Mapping[str, Any]) -> dict[str, Any]:
    """Give a task's data without the marks of a recording."""
    return {key: value for key, value in data.items() if key[:1] != MARK}
