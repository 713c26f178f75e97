"""Since when a case waits where it stands, read from its record: the state itself keeps only until when."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime, timedelta

from engine.tables import HistoryRow

MIGRATED = "migrated"


def waiting_since(rows: Sequence[HistoryRow], element: str, now: datetime) -> datetime | None:
    """Give when the wait at `element` began, later by what the case was suspended since; None where no row tells.

    `rows` are one process's record, oldest first. `now` is the moment up to which its running waits were moved on: of
    a suspended case, when it was suspended (or last looked at), else the present.
    """
    came = _entry(rows, element)
    if came is None:
        return None
    began = datetime.fromisoformat((came.detail or {}).get("since") or came.at.isoformat())
    return began + _frozen([row for row in rows if row.seq > came.seq], now)


def _entry(rows: Sequence[HistoryRow], element: str) -> HistoryRow | None:
    """Find the row after which the element was waited at without a break; it may have had other names before."""
    came = None
    for row in reversed(rows):
        detail = row.detail or {}
        if row.kind == MIGRATED:
            before = {new: old for old, new in detail.get("elements", {}).items()}
            element = before.get(element, element)
        elif "waiting" in detail:
            if element not in detail["waiting"]:
                break
            came = row
            if element in detail.get("path", ()):
                break  # it was passed, and entered anew
    return came


def _frozen(rows: Sequence[HistoryRow], now: datetime) -> timedelta:
    total, begun = timedelta(), None
    for row in rows:
        if row.kind == "suspended":
            begun = begun or row.at
        elif row.kind == "resumed" and begun is not None:
            total, begun = total + (row.at - begun), None
    return total if begun is None else total + max(now - begun, timedelta())
