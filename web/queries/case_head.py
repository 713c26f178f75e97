"""What stands around a case on its page: the figures, who to speak to, what else there is."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import instances
from engine.instances import InstanceView
from engine.tables import HistoryRow, TaskRow
from receivables.balance import Amounts
from receivables.case import Case
from receivables.case_facts import CaseFacts, ItemFacts
from receivables.contacts import valid_contacts
from receivables.debtor import Contact, Debtor
from receivables.facts import load_facts
from receivables.money import to_text
from receivables.staff import StaffGroup
from service_tasks.keys import key_of
from web.formats import Money, moneys
from web.queries.cases import CaseRow, cases_of
from web.queries.items import ItemRow, items_of_case, total
from web.queries.outlook import Outlook, Standing, outlook, read_standing
from web.queries.timeline_money import settlements
from web.queries.words import people_names

MONTHS = 6
CALL_FORM = "phone_call"


@dataclass(frozen=True, slots=True)
class Colleague:
    """Somebody who has to do with the case."""

    name: str
    part: str


@dataclass(frozen=True, slots=True)
class CaseHead:
    """All that every view of a case shows."""

    case: Case
    debtor: Debtor
    standing: Standing
    outlook: Outlook
    names: dict[str, str]
    items: Sequence[ItemRow]
    owed: Amounts
    contacts: Sequence[Contact]
    others: Sequence[CaseRow]
    split: Sequence[tuple[str, list[Money]]]
    chart: dict[str, Any] | None
    colleagues: Sequence[Colleague]
    row: CaseRow

    @property
    def view(self) -> InstanceView | None:
        """Where the process stands."""
        return self.standing.view

    @property
    def facts(self) -> CaseFacts | None:
        """What is known of the case today."""
        return self.standing.facts

    @property
    def held(self) -> list[ItemRow]:
        """What the case collects now; of a closed case, what it collected."""
        return held_items(self.case, self.items)

    @property
    def call_task(self) -> TaskRow | None:
        """The open task to call the debtor."""
        return next((task for task in self.standing.tasks if task.form == CALL_FORM), None)

    @property
    def currency(self) -> str:
        """The currency to offer first."""
        return (self.facts.currency if self.facts else None) or next(iter(self.owed), "EUR")


def read_head(session: Session, case: Case, today: date) -> CaseHead:
    """Read everything around a case, in a fixed number of queries."""
    names = people_names(session)
    facts = load_facts(session, [case.number], today).get(case.number)
    view = instances.views(session, [key_of(case.number)]).get(key_of(case.number))
    standing = read_standing(session, case, facts, view, names)
    items = items_of_case(session, case, today)
    rows = cases_of(session, case.debtor_id, today)
    return CaseHead(
        case=case,
        debtor=case.debtor,
        standing=standing,
        outlook=outlook(session, standing),
        names=names,
        items=items,
        owed=total(held_items(case, items)),
        contacts=valid_contacts(session, case.debtor_id, today),
        others=[row for row in rows if row.number != case.number],
        split=_split(facts.items) if facts else (),
        chart=_chart(session, case, today),
        colleagues=_colleagues(session, case, names),
        row=next(row for row in rows if row.number == case.number),
    )


def held_items(case: Case, items: Iterable[ItemRow]) -> list[ItemRow]:
    """Give the items that an open case holds, or all that a closed one ever held."""
    return [item for item in items if case.closed_on is not None or item.case_number == case.number]


def _split(items: Iterable[ItemFacts]) -> list[tuple[str, list[Money]]]:
    parts: tuple[tuple[str, Callable[[ItemFacts], bool]], ...] = (
        (_("Asked for"), lambda item: item.demandable),
        (_("Disputed"), lambda item: item.disputed),
        (_("Credit notes"), lambda item: item.open < 0 and not item.disputed),
        (_("Not asked for yet"), lambda item: item.open > 0 and not item.demandable and not item.disputed),
    )
    items = tuple(items)
    split = [(title, _sum(item for item in items if belongs(item))) for title, belongs in parts]
    return [(title, amounts) for title, amounts in split if amounts]


def _sum(items: Iterable[ItemFacts]) -> list[Money]:
    amounts: Amounts = defaultdict(int)
    for item in items:
        amounts[item.currency] += item.open
    return moneys({currency: amount for currency, amount in amounts.items() if amount})


def _chart(session: Session, case: Case, today: date) -> dict[str, Any] | None:
    """Give what came in by month as a picture, in the currency of most of it; None where nothing did."""
    months = _months(today)
    sums: dict[str, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for posting, _number in settlements(session, case):
        sums[posting.currency][posting.booked_on.strftime("%Y-%m")] -= posting.amount
    if not any(month in by_month for by_month in sums.values() for month in months):
        return None
    currency = max(sums, key=lambda each: sum(map(abs, sums[each].values())))
    values = [to_text(sums[currency].get(month, 0), currency) for month in months]
    return {
        "kind": "bar",
        "title": _("Payments by month"),
        "labels": months,
        "series": [{"name": _("Paid"), "values": values}],
        "currency": currency,
        "unit": _("Month"),
    }


def _months(today: date) -> list[str]:
    months, day = [], today.replace(day=1)
    for _number in range(MONTHS):
        months.append(day.strftime("%Y-%m"))
        day = (day - timedelta(days=1)).replace(day=1)
    return months[::-1]


def _colleagues(session: Session, case: Case, names: dict[str, str]) -> list[Colleague]:
    group = session.get(StaffGroup, case.group_id) if case.group_id else None
    found: dict[str, Colleague] = {}
    if case.owner:
        found[case.owner] = Colleague(names.get(case.owner, case.owner), _("Owner"))
    if group is not None and group.supervisor:
        found.setdefault(
            group.supervisor,
            Colleague(names.get(group.supervisor, group.supervisor), _("Supervisor of %(group)s", group=group.name)),
        )
    worked = select(HistoryRow.who).where(HistoryRow.business_key == key_of(case.number)).distinct()
    for who in session.scalars(worked.order_by(HistoryRow.who)):
        if who != "duly":
            found.setdefault(who, Colleague(names.get(who, who), _("Worked on it")))
    return list(found.values())
