"""Known transitions: what SpiffWorkflow did once for a shape and a stimulus is replayed for cases that stand alike.

A transition is a tree of steps. A step calls the very specification that SpiffWorkflow ran (an operator, a decision, a
gateway's conditions, a timer's expression), on the data of the token that it ran for; its outcome leads on. At the end
a leaf holds the shape that came of it, and where each of the new bindings comes from. An outcome that was
never seen, or data that are alike where they differed, end the replay: SpiffWorkflow then does the whole advance.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from types import SimpleNamespace
from typing import Any, TypeAlias

from engine.errors import BusinessError
from engine.spiff.scripting import Scripting
from engine.spiff.watching import Kind

START, TIMER = "$start", "$timer"
MAX_STEPS = 20_000  # of one deployment: what is rarer than that is left to SpiffWorkflow
Key: TypeAlias = tuple[int | None, str, Any]
"""Where a transition begins: the shape (None: a new instance), the stimulus, and which message, timers or task."""
Lineage: TypeAlias = tuple[int, tuple[int, ...]]
"""Whose data: which of the old bindings' data (-1: none), and the numbers of the steps that changed them since."""
Source: TypeAlias = tuple[str, int]
"""Where a bound value comes from: ("old", index of the old values), ("wait", step number) or ("token", number)."""


class Token:
    """What a specification is given in place of SpiffWorkflow's task: the data, and the way to the script engine."""

    __slots__ = ("data", "task_spec", "workflow")

    def __init__(self, spec: Any, data: dict[str, Any], scripting: Scripting) -> None:
        self.task_spec, self.data = spec, data
        self.workflow = SimpleNamespace(script_engine=scripting, data_objects={})


@dataclass(slots=True)
class Step:
    """One step: what is done for whose data, as which number; `after` leads on by outcome."""

    kind: Kind
    does: Callable[[Any], Any]
    spec: Any
    lineage: Lineage
    number: int
    after: dict[str, Step | Leaf] = field(default_factory=dict)

    def fresh(self) -> Step:
        """Give the same step, leading nowhere yet."""
        return replace(self, after={})


@dataclass(frozen=True, slots=True)
class Opened:
    """A person's task that began to wait: its specification and data; its token's number is its place among them."""

    spec: Any
    lineage: Lineage


@dataclass(frozen=True, slots=True)
class Leaf:
    """What comes of a transition.

    `datas` are the lineages that share each of the new data, `empty` those without any; `values` the sources of each of
    the new values; `clocks` says which of these are running timers; `closed` which old values' tasks were withdrawn.
    """

    shape: bytes | None
    taken: bool
    text: str
    path: tuple[str, ...]
    waiting: tuple[str, ...]
    steps: int
    datas: tuple[tuple[Lineage, ...], ...]
    empty: tuple[Lineage, ...]
    values: tuple[tuple[tuple[str, Source], ...], ...]
    clocks: tuple[int, ...]
    opened: tuple[Opened, ...]
    closed: tuple[int, ...]


@dataclass(slots=True)
class Replayed:
    """A replay that reached its leaf: the new data and bound values, and all data met on the way by lineage."""

    leaf: Leaf
    datas: list[dict[str, Any]]
    values: list[dict[str, Any]]
    by_lineage: Mapping[Lineage, dict[str, Any]]


class Transitions:
    """The transitions of one deployment that this process has learnt."""

    def __init__(self) -> None:
        self._first: dict[str | Key, Step | Leaf] = {}
        self._unfit: set[Key] = set()
        self._steps = 0

    def first(self, key: Key) -> Step | Leaf | None:
        """Give where the replay of a transition begins; None where it was never learnt."""
        return self._first.get(key)

    def learnable(self, key: Key) -> bool:
        """Tell whether it is worth recording this transition."""
        return key not in self._unfit and self._steps < MAX_STEPS

    def refuse(self, key: Key) -> None:
        """Leave this transition to SpiffWorkflow for good: it does what a replay cannot."""
        self._unfit.add(key)
        self._first.pop(key, None)

    def learn(self, key: Key, steps: Sequence[tuple[Step, str]], leaf: Leaf) -> None:
        """Add a course that was seen to what is known; its steps are known up to where it took another way."""
        place: dict[Any, Step | Leaf] = self._first
        at: str | Key = key
        for step, outcome in steps:
            known = place.setdefault(at, step)
            self._steps += known is step
            if isinstance(known, Leaf):
                raise TypeError(f"{key}: the same outcomes led to an end and to a step")
            place, at = known.after, outcome
        place[at] = leaf


def replay(
    first: Step | Leaf,
    datas: Sequence[dict[str, Any]],
    values: Sequence[Mapping[str, Any]],
    scripting: Scripting,
    name: str,
) -> Replayed | None:
    """Go through the steps of a transition; None where it leads to what was not seen yet.

    `datas` and `values` are the old bindings; `name` begins the names of the tokens of people's tasks.
    """
    known: dict[Lineage, dict[str, Any]] = {(number, ()): data for number, data in enumerate(datas)}
    known[-1, ()] = {}
    waits: dict[int, str] = {}
    at: Step | Leaf | None = first
    while isinstance(at, Step):
        at = at.after.get(_take(at, known, waits, scripting))
    if at is None or not _alike(at, known):
        return None
    made = [_value(bound, values, waits, name) for bound in at.values]
    return Replayed(at, [known[same[0]] for same in at.datas], made, known)


def _take(step: Step, known: dict[Lineage, dict[str, Any]], waits: dict[int, str], scripting: Scripting) -> str:
    """Do a step; give its outcome."""
    before = known[step.lineage]
    token = Token(step.spec, dict(before) if step.kind is Kind.CHANGES else before, scripting)
    try:
        given = step.does(token)
    except BusinessError as error:
        return error.code
    if step.kind is Kind.CHOOSES:
        return str(given)
    if step.kind is Kind.WAITS:
        waits[step.number] = given
    else:
        origin, numbers = step.lineage
        known[origin, (*numbers, step.number)] = token.data
    return ""


def _alike(leaf: Leaf, known: Mapping[Lineage, dict[str, Any]]) -> bool:
    """Tell whether the new data are equal, different and empty where they were when the leaf was learnt."""
    firsts = [known[same[0]] for same in leaf.datas]
    equal = (known[lineage] == first for same, first in zip(leaf.datas, firsts, strict=True) for lineage in same[1:])
    different = (one != other for number, one in enumerate(firsts) for other in firsts[:number])
    return all(firsts) and all(equal) and all(different) and not any(known[lineage] for lineage in leaf.empty)


def _value(
    bound: Sequence[tuple[str, Source]], values: Sequence[Mapping[str, Any]], waits: Mapping[int, str], name: str
) -> dict[str, Any]:
    made: dict[str, Any] = {}
    for key, (kind, number) in bound:
        if kind == "old":
            made[key] = values[number][key]
        else:
            made[key] = waits[number] if kind == "wait" else f"{name}.t{number}"
    return made
