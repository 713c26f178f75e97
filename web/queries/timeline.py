"""Everything that happened to a case, by day, from every source that tells of it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from itertools import groupby

from sqlalchemy.orm import Session

from engine import history
from receivables.case import Case
from service_tasks.keys import key_of
from web.queries.diagrams import Diagram
from web.queries.timeline_decisions import decided
from web.queries.timeline_entry import CHIPS, Entry
from web.queries.timeline_money import disputed, paid, promised
from web.queries.timeline_record import places, recorded
from web.queries.timeline_words import letters, messages, spoken

SHOWN = 60
"""Entries before somebody asks for all."""
LAST = 1_000_000
"""The place of what the record does not tell, among what happened at the same moment."""


@dataclass(frozen=True, slots=True)
class Timeline:
    """Entries by day, the newest first; `chips` are (key, title, how many), `rest` how many are not shown."""

    days: Sequence[tuple[date, list[Entry]]]
    chips: Sequence[tuple[str, str, int]]
    chosen: str
    rest: int


def timeline(
    session: Session, case: Case, diagram: Diagram | None, *, chosen: str = "", everything: bool = False
) -> Timeline:
    """Merge the record, decisions, messages, letters, calls, notes, payments, promises and disputes of a case."""
    rows = history.read(session, key_of(case.number))
    entries = [
        *recorded(rows, diagram),
        *decided(session, rows, diagram),
        *messages(session, case),
        *letters(session, case),
        *spoken(session, case),
        *paid(session, case),
        *promised(session, case),
        *disputed(session, case),
    ]
    counts = Counter(entry.chip for entry in entries)
    chips = [(key, str(title), counts[key]) for key, title in CHIPS.items() if counts[key]]
    chosen = chosen if chosen in counts else ""
    fitting = [entry for entry in entries if not chosen or entry.chip == chosen]
    standing = places(rows)
    fitting.sort(key=lambda entry: (entry.at, entry.order or standing.get((entry.at, entry.told), LAST)), reverse=True)
    shown = fitting if everything else fitting[:SHOWN]
    days = [(day, list(group)) for day, group in groupby(shown, key=lambda entry: entry.day)]
    return Timeline(days, chips, chosen, len(fitting) - len(shown))
