"""Say what was paid on promises, by booking date; one rule for facts and for judgements."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta

from sqlalchemy import BigInteger, Row, and_, cast, func, select
from sqlalchemy.orm import Session, aliased

from receivables.balance import Entry, settled
from receivables.calendars import add_business_days
from receivables.case import CaseItem
from receivables.payment import Payment
from receivables.posting import Posting
from receivables.product import Product, ProductGroup
from receivables.promise import Promise
from receivables.receivable import Receivable

DAY = timedelta(days=1)


@dataclass(slots=True)
class Account:
    """Gather the postings of one receivable."""

    currency: str
    leading_source: str
    entries: list[Entry] = field(default_factory=list)


def judged_after(promised_on: date, tolerance_days: int, country: str | None) -> date:
    """Return the last day whose payments count: the promised day and its tolerance in business days."""
    return add_business_days(promised_on, tolerance_days, country)


def paid_on(session: Session, deadlines: Sequence[tuple[Promise, date]]) -> dict[int, int]:
    """Return by promise what was paid in its currency from its first day up to its deadline, in minor units.

    Counted are settlements of what the case ever held, and what of the debtor's payments is not allocated yet.
    """
    accounts = _accounts(session, [promise.case_id for promise, _ in deadlines])
    credits_ = _credits(session, [promise.debtor_id for promise, _ in deadlines])
    return {
        promise.id: max(0, _settled_within(promise, deadline, accounts[promise.case_id]))
        + _credit_within(promise, deadline, credits_[promise.debtor_id])
        for promise, deadline in deadlines
    }


def _settled_within(promise: Promise, deadline: date, accounts: Iterable[Account]) -> int:
    return sum(
        settled(account.entries, account.leading_source, deadline)
        - settled(account.entries, account.leading_source, promise.made_on - DAY)
        for account in accounts
        if account.currency == promise.currency
    )


def _credit_within(promise: Promise, deadline: date, payments: Iterable[Row[int, str, date, date | None, int]]) -> int:
    return sum(
        rest
        for _, currency, received_on, reversed_on, rest in payments
        if currency == promise.currency
        and promise.made_on <= received_on <= deadline
        and (reversed_on is None or reversed_on > deadline)
    )


def _accounts(session: Session, case_ids: Collection[int]) -> dict[int, list[Account]]:
    if not case_ids:
        return defaultdict(list)
    taken_back = aliased(Posting)
    counted_on = func.coalesce(taken_back.booked_on, Posting.booked_on)
    query = (
        select(
            CaseItem.case_id,
            Receivable.id,
            Receivable.currency,
            ProductGroup.leading_source,
            Posting.id,
            Posting.kind,
            Posting.source,
            Posting.booked_on,
            Posting.amount,
            counted_on,
        )
        .join(Receivable, Receivable.id == CaseItem.receivable_id)
        .join(Product, Product.id == Receivable.product_id)
        .join(ProductGroup, ProductGroup.id == Product.product_group_id)
        .join(Posting, Posting.receivable_id == Receivable.id)
        .outerjoin(taken_back, taken_back.id == Posting.reverses_id)
        .where(CaseItem.case_id.in_(case_ids))
        .distinct()  # an item may have left and joined again
    )
    found: dict[int, dict[int, Account]] = defaultdict(dict)
    for case_id, receivable_id, currency, leading, _posting, *entry in session.execute(query):
        account = found[case_id].setdefault(receivable_id, Account(currency, leading))
        account.entries.append(Entry(*entry))
    return defaultdict(list, {case_id: list(accounts.values()) for case_id, accounts in found.items()})


def _credits(session: Session, debtor_ids: Collection[int]) -> dict[int, list[Row[int, str, date, date | None, int]]]:
    """Return by debtor its payments with what of each is not allocated."""
    rest = Payment.amount + func.coalesce(func.sum(Posting.amount), 0)
    query = (
        select(Payment.debtor_id, Payment.currency, Payment.received_on, Payment.reversed_on, cast(rest, BigInteger))
        .outerjoin(Posting, and_(Posting.payment_id == Payment.id, Posting.kind == "payment"))
        .where(Payment.debtor_id.in_(debtor_ids))
        .group_by(Payment.id)
    )
    found = defaultdict(list)
    for row in session.execute(query) if debtor_ids else ():
        found[row[0]].append(row)
    return found
