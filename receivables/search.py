"""Find debtors, cases, receivables, contacts, payments and accounts by what a person typed."""

import re
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import islice
from typing import Any
from unicodedata import combining, normalize

from sqlalchemy import ColumnElement, Select, and_, case, func, or_, select
from sqlalchemy.orm import InstrumentedAttribute, Session

from receivables.case import Case, CaseItem
from receivables.creditor import CreditorAccount
from receivables.debtor import Contact, Debtor, FormerName
from receivables.payment import Payment
from receivables.receivable import Receivable

CASE_NUMBER = re.compile(r"(?:case|#)?\s*(\d{1,9})", re.IGNORECASE)
SHORTEST = 2
MOST_ALIKE = 100
UNDECOMPOSED = str.maketrans({"ł": "l", "đ": "d", "ø": "o", "æ": "ae", "œ": "oe"})
IBAN = re.compile(r"[A-Z]{2}\d{2}[A-Z0-9]{0,30}")


@dataclass(frozen=True, slots=True)
class Hit:
    """Name one thing that was found; `kind` is case, debtor, receivable, contact, payment or account."""

    kind: str
    id: int
    """The row's id; of a case its number."""
    title: str
    detail: str
    debtor_id: int | None
    case_number: int | None
    """The open case that it belongs to, or the case itself."""


Finder = Callable[[Session, str, int], Iterator[Hit]]


def find(session: Session, text: str, *, limit: int = 8) -> list[Hit]:
    """Return what fits a text, at most `limit` of a kind; whole matches first, then beginnings, then the rest.

    Upper and lower case are one; an IBAN may carry spaces; `#42` or `case 42` is a case.
    """
    wanted = " ".join(text.split())
    finders = FINDERS if len(wanted) >= SHORTEST else (_cases,)
    return [hit for finder in finders for hit in finder(session, wanted, limit)]


def _fits(column: InstrumentedAttribute[Any], text: str) -> ColumnElement[bool]:
    # SQLite's lower() knows ASCII alone, hence the spellings
    spellings = {text, text.lower(), text.upper(), text.title()}
    return or_(
        func.lower(column).contains(text.lower(), autoescape=True),
        *(column.contains(each, autoescape=True) for each in sorted(spellings)),
    )


def _best_first(column: InstrumentedAttribute[Any], text: str) -> ColumnElement[int]:
    lowered = func.lower(column)
    return case((lowered == text.lower(), 0), (lowered.startswith(text.lower(), autoescape=True), 1), else_=2)


def _found(
    query: Select[*tuple[Any, ...]], column: InstrumentedAttribute[Any], text: str, limit: int
) -> Select[*tuple[Any, ...]]:
    return query.where(_fits(column, text)).order_by(_best_first(column, text), column).limit(limit)


def _with_case(query: Select[*tuple[Any, ...]], debtor_id: InstrumentedAttribute[int]) -> Select[*tuple[Any, ...]]:
    """Add the number of the debtor's (first) open case."""
    number = select(func.min(Case.number)).where(Case.debtor_id == debtor_id, Case.closed_on.is_(None))
    return query.add_columns(number.scalar_subquery())


def _cases(session: Session, text: str, _limit: int) -> Iterator[Hit]:
    number = CASE_NUMBER.fullmatch(text)
    if number is None:
        return
    query = select(Case, Debtor).join(Debtor, Debtor.id == Case.debtor_id).where(Case.number == int(number[1]))
    for found, debtor in session.execute(query):
        state = f"closed: {found.outcome}" if found.outcome else "open"
        yield Hit("case", found.number, f"Case {found.number}", f"{debtor.name} · {state}", debtor.id, found.number)


def _debtors(session: Session, text: str, limit: int) -> Iterator[Hit]:
    former = select(FormerName.debtor_id).where(_fits(FormerName.name, text))
    fitting = or_(*(_fits(column, text) for column in DEBTOR_COLUMNS), Debtor.id.in_(former))
    hits = list(_debtor_hits(session, fitting, text, limit))
    yield from hits or _debtor_hits(session, Debtor.id.in_(_alike(session, text)), text, limit)


def _debtor_hits(session: Session, fitting: ColumnElement[bool], text: str, limit: int) -> Iterator[Hit]:
    query = (
        _with_case(select(Debtor), Debtor.id)
        .where(fitting)
        .order_by(_best_first(Debtor.reference, text), _best_first(Debtor.name, text), Debtor.name)
        .limit(limit)
    )
    for debtor, number in session.execute(query):
        yield Hit("debtor", debtor.id, debtor.name, debtor.reference, debtor.id, number)


def _alike(session: Session, text: str) -> list[int]:
    """Return the first debtors whose name fits when accents are left out, as people type them."""
    wanted = plain(text)
    names = session.execute(select(Debtor.id, Debtor.name).order_by(Debtor.name))
    return list(islice((debtor_id for debtor_id, name in names if wanted in plain(name)), MOST_ALIKE))


def plain(text: str) -> str:
    """Return a text in small letters without accents: "Żółw" becomes "zolw"."""
    decomposed = normalize("NFKD", text.casefold().translate(UNDECOMPOSED))
    return "".join(letter for letter in decomposed if not combining(letter))


def _receivables(session: Session, text: str, limit: int) -> Iterator[Hit]:
    held = and_(CaseItem.receivable_id == Receivable.id, CaseItem.left_on.is_(None))
    query = (
        select(Receivable.id, Receivable.number, Debtor.name, Debtor.id, Case.number)
        .join(Debtor, Debtor.id == Receivable.debtor_id)
        .outerjoin(CaseItem, held)
        .outerjoin(Case, Case.id == CaseItem.case_id)
    )
    for item_id, number, name, debtor_id, case_number in session.execute(_found(query, Receivable.number, text, limit)):
        yield Hit("receivable", item_id, number, name, debtor_id, case_number)


def _contacts(session: Session, text: str, limit: int) -> Iterator[Hit]:
    query = select(Contact.id, Contact.value, Debtor.name, Debtor.id).join(Debtor, Debtor.id == Contact.debtor_id)
    found = _found(_with_case(query, Debtor.id), Contact.value, text, limit)
    for contact_id, value, name, debtor_id, number in session.execute(found):
        yield Hit("contact", contact_id, value, name, debtor_id, number)


def _payments(session: Session, text: str, limit: int) -> Iterator[Hit]:
    query = select(Payment.id, Payment.reference, Debtor.name, Debtor.id).join(Debtor, Debtor.id == Payment.debtor_id)
    found = _found(_with_case(query, Debtor.id), Payment.reference, text, limit)
    for payment_id, reference, name, debtor_id, number in session.execute(found):
        yield Hit("payment", payment_id, reference, name, debtor_id, number)


def _accounts(session: Session, text: str, limit: int) -> Iterator[Hit]:
    compact = text.replace(" ", "").upper()
    if not IBAN.fullmatch(compact):
        return
    stored = func.upper(func.replace(CreditorAccount.iban, " ", ""))
    query = select(CreditorAccount).where(stored.startswith(compact, autoescape=True)).order_by(CreditorAccount.iban)
    for account in session.scalars(query.limit(limit)):
        yield Hit("account", account.id, account.iban, account.bank or account.currency, None, None)


DEBTOR_COLUMNS = (Debtor.reference, Debtor.name, Debtor.tax_id)
FINDERS: tuple[Finder, ...] = (_cases, _debtors, _receivables, _contacts, _payments, _accounts)
