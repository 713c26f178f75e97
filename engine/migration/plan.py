"""What a move to another version is: the plan, and what it means for each case and for cases that stand alike."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime
from typing import Any

from engine.errors import Unusable
from engine.spiff.parsing import Specification
from engine.spiff.transfer import Refusal

EXAMPLE = '{"strategy": KEY, "source": 1, "target": 2, "elements": {OLD: NEW}, "recompute": [ELEMENT]}'


@dataclass(frozen=True, slots=True)
class Plan:
    """Which cases move where: from version `source` of `strategy` to `target`.

    `elements` maps the ids that are other in the target; `recompute` names elements of the target whose due dates are
    computed anew (a timer's own id, or a user task's for the day by which it should be done).
    """

    strategy: str
    source: int
    target: int
    elements: Mapping[str, str] = field(default_factory=dict)
    recompute: frozenset[str] = frozenset()

    def inverted(self) -> Plan:
        """Give the way back; due dates that were computed anew stay as they then are."""
        back = {new: old for old, new in self.elements.items()}
        return Plan(self.strategy, self.target, self.source, back)

    def to_json(self) -> str:
        """Write the plan as JSON."""
        return json.dumps({**asdict(self), "recompute": sorted(self.recompute)}, indent=1, sort_keys=True)

    @classmethod
    def from_json(cls, text: str | bytes) -> Plan:
        """Read a plan; raises Unusable where it is none."""
        try:
            found = json.loads(text)
            elements = {str(old): str(new) for old, new in found.get("elements", {}).items()}
            recompute = frozenset(str(each) for each in found.get("recompute", ()))
            return cls(str(found["strategy"]), int(found["source"]), int(found["target"]), elements, recompute)
        except (ValueError, KeyError, TypeError, AttributeError) as error:
            text = (
                'a plan is JSON: {"strategy": KEY, "source": 1, "target": 2, "elements": {OLD: NEW}, "recompute": []}'
            )
            raise Unusable(f"This is no plan ({error}); {text}.") from error


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a move means for one case; where `refusals` are given, it stays as it is."""

    key: str
    status: str
    element: str
    stage: str
    due_at: datetime | None
    to_element: str = ""
    to_stage: str = ""
    to_due_at: datetime | None = None
    changes: tuple[str, ...] = ()
    refusals: tuple[Refusal, ...] = ()

    @property
    def can_move(self) -> bool:
        """Whether the case can move."""
        return not self.refusals


@dataclass(frozen=True, slots=True)
class Group:
    """Cases that stand alike and fare alike: how many, with what the first of them is told."""

    element: str
    to_element: str
    can_move: bool
    cases: int
    due_changed: int
    reasons: tuple[str, ...]
    changes: tuple[str, ...]


def grouped(outcomes: Iterable[Outcome]) -> list[Group]:
    """Count cases by where they stand, where they would, and why not; the largest group first."""
    groups: dict[tuple[Any, ...], list[Outcome]] = {}
    for each in outcomes:
        alike = (each.element, each.to_element, each.changes, tuple((r.code, r.element) for r in each.refusals))
        groups.setdefault(alike, []).append(each)
    counted = [_group(members) for members in groups.values()]
    return sorted(counted, key=lambda group: (-group.cases, group.element, group.reasons))


def _group(members: Sequence[Outcome]) -> Group:
    first = members[0]
    return Group(
        element=first.element,
        to_element=first.to_element,
        can_move=first.can_move,
        cases=len(members),
        due_changed=sum(each.can_move and each.due_at != each.to_due_at for each in members),
        reasons=tuple(refusal.message for refusal in first.refusals),
        changes=first.changes,
    )


def checked(plan: Plan, old: Specification, new: Specification) -> dict[str, str]:
    """Give the plan's element mapping; raises Unusable where it names what is not there, or one thing twice."""
    ours, theirs = old.elements(), new.elements()
    given = list(plan.elements.values())
    wrong = [
        *(f"version {plan.source} has no element {each!r}" for each in plan.elements if each not in ours),
        *(f"version {plan.target} has no element {each!r}" for each in {*given, *plan.recompute} - theirs.keys()),
        *(f"two elements become {each!r}" for each in sorted(set(given)) if given.count(each) > 1),
        *(
            f"{each!r} is taken already: it is the same element in both versions"
            for each in given
            if each in ours and each not in plan.elements
        ),
    ]
    if plan.source == plan.target:
        wrong.append("the two versions are the same")
    if wrong:
        raise Unusable(f"The plan cannot be used: {'; '.join(sorted(wrong))}.")
    return {before: after for before, after in plan.elements.items() if before != after}
