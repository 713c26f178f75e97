"""Open cases for what is overdue, and let new overdue items join the open ones; set-based, once a day."""

from collections import Counter, defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Row, Select, Subquery, case, exists, func, insert, or_, select
from sqlalchemy.orm import Session

from receivables.balance import open_amount_query
from receivables.case import Case, CaseItem
from receivables.debtor import Debtor
from receivables.dispute import Dispute
from receivables.errors import Refused
from receivables.facts import CaseFacts, load_facts
from receivables.product import Product, ProductGroup
from receivables.receivable import Receivable
from receivables.staffing import read_workload

NO_ACTION = "no_action"
PAID = "paid"
OUTGROWN = "outgrown"
"""The case's strategy fits no longer: its items go at once into a new case, whose strategy is chosen anew."""
HIGHEST_PRIORITY = 100

Place = tuple[int, int]
"""A debtor's id and a case group's id: where at most one case is open."""


@dataclass(frozen=True, slots=True)
class Chosen:
    """Say what the decision tables chose for a new case."""

    strategy: str
    group_key: str | None
    priority: int
    because: tuple[Mapping[str, Any], ...] = ()
    """For the record, what each table was asked and answered."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """Carry an item that no open case holds."""

    receivable_id: int
    place: Place
    debtor_ref: str
    currency: str
    open: int
    overdue: bool
    """It demands payment, where a credit note only lowers what is demanded."""
    rests: str | None
    """The outcome of the closed case that it stays out because of; None where nothing holds it back."""


def open_cases(session: Session, today: date, choose: Callable[[CaseFacts], Chosen]) -> list[Case]:
    """Open a case for each debtor and case group that newly owes something overdue; return them by number.

    Overdue means beyond the grace days of its product group and not disputed. Credit notes join and are netted: who
    owes nothing on balance gets no case. Items of a case closed as `no_action` stay out until a new item is overdue
    or a person brings them back; those of one closed as `outgrown` do not; those of any other closed case that was
    not paid wait for a person. New overdue items of a debtor with an open case join it. `choose` is asked once per new
    case.
    """
    by_place: dict[Place, list[Candidate]] = defaultdict(list)
    for item in _candidates(session, today):
        by_place[item.place].append(item)
    held = {place: case_id for place, case_id in _open_cases(session).items() if place in by_place}
    starting = {place: items for place, items in by_place.items() if place not in held and _starts(items)}
    cases = _new_cases(session, starting, today)
    case_ids = held | {(case.debtor_id, case.case_group_id): case.id for case in cases}
    _join(session, [(case_id, item) for place, case_id in case_ids.items() for item in by_place[place]], today)
    _staff(session, cases, today, choose)
    return cases


def _candidates(session: Session, today: date) -> list[Candidate]:
    """Return what no open case holds and may join one: what is overdue, and credit notes to be netted."""
    rows = session.execute(_candidate_query(today))
    return [_candidate(row) for row in rows if row.kind == "credit_note" or _late(row, today)]


def _late(row: Row[*tuple[Any, ...]], today: date) -> bool:
    return bool(row.due_date) and today > row.due_date + timedelta(days=row.grace_days)


def _candidate(row: Row[*tuple[Any, ...]]) -> Candidate:
    place = (row.debtor_id, row.case_group_id)
    return Candidate(row.id, place, row.reference, row.currency, row.open, row.kind == "invoice", row.rests)


def _candidate_query(today: date) -> Select[*tuple[Any, ...]]:
    resting = _resting()
    given_up = select(resting.c.receivable_id).where(resting.c.outcome != NO_ACTION)
    free = (
        select(Receivable.id)
        .where(Receivable.id.not_in(given_up))
        .where(or_(Receivable.due_date < today, Receivable.kind == "credit_note"))
        .where(~exists().where(CaseItem.receivable_id == Receivable.id, CaseItem.left_on.is_(None)))
        .where(~exists().where(Dispute.receivable_id == Receivable.id, Dispute.closed_on.is_(None)))
    )
    amounts = open_amount_query(today, free)
    return (
        select(
            Receivable.id,
            Receivable.debtor_id,
            Receivable.kind,
            Receivable.due_date,
            Receivable.currency,
            Debtor.reference,
            ProductGroup.case_group_id,
            ProductGroup.grace_days,
            amounts.c.open,
            resting.c.outcome.label("rests"),
        )
        .join(amounts, amounts.c.receivable_id == Receivable.id)
        .join(Debtor, Debtor.id == Receivable.debtor_id)
        .join(Product, Product.id == Receivable.product_id)
        .join(ProductGroup, ProductGroup.id == Product.product_group_id)
        .outerjoin(resting, resting.c.receivable_id == Receivable.id)
        .where(case((Receivable.kind == "credit_note", amounts.c.open < 0), else_=amounts.c.open > 0))
        .order_by(Receivable.due_date, Receivable.id)
    )


def _resting() -> Subquery:
    """Select the items whose last case was closed unpaid, neither outgrown nor brought back, with its outcome."""
    last = select(func.max(CaseItem.id)).group_by(CaseItem.receivable_id)
    return (
        select(CaseItem.receivable_id, Case.outcome)
        .join(Case, Case.id == CaseItem.case_id)
        .where(CaseItem.id.in_(last), Case.closed_on.is_not(None), Case.brought_back_on.is_(None))
        .where(Case.outcome.not_in((PAID, OUTGROWN)))
        .subquery("resting")
    )


def _open_cases(session: Session) -> dict[Place, int]:
    query = select(Case.debtor_id, Case.case_group_id, Case.id).where(Case.closed_on.is_(None))
    return {(debtor_id, group_id): case_id for debtor_id, group_id, case_id in session.execute(query)}


def _starts(items: Sequence[Candidate]) -> bool:
    """Tell whether a new item is overdue and, credit notes netted, something is owed in some currency."""
    owed: Counter[str] = Counter()
    for item in items:
        owed[item.currency] += item.open
    return any(item.overdue and item.rests is None for item in items) and max(owed.values()) > 0


def _new_cases(session: Session, starting: dict[Place, list[Candidate]], today: date) -> list[Case]:
    first = (session.scalar(select(func.max(Case.number))) or 0) + 1
    in_order = sorted(starting, key=lambda place: (starting[place][0].debtor_ref, place[1]))
    rows = [
        {"number": number, "debtor_id": debtor_id, "case_group_id": group_id, "strategy": "", "opened_on": today}
        for number, (debtor_id, group_id) in enumerate(in_order, first)
    ]
    if not rows:
        return []
    session.execute(insert(Case), rows)
    return list(session.scalars(select(Case).where(Case.number >= first).order_by(Case.number)))


def _join(session: Session, items: Sequence[tuple[int, Candidate]], today: date) -> None:
    rows = [{"case_id": case_id, "receivable_id": item.receivable_id, "joined_on": today} for case_id, item in items]
    if rows:
        session.execute(insert(CaseItem), rows)


def _staff(session: Session, cases: Sequence[Case], today: date, choose: Callable[[CaseFacts], Chosen]) -> None:
    """Give each new case what the decision tables choose, and its group's lightest-loaded member as owner."""
    if not cases:
        return
    facts = load_facts(session, [case.number for case in cases], today)
    workload = read_workload(session)
    for opened in cases:
        chosen = choose(facts[opened.number])
        group = workload.group(chosen.group_key)
        opened.strategy, opened.priority = chosen.strategy, _priority(chosen, opened)
        if group is not None:
            opened.group_id, opened.owner = group.id, workload.give(group)
    session.flush()


def _priority(chosen: Chosen, opened: Case) -> int:
    if not 0 <= chosen.priority <= HIGHEST_PRIORITY:
        raise Refused(f"The decision gave case {opened.number} the priority {chosen.priority}; let it give 0 to 100")
    return chosen.priority
