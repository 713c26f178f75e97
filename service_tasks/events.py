"""Tell cases what happened to their debts: what a new day brings, what was paid, what is disputed."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import history, inbox, instances
from engine.ahead import about_to
from engine.tables import Instance
from receivables.case import Case, CaseItem
from receivables.case_facts import CaseFacts
from receivables.closing import cases_now_paid, release_paid_items
from receivables.dispute import Dispute
from receivables.facts import load_facts
from receivables.opening import Chosen, open_cases
from receivables.promise import Promise
from receivables.promises import judge_promise
from service_tasks.choosing import current_choices
from service_tasks.keys import key_of, number_of
from service_tasks.taking_over import take_over

SYSTEM = "duly"
DAY = timedelta(days=1)
ALL_DISPUTED = "Everything is disputed"
JUDGING = "judge_promise"
Choose = Callable[[CaseFacts], Chosen]


@dataclass(frozen=True, slots=True)
class DayBegun:
    """How many cases a new day concerned."""

    opened: int = 0
    paid: int = 0
    rested: int = 0
    resumed: int = 0


def begin_day(session: Session, *, today: date, now: datetime, choose: Choose | None = None) -> DayBegun:
    """Let paid items leave and cases hear of it, rest what is all disputed, open cases for what fell overdue.

    Doing it twice on a day changes nothing. `choose` is the decision tables; by default those that are deployed.
    """
    judge_forgotten(session, today=today)
    paid = settle_paid(session, today=today, now=now)
    rested, resumed = settle_disputes(session, today=today, now=now)
    opened = start_cases(session, today=today, now=now, choose=choose or current_choices(session))
    return DayBegun(len(opened), paid, rested, resumed)


def start_cases(session: Session, *, today: date, now: datetime, choose: Choose) -> list[Case]:
    """Open cases for what newly is overdue and start the strategy chosen for each; the reasons go on record."""
    because: dict[int, Sequence[Mapping[str, Any]]] = {}

    def noting(facts: CaseFacts) -> Chosen:
        chosen = choose(facts)
        because[facts.number] = chosen.because
        return chosen

    opened = open_cases(session, today, noting)
    taken_over = take_over(session, opened, today)
    for case in opened:
        key, taken = key_of(case.number), taken_over.get(case.id)
        instance = instances.start(session, key=key, strategy=case.strategy, now=now, taken_over=taken)
        for detail in because[case.number]:
            said = {"kind": "decision", "text": detail["decision"], "detail": detail}
            history.append(session, instance, who=SYSTEM, now=now, **said)
    return opened


def judge_forgotten(session: Session, *, today: date) -> int:
    """Judge promises whose time has passed; give how many were judged.

    Processes that wait at a promise judge their own on the day; what they left open is judged the day after.
    """
    waiting = select(Promise, Case.number).join(Case, Case.id == Promise.case_id)
    waiting = waiting.where(Promise.judged_on.is_(None), Promise.withdrawn_at.is_(None), Promise.promised_on < today)
    overdue = [(promise, key_of(number)) for promise, number in session.execute(waiting.order_by(Promise.id))]
    theirs = about_to(session, {key for _, key in overdue}, JUDGING)
    days = ((promise, today - DAY if key in theirs else today) for promise, key in overdue)
    return sum(judge_promise(session, promise, day) is not None for promise, day in days)


def settle_paid(session: Session, *, today: date, now: datetime) -> int:
    """Let items that owe nothing leave their cases and tell the cases that owe nothing; give how many were told."""
    release_paid_items(session, today)
    return announce_paid(session, cases_now_paid(session, today), today=today, now=now)


def announce_paid(session: Session, numbers: Iterable[int], *, today: date, now: datetime) -> int:
    """Tell cases that nothing is owed any more, once a day at most; give how many were told."""
    return sum(announce(session, "paid", number, {}, unique=today.isoformat(), now=now) for number in numbers)


def announce(
    session: Session, name: str, number: int, payload: dict[str, object], *, unique: str, now: datetime
) -> bool:
    """Put a declared message into a case's inbox; the same `unique` part a second time changes nothing."""
    key = key_of(number)
    return inbox.post(session, key=key, name=name, payload=payload, unique_key=f"{name}:{key}:{unique}", now=now)


def settle_disputes(session: Session, *, today: date, now: datetime) -> tuple[int, int]:
    """Suspend the cases of which everything is disputed, resume those of which something is owed again.

    Gives how many of each; call it also at once when a dispute is opened or closed.
    """
    resting = _resting(session)
    facts = load_facts(session, {*_disputed(session), *resting}, today)
    rest = [number for number, case in facts.items() if case.all_disputed and number not in resting]
    running = instances.views(session, [key_of(number) for number in rest])
    rest = [number for number in rest if (view := running.get(key_of(number))) and view.status in ("running", "new")]
    for number in rest:
        instances.suspend(session, key=key_of(number), by=SYSTEM, code="dispute", reason=ALL_DISPUTED, now=now)
    resume = [number for number in sorted(resting) if not (number in facts and facts[number].all_disputed)]
    for number in resume:
        instances.resume(session, key=key_of(number), by=SYSTEM, reason="No longer all disputed", now=now)
    return len(rest), len(resume)


def _resting(session: Session) -> set[int]:
    query = select(Instance.business_key).where(Instance.status == "suspended", Instance.suspend_reason == ALL_DISPUTED)
    return {number_of(key) for key in session.scalars(query)}


def _disputed(session: Session) -> set[int]:
    query = (
        select(Case.number)
        .join(CaseItem, CaseItem.case_id == Case.id)
        .join(Dispute, Dispute.receivable_id == CaseItem.receivable_id)
        .where(Case.closed_on.is_(None), CaseItem.left_on.is_(None), Dispute.closed_on.is_(None))
    )
    return set(session.scalars(query))
