"""Derive what is open from postings; the one place that knows which source counts."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date
from functools import cache
from typing import Any, TypeAlias

from sqlalchemy import (
    BigInteger,
    BindParameter,
    ColumnElement,
    Date,
    Select,
    Subquery,
    and_,
    bindparam,
    case,
    cast,
    func,
    or_,
    select,
)
from sqlalchemy.orm import Session, aliased

from receivables.case import CaseItem
from receivables.posting import Posting
from receivables.product import Product, ProductGroup
from receivables.receivable import Receivable

MOST_IDS = 5_000
"""More ids than this are picked here, not by the database, which limits the parameters of a statement."""
RAISING = ("invoice", "correction")
"""The kinds of posting that say what was charged; the others say what was settled."""

Amounts: TypeAlias = dict[str, int]
"""Minor units per currency."""
Ids: TypeAlias = Select[int] | Collection[int] | BindParameter[Any]


@dataclass(frozen=True, slots=True)
class Entry:
    """Carry what of a posting decides what is open; a reversal is `counted_on` the day of what it takes back."""

    kind: str
    source: str
    booked_on: date
    amount: int
    counted_on: date


def settled(entries: Iterable[Entry], leading_source: str, as_of: date) -> int:
    """Return what of a receivable was settled up to a day, as a positive amount.

    As soon as the ERP and the bank (or a person) both reported, only the leading source counts. Where the ERP leads,
    payments booked after its last report count on top: it cannot know of them yet.
    """
    known = [entry for entry in entries if entry.booked_on <= as_of and entry.kind not in RAISING]
    erp = [entry for entry in known if entry.source == "erp"]
    ours = [entry for entry in known if entry.source != "erp"]
    if leading_source == "bank":
        return -sum(entry.amount for entry in ours or erp)
    last_report = max((entry.booked_on for entry in erp), default=date.min)
    return -sum(entry.amount for entry in erp) - sum(entry.amount for entry in ours if entry.counted_on > last_report)


def open_amount_query(as_of: date | BindParameter[Any], ids: Ids | None = None) -> Subquery:
    """Return the rows (receivable_id, open, settled) as of a day, to be joined; the twin of `settled` in SQL.

    A receivable without a posting by that day has no row.
    """
    raising = Posting.kind.in_(RAISING)
    erp = and_(~raising, Posting.source == "erp")
    ours = and_(~raising, Posting.source != "erp")
    last, taken_back = _last_reports(as_of, ids), aliased(Posting)
    counted_on = func.coalesce(taken_back.booked_on, Posting.booked_on)
    unknown_to_erp = and_(ours, or_(last.c.booked_on.is_(None), counted_on > last.c.booked_on))
    by_bank = case((_sum(ours, 1) > 0, _sum(ours)), else_=_sum(erp))
    by_erp = _sum(erp) + _sum(unknown_to_erp)
    taken = case((ProductGroup.leading_source == "bank", by_bank), else_=by_erp)
    query = (
        select(
            Posting.receivable_id,
            cast(_sum(raising) + taken, BigInteger).label("open"),
            cast(-taken, BigInteger).label("settled"),
        )
        .join(Receivable, Receivable.id == Posting.receivable_id)
        .join(Product, Product.id == Receivable.product_id)
        .join(ProductGroup, ProductGroup.id == Product.product_group_id)
        .outerjoin(last, last.c.receivable_id == Posting.receivable_id)
        .outerjoin(taken_back, taken_back.id == Posting.reverses_id)
        .where(Posting.booked_on <= as_of, *_among(ids))
        .group_by(Posting.receivable_id, ProductGroup.leading_source)
    )
    return query.subquery("open_amount")


def _last_reports(as_of: date | BindParameter[Any], ids: Ids | None) -> Subquery:
    return (
        select(Posting.receivable_id, func.max(Posting.booked_on).label("booked_on"))
        .where(Posting.source == "erp", Posting.kind.not_in(RAISING), Posting.booked_on <= as_of, *_among(ids))
        .group_by(Posting.receivable_id)
        .subquery("last_report")
    )


def _among(ids: Ids | None) -> list[ColumnElement[bool]]:
    return [] if ids is None else [Posting.receivable_id.in_(ids)]


def _sum(condition: ColumnElement[bool], amount: Any = Posting.amount) -> ColumnElement[int]:
    return func.sum(case((condition, amount), else_=0))


def open_amounts(session: Session, as_of: date, receivable_ids: Collection[int] | None = None) -> dict[int, int]:
    """Return what is open of each receivable as of a day, in minor units; what has no posting by then is left out."""
    some = receivable_ids is not None and len(receivable_ids) <= MOST_IDS
    known = {"as_of": as_of, "ids": list(receivable_ids or ())} if some else {"as_of": as_of}
    rows = session.execute(_open_amounts(some=some), known)
    if some or receivable_ids is None:
        return dict(rows.all())
    wanted = frozenset(receivable_ids)
    return {receivable_id: amount for receivable_id, amount in rows if receivable_id in wanted}


@cache
def _open_amounts(*, some: bool) -> Select[int, int]:
    """Build the statement once: building it takes longer than running it for a few."""
    ids: BindParameter[Any] | None = bindparam("ids", expanding=True) if some else None
    amounts = open_amount_query(bindparam("as_of", type_=Date()), ids)
    return select(amounts.c.receivable_id, amounts.c.open)


def debtor_balances(session: Session, as_of: date, debtor_ids: Collection[int] | None = None) -> dict[int, Amounts]:
    """Return what each debtor owes per currency as of a day, credit notes netted; who never owed is left out."""
    chosen = None if debtor_ids is None else select(Receivable.id).where(Receivable.debtor_id.in_(debtor_ids))
    amounts = open_amount_query(as_of, chosen)
    query = (
        select(Receivable.debtor_id, Receivable.currency, cast(func.sum(amounts.c.open), BigInteger))
        .join(amounts, amounts.c.receivable_id == Receivable.id)
        .group_by(Receivable.debtor_id, Receivable.currency)
    )
    return _by_owner(session, query)


def case_balances(session: Session, as_of: date, case_ids: Collection[int] | None = None) -> dict[int, Amounts]:
    """Return what the items that a case had on a day owe per currency, credit notes netted, by the case's id."""
    held = [CaseItem.joined_on <= as_of, or_(CaseItem.left_on.is_(None), CaseItem.left_on > as_of)]
    if case_ids is not None:
        held.append(CaseItem.case_id.in_(case_ids))
    amounts = open_amount_query(as_of, select(CaseItem.receivable_id).where(*held))
    query = (
        select(CaseItem.case_id, Receivable.currency, cast(func.sum(amounts.c.open), BigInteger))
        .join(Receivable, Receivable.id == CaseItem.receivable_id)
        .join(amounts, amounts.c.receivable_id == Receivable.id)
        .where(*held)
        .group_by(CaseItem.case_id, Receivable.currency)
    )
    return _by_owner(session, query)


def _by_owner(session: Session, query: Select[int, str, int]) -> dict[int, Amounts]:
    balances: dict[int, Amounts] = defaultdict(dict)
    for owner, currency, amount in session.execute(query):
        balances[owner][currency] = amount
    return dict(balances)
