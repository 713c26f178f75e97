"""Let the decision tables choose the strategy, owner group and priority of a new case."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from sqlalchemy.orm import Session

from engine import deployments
from engine.decisions import Decision, Outcome, read_all
from engine.deployments import DECISIONS
from engine.errors import Unusable
from receivables.facts import CaseFacts, feel_variables
from receivables.opening import Chosen
from service_tasks.functions import FUNCTIONS

STRATEGY, ASSIGNMENT = "choose_strategy", "assign_case"
SHIPPED = Path(__file__).parent.parent / "processes" / "decisions"


class Choices:
    """What `receivables.opening.open_cases` asks about each new case; `version` is that of the deployed decisions."""

    def __init__(self, decisions: Mapping[str, Decision], version: int | None = None) -> None:
        missing = sorted({STRATEGY, ASSIGNMENT} - decisions.keys())
        if missing:
            raise Unusable(f"there is no decision table {' and no '.join(missing)}; add it to the shared decisions")
        self.decisions = decisions
        self._version = version

    def __call__(self, facts: CaseFacts) -> Chosen:
        """Return what the tables choose and why; raise Unusable where none of their rules fits."""
        variables = inputs(facts)
        how = self.decisions[STRATEGY].evaluate(variables)
        variables["strategy"] = strategy = _given(how, STRATEGY, "strategy", facts)
        whose = self.decisions[ASSIGNMENT].evaluate(variables)
        group, priority = (_given(whose, ASSIGNMENT, name, facts) for name in ("group", "priority"))
        because = (self._reason(STRATEGY, how), self._reason(ASSIGNMENT, whose))
        return Chosen(str(strategy), str(group), int(priority), because)

    def _reason(self, decision: str, outcome: Outcome) -> dict[str, Any]:
        return {"decision": decision, "binding": "latest", "version": self._version, **outcome.record()}


def _given(outcome: Outcome, decision: str, output: str, facts: CaseFacts) -> Any:
    value = outcome.value
    chosen = value.get(output) if isinstance(value, Mapping) else value
    if chosen is None:
        raise Unusable(f"decision {decision} gives no {output} for case {facts.number}; add a rule that fits it")
    return chosen


def inputs(facts: CaseFacts) -> dict[str, Any]:
    """Return what the tables may ask, beside the whole vocabulary (`case.…`)."""
    variables = feel_variables(facts)
    debtor = facts.debtor
    return {
        **variables,
        "debtor_type": debtor.type,
        "segment": debtor.segment,
        "country": debtor.country,
        "risk_rating": debtor.risk_rating,
        "currency": facts.currency,
        "amount": variables["case"]["balance"],
        "product": facts.product,
        "product_group": facts.product_group,
        "days_overdue": facts.days_overdue,
    }


def current_choices(session: Session) -> Choices:
    """Return the tables that are deployed now; those that come with Duly where none ever were."""
    active = deployments.active(session, DECISIONS)
    if active is None:
        return shipped_choices()
    return _read(tuple(deployments.unpacked(active.files).items()), active.version)


def shipped_choices() -> Choices:
    """Return the tables that come with Duly."""
    return _read(tuple((path.name, path.read_bytes()) for path in sorted(SHIPPED.glob("*.dmn"))))


@lru_cache(8)
def _read(files: tuple[tuple[str, bytes], ...], version: int | None = None) -> Choices:
    return Choices(read_all(dict(files), functions=FUNCTIONS), version)
