"""Load what a batch needs to know of its fines, and name what expressions may ask."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import Row, select
from sqlalchemy.orm import Session

from engine.catalogue import Facts
from engine.clock import local_date
from service_tasks.examples.road_fine.ledger import Fine

VOCABULARY = {
    "case.amount": "number: the fine, in cents",
    "case.penalty": "number: what is added to it after sixty days, in cents",
    "case.postage": "number: what sending it cost, in cents",
    "case.paid": "number: everything that was paid, in cents",
    "case.open": "number: fine and postage less what was paid, without the penalty, in cents",
    "case.notified_on": "date: when it was notified, null before",
    "case.covered_on": "date: when the payments reached the fine's amount, null before",
    "case.appeal_pending": "boolean: an appeal to the prefecture is not answered yet",
    "case.dismissed": "boolean: an appeal was accepted",
    "today": "date: the day",
    "now": "date and time: this moment",
}
COLUMNS = Fine.__table__.columns


class FinesPort:
    """Loads fines by business key; one query for any number of them."""

    def __init__(self, zone: ZoneInfo) -> None:
        self._zone = zone

    def __call__(self, session: Session, keys: Sequence[str], now: datetime) -> Mapping[str, Facts]:
        """Return the facts of the fines among `keys`."""
        moment = {"today": local_date(now, self._zone), "now": now.astimezone(self._zone)}
        rows = session.execute(select(*COLUMNS).where(COLUMNS.key.in_(keys)))
        return {row.key: Facts({"case": _words(row), **moment}, row) for row in rows}


def _words(fine: Row[Any]) -> dict[str, Any]:
    return {**fine._asdict(), "open": fine.amount + fine.postage - fine.paid}
