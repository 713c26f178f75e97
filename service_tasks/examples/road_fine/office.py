"""The office at work: what happens to fines enters the ledger, and their processes hear of it, in one transaction."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import BindParameter, Table, Update, bindparam, case, insert, select, update
from sqlalchemy.orm import Session

from engine import inbox, instances
from engine.tables import Instance
from service_tasks.examples.road_fine.catalogue import APPEAL, COLLECTION_DAY, NOTIFIED, PAYMENT, SENT
from service_tasks.examples.road_fine.ledger import Fine

STRATEGY = "road_fine"
AFTER_PENALTY = "penalty"  # the stage in which fines wait for the day of collection
MOST_AT_ONCE = 5_000
FINE: Table = Fine.__table__  # type: ignore[assignment]


@dataclass(frozen=True, slots=True)
class Happening:
    """Something that happened to a fine from outside; `number` makes it unique, `amount` is in cents."""

    number: int
    key: str
    kind: str
    amount: int = 0
    penalty: int = 0


def _change(**values: Any) -> Update:
    return update(FINE).where(FINE.c.key == bindparam("b_key")).values(values)


AMOUNT: BindParameter[int] = bindparam("b_amount")
DAY: BindParameter[date] = bindparam("b_day")
REACHED = FINE.c.covered_on.is_(None) & (FINE.c.paid + AMOUNT >= FINE.c.amount)
BOOKED: Mapping[str, Update] = {
    "sent": _change(postage=AMOUNT),
    "notified": _change(notified_on=DAY),
    "paid": _change(paid=FINE.c.paid + AMOUNT, covered_on=case((REACHED, DAY), else_=FINE.c.covered_on)),
    "appeal_lodged": _change(appeal_pending=True),
    "appeal_accepted": _change(dismissed=True),
    "appeal_rejected": _change(appeal_pending=False),
}


def take_in(session: Session, happenings: Sequence[Happening], *, day: date, now: datetime) -> None:
    """Book a day's happenings and tell the processes, in the order given; a fine that was made begins its process."""
    made = [each for each in happenings if each.kind == "made"]
    if made:
        rows = [{"key": each.key, "amount": each.amount, "penalty": each.penalty} for each in made]
        session.execute(insert(Fine), rows)
        instances.start_many(session, keys=[each.key for each in made], strategy=STRATEGY, now=now)
    for kind, statement in BOOKED.items():
        if rows := [_values(each, day) for each in happenings if each.kind == kind]:
            session.connection().execute(statement, rows)
    inbox.post_all(session, [_message(each, now) for each in happenings if each.kind in BOOKED])


def _values(each: Happening, day: date) -> dict[str, Any]:
    return {"b_key": each.key, "b_amount": each.amount, "b_day": day}


def _message(each: Happening, now: datetime) -> dict[str, Any]:
    name, payload = _told(each)
    return _row(each.key, name, payload, f"event:{each.number}", now)


def _told(each: Happening) -> tuple[str, dict[str, Any]]:
    if each.kind == "sent":
        return SENT, {"postage": each.amount}
    if each.kind == "notified":
        return NOTIFIED, {}
    if each.kind == "paid":
        return PAYMENT, {"amount": each.amount}
    return APPEAL, {"step": each.kind.removeprefix("appeal_")}


def _row(key: str, name: str, payload: Mapping[str, Any], unique_key: str, now: datetime) -> dict[str, Any]:
    row = {"business_key": key, "name": name, "payload": payload, "unique_key": unique_key}
    return {**row, "at": now, "not_before": now}


def call_collection_day(session: Session, *, day: date, now: datetime) -> int:
    """Tell every fine that waits after its penalty that fines are handed over today; give how many were told."""
    waiting = (Instance.status == "running", Instance.stage == AFTER_PENALTY)
    keys = session.scalars(select(Instance.business_key).where(*waiting).order_by(Instance.id)).all()
    for start in range(0, len(keys), MOST_AT_ONCE):
        some = keys[start : start + MOST_AT_ONCE]
        inbox.post_all(session, [_row(key, COLLECTION_DAY, {}, f"{COLLECTION_DAY}:{day}:{key}", now) for key in some])
    return len(keys)
