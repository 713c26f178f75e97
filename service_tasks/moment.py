"""Decide at the moment of sending what may leave now, what later and what not at all; one rule for all channels."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, time
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from engine.clock import local_date
from engine.tables import OutboxRow
from receivables.calendars import next_sending_time
from receivables.case_facts import CaseFacts
from receivables.facts import load_facts
from service_tasks.asking import why_not_ask

NOT_NEEDED, UNDELIVERABLE, FIGURES_CHANGED = "not_needed", "undeliverable", "figures_changed"


@dataclass(frozen=True, slots=True)
class Ready:
    """A row that may leave now, with the facts of this moment."""

    row: OutboxRow
    facts: CaseFacts


@dataclass(slots=True)
class Sorted:
    """What came of looking at the rows; as the engine's Prepared wants it."""

    today: date
    ready: list[Ready] = field(default_factory=list)
    withdrawn: dict[int, tuple[str, str]] = field(default_factory=dict)
    postponed: dict[int, datetime] = field(default_factory=dict)


def sort_out(session: Session, rows: Sequence[OutboxRow], now: datetime, zone: ZoneInfo) -> Sorted:
    """Look at each row's case again: its balance, its debtor's hours and promise; reads a fixed number of times."""
    found = Sorted(local_date(now, zone))
    facts = load_facts(session, [row.payload["case"] for row in rows], found.today)
    for row in rows:
        case = facts.get(row.payload["case"])
        reason = why_not_ask(case) if case else "There is no such case."
        if case is None or reason:
            found.withdrawn[row.id] = (NOT_NEEDED, reason or "")
        elif (later := earliest(case, now, zone)) > now:
            found.postponed[row.id] = later
        else:
            found.ready.append(Ready(row, case))
    return found


def earliest(facts: CaseFacts, now: datetime, zone: ZoneInfo) -> datetime:
    """Return when the debtor may next be written to: at decent hours, and not while a promise of his is open."""
    promise = facts.promise
    if promise is not None and promise.judged_on > facts.today:
        now = max(now, datetime.combine(promise.judged_on, time(0), zone).astimezone(now.tzinfo))
    return next_sending_time(now, facts.debtor.country, zone)
