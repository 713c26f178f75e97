"""Debtors as lists show them, and what one owes: item by item and day by day."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session, aliased

from engine.tables import HistoryRow
from receivables.balance import MOST_IDS, RAISING, Entry, debtor_balances, open_amount_query, settled
from receivables.case import Case
from receivables.contacts import valid_contacts
from receivables.debtor import Contact, Debtor, FormerName
from receivables.posting import Posting
from receivables.product import Product, ProductGroup
from receivables.receivable import Receivable
from service_tasks.keys import key_of
from web.formats import Money, moneys

CHANGES = ("debtor_changed", "contact_changed", "contact_recorded")


@dataclass(frozen=True, slots=True)
class DebtorRow:
    """One debtor of a list."""

    debtor: Debtor
    owed: list[Money]
    open_cases: int


@dataclass(frozen=True, slots=True)
class StatementRow:
    """One booking; `balance` is what the debtor owed at the end of its day, on the day's last row of a currency."""

    day: date
    kind: str
    number: str
    amount: Money
    balance: Money | None
    source: str
    by: str


@dataclass(frozen=True, slots=True)
class DebtorList:
    """The SELECT of all debtors; `owed` sorts by what they owe, where that was asked for."""

    statement: Select[Any]
    counted: Select[Any]
    """The same rows without what only sorting needs."""
    owed: ColumnElement[int] | None


def debtor_list(today: date, *, with_owed: bool = False) -> DebtorList:
    """Build the query; sorting by what is owed reads all postings."""
    statement = select(Debtor).order_by(Debtor.name, Debtor.id)
    if not with_owed:
        return DebtorList(statement, statement, None)
    amounts = open_amount_query(today)
    owed = (
        select(Receivable.debtor_id, func.sum(amounts.c.open).label("owed"))
        .join(amounts, amounts.c.receivable_id == Receivable.id)
        .group_by(Receivable.debtor_id)
        .subquery()
    )
    return DebtorList(statement.outerjoin(owed, owed.c.debtor_id == Debtor.id), statement, owed.c.owed)


def rows_of(today: date) -> Callable[[Session, Sequence[Debtor]], list[DebtorRow]]:
    """Give what turns debtors into rows: two more queries for all of them."""

    def complete(session: Session, debtors: Sequence[Debtor]) -> list[DebtorRow]:
        ids = [debtor.id for debtor in debtors]
        owed = debtor_balances(session, today, ids if len(ids) <= MOST_IDS else None)
        counted = select(Case.debtor_id, func.count()).where(Case.closed_on.is_(None)).group_by(Case.debtor_id)
        cases = Counter(dict(session.execute(counted).all()))
        return [DebtorRow(each, _owing(owed.get(each.id, {})), cases[each.id]) for each in debtors]

    return complete


def has_former_name(text: str) -> ColumnElement[bool]:
    """Say whether a debtor once bore a name that contains a text."""
    return Debtor.former_names.any(FormerName.name.icontains(text, autoescape=True))


def contacts_of(session: Session, debtor: Debtor, today: date) -> list[tuple[Contact, bool]]:
    """Give all contacts with whether each is valid, the valid ones first."""
    valid = {contact.id for contact in valid_contacts(session, debtor.id, today)}
    contacts = sorted(debtor.contacts, key=lambda each: (each.id not in valid, each.channel, -each.id))
    return [(contact, contact.id in valid) for contact in contacts]


def statement(session: Session, debtor_id: int) -> list[StatementRow]:
    """Give every booking with the balances of the days, the newest first."""
    postings = _postings(session, debtor_id)
    balances = _balances(postings)
    last = {(row[0].booked_on, row[0].currency): number for number, row in enumerate(postings)}
    rows = []
    for number, (posting, item, _leading, _counted) in enumerate(postings):
        key = (posting.booked_on, posting.currency)
        balance = Money(balances[key], posting.currency) if last[key] == number else None
        amount = Money(posting.amount, posting.currency)
        rows.append(StatementRow(posting.booked_on, posting.kind, item, amount, balance, posting.source, posting.by))
    return rows[::-1]


def changes(session: Session, debtor_id: int) -> list[HistoryRow]:
    """Give who changed what of the debtor, from the records of all its cases, the newest first."""
    numbers = session.scalars(select(Case.number).where(Case.debtor_id == debtor_id))
    keys = [key_of(number) for number in numbers]
    query = select(HistoryRow).where(HistoryRow.business_key.in_(keys), HistoryRow.kind.in_(CHANGES))
    found = session.scalars(query.order_by(HistoryRow.at.desc(), HistoryRow.id.desc())).all()
    seen: dict[tuple[Any, ...], HistoryRow] = {}
    for row in found:
        seen.setdefault((row.at, row.who, row.kind, row.text), row)
    return list(seen.values())


def cases_to_tell(session: Session, debtor_id: int) -> list[Case]:
    """Give the debtor's open cases, or the newest one where none is open: a change belongs on their record."""
    query = select(Case).where(Case.debtor_id == debtor_id).order_by(Case.number.desc())
    found = session.scalars(query).all()
    return [case for case in found if case.closed_on is None] or list(found[:1])


def _owing(amounts: dict[str, int]) -> list[Money]:
    return moneys({currency: amount for currency, amount in amounts.items() if amount})


def _postings(session: Session, debtor_id: int) -> list[tuple[Posting, str, str, date]]:
    taken_back = aliased(Posting)
    counted_on = func.coalesce(taken_back.booked_on, Posting.booked_on)
    query = (
        select(Posting, Receivable.number, ProductGroup.leading_source, counted_on)
        .join(Receivable, Receivable.id == Posting.receivable_id)
        .join(Product, Product.id == Receivable.product_id)
        .join(ProductGroup, ProductGroup.id == Product.product_group_id)
        .outerjoin(taken_back, taken_back.id == Posting.reverses_id)
        .where(Receivable.debtor_id == debtor_id)
        .order_by(Posting.booked_on, Posting.id)
    )
    return list(session.execute(query))


def _balances(postings: Sequence[tuple[Posting, str, str, date]]) -> dict[tuple[date, str], int]:
    """Give what was owed at the end of each day on which something was booked, per currency (minor units)."""
    entries: dict[int, list[Entry]] = defaultdict(list)
    owed: dict[int, int] = {}
    sums: dict[str, int] = defaultdict(int)
    found: dict[tuple[date, str], int] = {}
    for posting, _number, leading, counted_on in postings:
        item, day = posting.receivable_id, posting.booked_on
        entries[item].append(Entry(posting.kind, posting.source, day, posting.amount, counted_on))
        raised = sum(each.amount for each in entries[item] if each.kind in RAISING)
        now = raised - settled(entries[item], leading, day)
        sums[posting.currency] += now - owed.get(item, 0)
        owed[item] = now
        found[day, posting.currency] = sums[posting.currency]
    return found
