"""Load everything a strategy may ask about cases, with a fixed number of queries for any number of them."""

from collections.abc import Collection, Sequence
from datetime import date, timedelta
from typing import Any, NamedTuple

from sqlalchemy import Row
from sqlalchemy.orm import Session

from receivables import readings
from receivables.balance import Amounts
from receivables.case_facts import (
    AccountFacts,
    CaseFacts,
    CreditorFacts,
    DebtorFacts,
    ItemFacts,
    LetterFacts,
    PostalAddress,
    PromiseFacts,
    demanded,
    first_due,
    main_currency,
    totals,
)
from receivables.promise import Promise
from receivables.promise_payments import judged_after, paid_on
from receivables.vocabulary import VOCABULARY, feel_variables

__all__ = [
    "VOCABULARY",
    "AccountFacts",
    "Amounts",
    "CaseFacts",
    "CreditorFacts",
    "DebtorFacts",
    "ItemFacts",
    "LetterFacts",
    "PostalAddress",
    "PromiseFacts",
    "feel_variables",
    "load_facts",
]

MOST_CASES = 5_000
"""Cases read at once: databases limit the parameters of a statement."""

CaseRow = Row[*tuple[Any, ...]]


class DebtorRow(NamedTuple):
    """Carry what is read of a debtor, in the order of DebtorFacts."""

    id: int
    reference: str
    name: str
    type: str
    country: str | None
    language: str | None
    segment: str | None
    risk_rating: str | None
    do_not_contact: bool
    tax_id: str | None


def load_facts(session: Session, numbers: Collection[int], today: date) -> dict[int, CaseFacts]:
    """Return by case number what is known on a day; a number without a case is left out."""
    found: dict[int, CaseFacts] = {}
    wanted = sorted(set(numbers))
    for start in range(0, len(wanted), MOST_CASES):
        rows = readings.case_rows(session, wanted[start : start + MOST_CASES])
        found |= _facts(session, rows, today)
    return found


def _facts(session: Session, rows: Sequence[CaseRow], today: date) -> dict[int, CaseFacts]:
    cases = {row.case_id: DebtorRow(*row[len(readings.CASE_FIELDS) :]) for row in rows}
    creditor = readings.creditor_facts(session)
    items = readings.item_rows(session, cases, today)
    contacts = readings.contacts(session, {debtor.id for debtor in cases.values()}, today)
    promises = _promises(session, {case_id: debtor.country for case_id, debtor in cases.items()}, today)
    broken = readings.broken_promises(session, cases)
    letters = readings.unsent_letters(session, cases)
    calls = readings.last_call_outcomes(session, cases)
    return {
        row.number: CaseFacts(
            **dict(zip(readings.CASE_FIELDS, row, strict=False)),
            **_derived([_item(item, today) for item in items.get(row.case_id, ())]),
            today=today,
            debtor=_debtor(cases[row.case_id], contacts.get(cases[row.case_id].id, {})),
            creditor=creditor,
            promise=promises.get(row.case_id),
            promises_broken=broken.get(row.case_id, 0),
            letter=letters.get(row.case_id),
            last_call_outcome=calls.get(row.case_id),
        )
        for row in rows
    }


def _derived(items: Sequence[ItemFacts]) -> dict[str, Any]:
    oldest = first_due(items)
    main = next((item for item in (oldest, *items) if item), None)
    return {
        "items": tuple(items),
        "balance": demanded(items),
        "total_open": totals(items),
        "currency": main_currency(items),
        "oldest_due_date": oldest and oldest.due_date,
        "days_overdue": oldest.days_overdue if oldest else 0,
        "level": max((item.level for item in items if item.demandable), default=0),
        "product": main and main.product,
        "product_group": main and main.product_group,
        "four_eyes": any(item.four_eyes for item in items),
    }


def _item(row: Row[*tuple[Any, ...]], today: date) -> ItemFacts:
    _, item_id, number, kind, issued, due, amount, currency, disputed, *rest = row
    product, group, grace, four_eyes, owed, level = rest
    days = (today - due).days if due else 0
    return ItemFacts(
        receivable_id=item_id,
        number=number,
        kind=kind,
        issue_date=issued,
        due_date=due,
        amount=amount,
        open=owed,
        currency=currency,
        days_overdue=max(0, days),
        level=level,
        disputed=disputed,
        demandable=due is not None and days > grace and owed > 0 and not disputed and kind == "invoice",
        product=product,
        product_group=group,
        four_eyes=four_eyes,
    )


def _debtor(debtor: DebtorRow, contacts: dict[str, PostalAddress]) -> DebtorFacts:
    email, phone = contacts.get("email"), contacts.get("phone")
    return DebtorFacts(
        *debtor,
        email=email.name if email else None,
        phone=phone.name if phone else None,
        postal=contacts.get("postal"),
    )


def _promises(session: Session, countries: dict[int, str | None], today: date) -> dict[int, PromiseFacts]:
    """Return by case its open promise; `countries` says by case whose business days count."""
    promises = readings.open_promises(session, countries)
    deadlines = {
        case_id: judged_after(promise.promised_on, promise.tolerance_days, countries[case_id])
        for case_id, promise in promises.items()
    }
    paid = paid_on(session, [(promise, min(today, deadlines[case_id])) for case_id, promise in promises.items()])
    return {case_id: _promise(promise, deadlines[case_id], paid[promise.id]) for case_id, promise in promises.items()}


def _promise(promise: Promise, deadline: date, paid: int) -> PromiseFacts:
    return PromiseFacts(
        id=promise.id,
        amount=promise.amount,
        currency=promise.currency,
        promised_on=promise.promised_on,
        made_on=promise.made_on,
        tolerance_days=promise.tolerance_days,
        threshold=promise.threshold,
        judged_after=deadline,
        judged_on=deadline + timedelta(days=1),
        paid=paid,
    )
