"""Load what a batch needs to know of its cases: the one port through which the engine sees debt."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from engine.catalogue import Facts, Routing
from engine.clock import local_date
from receivables.case_facts import CaseFacts
from receivables.facts import feel_variables
from receivables.facts import load_facts as load_case_facts
from service_tasks.keys import key_of, number_of


class FactsPort:
    """Loads facts by business key as of a moment; a fixed number of queries for any number of cases."""

    def __init__(self, zone: ZoneInfo) -> None:
        self._zone = zone

    def __call__(self, session: Session, keys: Sequence[str], now: datetime) -> dict[str, Facts]:
        """Return the facts of the cases among `keys`."""
        today = local_date(now, self._zone)
        cases = load_case_facts(session, [number_of(key) for key in keys], today)
        return {key_of(number): _facts(case, now.astimezone(self._zone)) for number, case in cases.items()}


def _facts(case: CaseFacts, now: datetime) -> Facts:
    return Facts({**feel_variables(case), "now": now}, case, routing(case))


def routing(case: CaseFacts) -> dict[str, Routing]:
    """Return to whom the tasks of each role go: the owner's are his without taking them."""
    return {
        "collector": Routing(case.group_key, case.owner, case.priority),
        "supervisor": Routing(case.group_key, case.supervisor, case.priority),
    }
