"""Record which level each item was really sent; it rides on the receipt until the delivery is final."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date
from typing import Any

from sqlalchemy import insert
from sqlalchemy.orm import Session

from engine.tables import OutboxRow
from receivables.case_facts import CaseFacts
from receivables.notice import Notice

Levels = list[list[int]]
"""Pairs of a receivable's id and the level it was sent."""


def levels_of(figures: Mapping[str, Any]) -> Levels:
    """Return the level that each item named in a message has reached with it; credit notes have none."""
    return [[item["receivable_id"], item["level"]] for item in figures["items"] if item["level"] > 0]


def carried(pairs: Iterable[tuple[OutboxRow, CaseFacts, Levels]]) -> dict[str, Any]:
    """Return what a receipt carries: for each row its case and levels."""
    return {"notices": {row.key: {"case_id": facts.case_id, "levels": levels} for row, facts, levels in pairs}}


def keep_notices(session: Session, rows: Sequence[OutboxRow], sent_on: date) -> None:
    """Record the levels of rows that have left for good."""
    found: list[dict[str, Any]] = []
    for row in rows:
        told = (row.receipt or {}).get("notices", {}).get(row.key, {"case_id": 0, "levels": []})
        sent = {"case_id": told["case_id"], "sent_on": sent_on, "key": row.key}
        found += [{**sent, "receivable_id": receivable_id, "level": level} for receivable_id, level in told["levels"]]
    if found:
        session.execute(insert(Notice), found)
