"""The portfolio as of a day: what is open, how old it is, and where its cases stand. Knows no page and no command."""

from __future__ import annotations

from collections import Counter, defaultdict
from dataclasses import dataclass, field
from datetime import date
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from receivables import reports
from receivables.balance import Amounts
from receivables.money import to_minor, to_texts
from receivables.reports import Bucket
from service_tasks.stages import stage_order
from web.queries.case_list import CaseLine, case_list

STATES = ("open", "suspended", "closed")


@dataclass(slots=True)
class Standing:
    """How many open cases of a strategy stand in a stage, and what they owe in minor units."""

    strategy: str
    stage: str
    cases: int = 0
    open_amount: Amounts = field(default_factory=lambda: defaultdict(int))

    def add(self, line: CaseLine) -> None:
        """Count a case in."""
        self.cases += 1
        for currency, text in line.open_amount.items():
            self.open_amount[currency] += to_minor(Decimal(text), currency)[0]

    def as_json(self) -> dict[str, Any]:
        """Return it as `report portfolio` prints it."""
        named = {"strategy": self.strategy, "stage": self.stage, "cases": self.cases}
        return {**named, "open_amount": to_texts(self.open_amount)}


@dataclass(frozen=True, slots=True)
class Overview:
    """The portfolio of a day; amounts in minor units per currency."""

    as_of: date
    cases: dict[str, int]
    by_stage: tuple[Standing, ...]
    open_amount: Amounts
    aging: tuple[Bucket, ...]

    @property
    def overdue(self) -> Amounts:
        """Return what is past its due date."""
        return _added(bucket.open_amount for bucket in self.aging[1:])

    @property
    def in_cases(self) -> Amounts:
        """Return what the open cases owe."""
        return _added(standing.open_amount for standing in self.by_stage)


def portfolio(session: Session, as_of: date, zone: ZoneInfo) -> dict[str, Any]:
    """Return the portfolio as `report portfolio --json` prints it: money as decimal text per currency."""
    found = overview(session, as_of, zone)
    return {
        "as_of": as_of.isoformat(),
        "cases": found.cases,
        "by_stage": [standing.as_json() for standing in found.by_stage],
        "open_amount": to_texts(found.open_amount),
        "aging": [
            {"bucket": bucket.name, "items": bucket.items, "open_amount": to_texts(bucket.open_amount)}
            for bucket in found.aging
        ],
    }


def overview(session: Session, as_of: date, zone: ZoneInfo) -> Overview:
    """Sum the portfolio up as of the end of a day; the cases are those of the list of cases, to the cent."""
    ledger, lines = reports.portfolio(session, as_of), case_list(session, as_of, zone)
    counts = Counter(line.status for line in lines)
    cases = {state: counts[state] for state in STATES}
    return Overview(as_of, cases, _standings(lines), ledger.open_amount, ledger.aging)


def _standings(lines: list[CaseLine]) -> tuple[Standing, ...]:
    standings: dict[tuple[str, str], Standing] = {}
    for line in lines:
        if line.status != "closed":
            place = (line.strategy, line.stage)
            standings.setdefault(place, Standing(*place)).add(line)
    return tuple(sorted(standings.values(), key=lambda each: (each.strategy, stage_order(each.stage), each.stage)))


def _added(parts: Any) -> Amounts:
    amounts: Amounts = defaultdict(int)
    for part in parts:
        for currency, amount in part.items():
            amounts[currency] += amount
    return dict(sorted(amounts.items()))
