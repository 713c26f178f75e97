"""Lay what the process did beside what the log says was done."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import date
from typing import Any, NamedTuple

from sqlalchemy import ColumnElement, Table, and_, case, func, select
from sqlalchemy.orm import Session

from engine.tables import Instance
from service_tasks.examples.road_fine.ledger import DISMISSED, HANDED_OVER, PAID, PENALTY, Deed, Fine
from web.replay.road_fines.log import EVENT

OPEN = "open"
OUTCOMES = (PAID, HANDED_OVER, DISMISSED, OPEN)
SETTLED = "settled"  # the stage in which nothing is owed, and nothing more is expected but a late letter
RULE = (
    "On each date on which the log hands over, every fine is handed over that was notified by the last 31 March at "
    "least six months before, on which no appeal to the prefecture is unanswered, and of which 1.00 or more is owed: "
    "fine and postage less payments, and the penalty unless the fine was paid within 63 days of its notification."
)
DEED: Table = Deed.__table__  # type: ignore[assignment]
FINE: Table = Fine.__table__  # type: ignore[assignment]


class Course(NamedTuple):
    """How one fine went, in the log or in the process: its outcome and the days of penalty and hand-over."""

    key: str
    outcome: str
    penalty_on: date | None
    handed_on: date | None


@dataclass(slots=True)
class Agreement:
    """How often both did it, or only one of them, and how often on the same day."""

    both: int = 0
    only_duly: int = 0
    only_log: int = 0
    same_date: int = 0

    def add(self, duly: date | None, log: date | None) -> None:
        """Count one fine."""
        if duly and log:
            self.both += 1
            self.same_date += duly == log
        else:
            self.only_duly += duly is not None
            self.only_log += log is not None

    @property
    def duly(self) -> int:
        return self.both + self.only_duly

    @property
    def log(self) -> int:
        return self.both + self.only_log


@dataclass(slots=True)
class PaidByThen:
    """How many had paid by the day of the penalty, that day included."""

    in_full: int = 0  # fine and postage
    in_full_on_the_day: int = 0  # of these, by a payment on the very day
    fine_alone: int = 0


@dataclass(slots=True)
class Comparison:
    """All of it, as `duly replay road-fines` tells it."""

    cases: int = 0
    duly: Counter[str] = field(default_factory=Counter)
    log: Counter[str] = field(default_factory=Counter)
    penalties: Agreement = field(default_factory=Agreement)
    collection: Agreement = field(default_factory=Agreement)
    paid_by_then: PaidByThen = field(default_factory=PaidByThen)

    def as_json(self) -> dict[str, Any]:
        """Give the figures as `--json` prints them; precision and recall are null where nothing was handed over."""
        return {
            "cases": self.cases,
            "outcomes": {name: {"duly": self.duly[name], "log": self.log[name]} for name in OUTCOMES},
            "penalties": {
                **_counts(self.penalties),
                "paid_in_full_before": self.paid_by_then.in_full,
                "paid_in_full_on_the_day": self.paid_by_then.in_full_on_the_day,
                "fine_paid_before": self.paid_by_then.fine_alone,
            },
            "collection": {
                "rule": RULE,
                "precision": _share(self.collection.both, self.collection.duly),
                "recall": _share(self.collection.both, self.collection.log),
                "both": self.collection.both,
                **_counts(self.collection),
            },
        }


def _counts(agreement: Agreement) -> dict[str, int]:
    names = ("duly", "log", "same_date", "only_duly", "only_log")
    return {name: getattr(agreement, name) for name in names}


def _share(part: int, whole: int) -> float | None:
    return round(part / whole, 4) if whole else None


def compare(session: Session) -> Comparison:
    """Compare fine by fine; holds one of them at a time."""
    found = Comparison(paid_by_then=_paid_by_then(session))
    for duly, log in courses(session):
        found.cases += 1
        found.duly[duly.outcome] += 1
        found.log[log.outcome] += 1
        found.penalties.add(duly.penalty_on, log.penalty_on)
        found.collection.add(duly.handed_on, log.handed_on)
    return found


def courses(session: Session) -> Iterator[tuple[Course, Course]]:
    """Give of each fine, by key, how it went in the process and how in the log."""
    return zip(_lived(session), _logged(session), strict=True)


def _lived(session: Session) -> Iterator[Course]:
    """Give the courses of the process by key; what is settled counts as paid or dismissed while it still rests."""

    def day_of(deed: str) -> ColumnElement[Any]:
        return func.max(case((DEED.c.deed == deed, DEED.c.day))).label(deed)

    days = (day_of(PENALTY), day_of(HANDED_OVER), day_of(PAID), day_of(DISMISSED))
    query = (
        select(FINE.c.key, FINE.c.dismissed.label("accepted"), func.max(Instance.stage).label("stage"), *days)
        .join(Instance, Instance.business_key == FINE.c.key)
        .outerjoin(DEED, DEED.c.key == FINE.c.key)
        .group_by(FINE.c.key, FINE.c.dismissed)
        .order_by(FINE.c.key)
    )
    for row in session.execute(query.execution_options(yield_per=1000)):
        done = next((name for name in (HANDED_OVER, PAID, DISMISSED) if getattr(row, name)), OPEN)
        if done == OPEN and row.stage == SETTLED:
            done = DISMISSED if row.accepted else PAID
        yield Course(row.key, done, row.penalty, row.handed_over)


def _logged(session: Session) -> Iterator[Course]:
    """Give the courses of the log by key: it names the hand-over and the accepted appeal, the rest is in its payments.

    Paid is what was neither, and of which the payments reached the fine's amount: the log then stops asking for more.
    """

    def of(kind: str, value: ColumnElement[Any]) -> ColumnElement[Any]:
        return case((EVENT.c.kind == kind, value))

    query = (
        select(
            EVENT.c.key,
            func.max(of("handed_over", EVENT.c.day)).label("handed_over"),
            func.max(of("penalty", EVENT.c.day)).label("penalty"),
            func.count(of("appeal_accepted", EVENT.c.day)).label("accepted"),
            func.coalesce(func.sum(of("paid", EVENT.c.amount)), 0).label("paid"),
            func.max(of("made", EVENT.c.amount)).label("amount"),
        )
        .group_by(EVENT.c.key)
        .order_by(EVENT.c.key)
    )
    for row in session.execute(query.execution_options(yield_per=1000)):
        settled = PAID if row.paid >= row.amount else OPEN
        done = HANDED_OVER if row.handed_over else DISMISSED if row.accepted else settled
        yield Course(row.key, done, row.penalty, row.handed_over)


def _paid_by_then(session: Session) -> PaidByThen:
    before = func.sum(case((EVENT.c.day < DEED.c.day, EVENT.c.amount), else_=0)).label("before")
    by_then = func.sum(EVENT.c.amount).label("by_then")
    paid = and_(EVENT.c.key == DEED.c.key, EVENT.c.kind == "paid", EVENT.c.day <= DEED.c.day)
    query = (
        select(FINE.c.amount, (FINE.c.amount + FINE.c.postage).label("whole"), before, by_then)
        .join(DEED, DEED.c.key == FINE.c.key)
        .join(EVENT, paid)
        .where(DEED.c.deed == PENALTY)
        .group_by(FINE.c.key, FINE.c.amount, FINE.c.postage)
    )
    counted = PaidByThen()
    for row in session.execute(query):
        counted.fine_alone += row.by_then >= row.amount
        counted.in_full += row.by_then >= row.whole
        counted.in_full_on_the_day += row.by_then >= row.whole > row.before
    return counted
