"""Let the cases of a portfolio that is taken over begin at the stage to which another system had brought them."""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy.orm import Session

from engine.check.model import Diagram
from engine.check.reading import read_diagram
from engine.decisions import Decision
from engine.deployments import MAIN, active, active_strategies, unpacked
from engine.instances import TakenOver
from engine.stages import in_order, stage_of, stages_of, standing_in
from receivables.case import Case
from receivables.case_facts import CaseFacts
from receivables.facts import load_facts
from receivables.taking_over import StagedItem, keep_earlier_notices, staged_items
from service_tasks.choosing import current_choices, inputs

LEVEL = "dunning_level"


def known_stages(session: Session) -> frozenset[str] | None:
    """Return the stages of all strategies on which cases start; None where none is deployed yet."""
    diagrams = [_read(deployment.files) for deployment in active_strategies(session)]
    return frozenset(stage for diagram in diagrams for stage in stages_of(diagram)) if diagrams else None


def take_over(session: Session, cases: Sequence[Case], today: date) -> dict[int, TakenOver]:
    """Return by case id where those of the new cases begin that stood at a stage elsewhere; note what they had reached.

    A case stands at the farthest stage of its items, since the latest day on which one of them came to it.
    """
    staged = staged_items(session, {case.id for case in cases}) if cases else {}
    if not staged:
        return {}
    concerned = [case for case in cases if case.id in staged]
    facts = load_facts(session, [case.number for case in concerned], today)
    strategies = {key: _Strategy(session, key) for key in {case.strategy for case in concerned}}
    found = {}
    for case in concerned:
        strategy, items = strategies[case.strategy], staged[case.id]
        levels = [(item, strategy.level(item.stage, facts[case.number])) for item in items]
        keep_earlier_notices(session, case.id, levels, today)
        found[case.id] = strategy.standing(items, today)
    return found


class _Strategy:
    """One strategy as it is active now: its stages, and which level of demand each brings items to."""

    def __init__(self, session: Session, key: str) -> None:
        self.key = key
        deployment = active(session, key)
        self._diagram = None if deployment is None else _read(deployment.files)
        self._stages = [] if self._diagram is None else stages_of(self._diagram)
        self._decisions: Mapping[str, Decision] = current_choices(session).decisions

    def standing(self, items: Collection[StagedItem], today: date) -> TakenOver:
        """Return where a case of these items begins, or what is in the way."""
        unknown = [item for item in items if item.stage not in self._stages]
        farthest = unknown[0] if unknown else max(items, key=lambda item: self._stages.index(item.stage))
        stage = farthest.stage
        since = max(item.since or today for item in items if item.stage == stage)
        node = None if unknown or self._diagram is None else standing_in(self._diagram, stage)
        if node is not None:
            return TakenOver(stage, since, node.id)
        return TakenOver(stage, since, problem=self._problem(stage, since))

    def level(self, stage: str, facts: CaseFacts) -> int:
        """Return the level of demand that an item at this stage has reached: the highest that is asked up to it."""
        decision = self._decisions.get(LEVEL)
        if decision is None or self._diagram is None or stage not in self._stages:
            return 0
        passed = self._stages[: self._stages.index(stage) + 1]
        asked = {stage_of(node) for node in in_order(self._diagram) if node.decision == LEVEL}
        given = inputs(facts)
        found = [decision.evaluate({**given, "stage": each}).value for each in passed if each in asked]
        return max((int(_number(value)) for value in found), default=0)

    def _problem(self, stage: str, since: date) -> str:
        has = "has no such stage" if stage not in self._stages else "waits nowhere in it"
        return (
            f"The case comes from another system, where it stood at the stage {stage!r} since {since}; "
            f"the strategy {self.key!r} {has}. Move it to the step at which it stands, or try again to begin anew."
        )


def _number(value: Any) -> Any:
    return (value.get("level") if isinstance(value, Mapping) else value) or 0


def _read(files: Mapping[str, str]) -> Diagram:
    return read_diagram(unpacked({MAIN: files[MAIN]})[MAIN], MAIN)
