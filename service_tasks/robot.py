"""Stand in for the staff in demos, tests and rehearsals: the same case always gets the same answers.

Only what may be sent nowhere is worked on by it: whoever calls it refuses where mail leaves by SMTP.
"""

from __future__ import annotations

import hashlib
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from engine import worklist
from engine.errors import Conflict
from engine.tables import TaskRow
from receivables.case_facts import CaseFacts
from receivables.facts import load_facts
from receivables.money import to_text
from service_tasks.approval import four_eyes
from service_tasks.keys import number_of

ROBOT = "robot"
BATCH = 200
SATURDAY = 5
FEW = 500  # keys that a statement may name on every database
DAYS_TO_PAY = 7
Form = Callable[["Chance", CaseFacts], Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Chance:
    """What decides: a number from the case, the element and how often it was visited."""

    number: int
    visit: int
    today: date

    def of(self, sides: int) -> int:
        """Return a number from 0 to sides - 1."""
        return self.number % sides


@dataclass(frozen=True, slots=True)
class Waiting:
    """What the robot looks at of an open task."""

    id: int
    business_key: str
    element: str
    form: str
    role: str
    assignee: str | None
    created_at: datetime


COLUMNS = tuple(getattr(TaskRow, name) for name in Waiting.__slots__)


def work(session: Session, *, now: datetime, today: date, limit: int = BATCH) -> int:
    """Complete up to `limit` open tasks whose time has come; give how many were completed."""
    if today.weekday() >= SATURDAY:
        return 0
    tasks = [Waiting(*row) for row in session.execute(worklist.open_tasks(now).with_only_columns(*COLUMNS))]
    tasks.sort(key=lambda task: task.id)
    visits = _visits(session, {task.business_key for task in tasks})
    chosen = [(task, _chance(task, visits, today)) for task in tasks]
    ripe = [(task, chance) for task, chance in chosen if _ripe(task, chance, now)][:limit]
    facts = load_facts(session, {number_of(task.business_key) for task, _ in ripe}, today)
    return sum(_complete(session, task, chance, facts[number_of(task.business_key)], now) for task, chance in ripe)


def _complete(session: Session, task: Waiting, chance: Chance, facts: CaseFacts, now: datetime) -> bool:
    answers = FORMS[task.form](chance, facts) if task.form in FORMS else {}
    person = task.assignee or f"{ROBOT}.{task.role}"
    try:
        worklist.complete(session, task.id, by=person, result=answers, now=now, guard=four_eyes)
    except Conflict:
        return False  # the very person who edited the letter: somebody else will decide
    return True


def _visits(session: Session, keys: set[str]) -> Counter[tuple[str, str]]:
    """Count how often each element of the cases was done before."""
    query = select(TaskRow.business_key, TaskRow.element, func.count()).where(TaskRow.status == "done")
    if len(keys) <= FEW:
        query = query.where(TaskRow.business_key.in_(keys))
    found: Counter[tuple[str, str]] = Counter()
    for key, element, count in session.execute(query.group_by(TaskRow.business_key, TaskRow.element)):
        found[key, element] = count
    return found


def _chance(task: Waiting, visits: Mapping[tuple[str, str], int], today: date) -> Chance:
    visit = visits.get((task.business_key, task.element), 0)
    digest = hashlib.sha256(f"{task.business_key}|{task.element}|{visit}".encode()).digest()
    return Chance(int.from_bytes(digest[:6]), visit, today)


def _ripe(task: Waiting, chance: Chance, now: datetime) -> bool:
    """Tell whether somebody gets round to it: most at once or next day, a call sometimes too late."""
    slow = task.form == "phone_call" and chance.of(11) == 0
    wait = timedelta(days=6) if slow else timedelta(days=chance.of(2))
    return task.created_at + wait <= now


def _call(chance: Chance, facts: CaseFacts) -> dict[str, Any]:
    outcomes = ("no_answer", "promise", "will_pay_soon", "refuses", "no_answer", "promise", "refuses", "wrong_number")
    outcome = "dispute" if chance.of(41) == 0 else outcomes[chance.number // 7 % len(outcomes)]
    answers: dict[str, Any] = {"outcome": outcome, "note": f"Call {chance.visit + 1}: {outcome.replace('_', ' ')}."}
    if outcome not in ("no_answer", "wrong_number"):
        answers |= {"reached": True, "reason": ("cash_flow", "forgotten", "approval")[chance.of(3)]}
    if outcome == "promise":
        amount = facts.balance.get(facts.currency or "", 0) or 100
        promised_on = chance.today + timedelta(days=DAYS_TO_PAY)
        answers |= {"promised_on": promised_on.isoformat()}
        answers |= {"promised_amount": to_text(amount, facts.currency or "EUR")}
    return answers


def _approve(chance: Chance, _facts: CaseFacts) -> dict[str, Any]:
    if chance.visit == 0 and chance.of(12) == 0:
        return {"decision": "send_back", "comment": "Please mention our last call."}
    return {"decision": "approve"}


def _correct(_chance: Chance, facts: CaseFacts) -> dict[str, Any]:
    return {"extra_text": f"Reference: {facts.debtor.reference}", "change": "Added a line on our last call."}


def _find(_chance: Chance, _facts: CaseFacts) -> dict[str, Any]:
    return {"found": "no", "where_searched": "Contract, order, public registers."}


def _decide(chance: Chance, _facts: CaseFacts) -> dict[str, Any]:
    courses = ("keep_on", "legal", "agency", "write_off", "keep_on")
    return {"course": courses[chance.of(len(courses))], "note": "Nothing was paid after the pre-court demand."}


def _clarify(chance: Chance, _facts: CaseFacts) -> dict[str, Any]:
    return {"dispute_result": ("single", "unjustified")[chance.of(2)], "note": "Checked against the delivery note."}


FORMS: Mapping[str, Form] = {
    "phone_call": _call,
    "approve_letter": _approve,
    "correct_letter": _correct,
    "find_contact": _find,
    "decide_course": _decide,
    "clarify_dispute": _clarify,
}


def answered_forms() -> Sequence[str]:
    """Return the forms that the robot can fill in."""
    return tuple(FORMS)
