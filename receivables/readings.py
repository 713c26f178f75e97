"""Read from the database what facts are made of: one query per question, for any number of cases."""

from collections import defaultdict
from collections.abc import Collection, Sequence
from datetime import date
from functools import lru_cache
from itertools import groupby
from operator import itemgetter
from typing import Any

from sqlalchemy import BindParameter, Date, Row, Select, and_, bindparam, func, or_, select
from sqlalchemy.orm import Session

from receivables.balance import open_amount_query
from receivables.case import Case, CaseItem
from receivables.case_facts import AccountFacts, CreditorFacts, LetterFacts, PostalAddress
from receivables.contact_note import CallNote
from receivables.creditor import Creditor, CreditorAccount
from receivables.debtor import Contact, Debtor
from receivables.dispute import Dispute
from receivables.letter import Letter
from receivables.notice import Notice
from receivables.product import CaseGroup, Product, ProductGroup
from receivables.promise import Promise
from receivables.receivable import Receivable
from receivables.staff import StaffGroup

UNSENT = ("drafted", "approved", "returned", "queued")
CASE_COLUMNS = (
    Case.id.label("case_id"),
    Case.number,
    CaseGroup.key.label("case_group"),
    Case.strategy,
    Case.opened_on,
    Case.closed_on,
    Case.outcome,
    StaffGroup.key.label("group_key"),
    StaffGroup.supervisor,
    Case.owner,
    Case.priority,
)
CASE_FIELDS = tuple(column.key for column in CASE_COLUMNS)
DEBTOR_COLUMNS = (
    Debtor.id,
    Debtor.reference,
    Debtor.name,
    Debtor.type,
    Debtor.country,
    Debtor.language,
    Debtor.segment,
    Debtor.risk_rating,
    Debtor.do_not_contact,
    Debtor.tax_id,
)
"""In the order of DebtorFacts."""
CONTACT_COLUMNS = (
    Contact.debtor_id,
    Contact.channel,
    Contact.value,
    Contact.street,
    Contact.city,
    Contact.postcode,
    Contact.country,
)
ITEM_COLUMNS = (
    CaseItem.case_id,
    Receivable.id,
    Receivable.number,
    Receivable.kind,
    Receivable.issue_date,
    Receivable.due_date,
    Receivable.amount,
    Receivable.currency,
    Dispute.id.is_not(None).label("disputed"),
    Product.key.label("product"),
    ProductGroup.key.label("product_group"),
    ProductGroup.grace_days,
    ProductGroup.four_eyes,
)
NOBODY = CreditorFacts("", None, None, None, None, None, None, None, None, None, ())


def case_rows(session: Session, numbers: Collection[int]) -> Sequence[Row[*tuple[Any, ...]]]:
    """Return of each case the CASE_COLUMNS, then the DEBTOR_COLUMNS."""
    query = (
        select(*CASE_COLUMNS, *DEBTOR_COLUMNS)
        .join(Debtor, Debtor.id == Case.debtor_id)
        .join(CaseGroup, CaseGroup.id == Case.case_group_id)
        .outerjoin(StaffGroup, StaffGroup.id == Case.group_id)
        .where(Case.number.in_(numbers))
    )
    return session.execute(query).all()


def items_held(case_ids: Collection[int] | BindParameter[Any]) -> Select[int]:
    """Select the receivables that the cases hold; of a closed case, those it held to the end."""
    query: Select[int] = _held(select(CaseItem.receivable_id), case_ids)
    return query


def _held(query: Any, case_ids: Collection[int] | BindParameter[Any]) -> Any:
    held = or_(CaseItem.left_on.is_(None), CaseItem.left_on == Case.closed_on)
    return query.join(Case, Case.id == CaseItem.case_id).where(CaseItem.case_id.in_(case_ids), held)


def item_rows(session: Session, case_ids: Collection[int], today: date) -> dict[int, list[Row[Any]]]:
    """Return by case id the rows of its items: receivable, open amount, level, dispute and product group."""
    rows = session.execute(_item_query(), {"case_ids": list(case_ids), "today": today})
    return {case_id: list(group) for case_id, group in groupby(rows, key=itemgetter(0))}


@lru_cache(maxsize=1)
def _item_query() -> Any:
    """Build the query of `item_rows` once: putting it together takes longer than running it for a few cases."""
    case_ids: BindParameter[Any] = bindparam("case_ids", expanding=True)
    today = bindparam("today", type_=Date())
    ids = items_held(case_ids)
    amounts = open_amount_query(today, ids)
    levels = (
        select(Notice.receivable_id, func.max(Notice.level).label("level"))
        .where(Notice.receivable_id.in_(ids))
        .group_by(Notice.receivable_id)
        .subquery("item_level")
    )
    query = (
        select(
            *ITEM_COLUMNS,
            func.coalesce(amounts.c.open, 0).label("open"),
            func.coalesce(levels.c.level, 0).label("level"),
        )
        .join(Receivable, Receivable.id == CaseItem.receivable_id)
        .join(Product, Product.id == Receivable.product_id)
        .join(ProductGroup, ProductGroup.id == Product.product_group_id)
        .outerjoin(amounts, amounts.c.receivable_id == Receivable.id)
        .outerjoin(levels, levels.c.receivable_id == Receivable.id)
        .outerjoin(Dispute, and_(Dispute.receivable_id == Receivable.id, Dispute.closed_on.is_(None)))
        .order_by(CaseItem.case_id, Receivable.due_date, Receivable.id)
    )
    return _held(query, case_ids)


def contacts(session: Session, debtor_ids: Collection[int], today: date) -> dict[int, dict[str, PostalAddress]]:
    """Return by debtor and channel the contact that is valid on a day, the newest where several are.

    An e-mail address or phone number is in the field `name`.
    """
    query = (
        select(*CONTACT_COLUMNS)
        .where(
            Contact.debtor_id.in_(debtor_ids),
            Contact.valid_from <= today,
            or_(Contact.valid_until.is_(None), Contact.valid_until >= today),
        )
        .order_by(Contact.valid_from, Contact.id)
    )
    found: dict[int, dict[str, PostalAddress]] = defaultdict(dict)
    for debtor_id, channel, value, street, city, postcode, country in session.execute(query):
        found[debtor_id][channel] = PostalAddress(value, street, city, postcode, country)
    return found


def open_promises(session: Session, case_ids: Collection[int]) -> dict[int, Promise]:
    """Return by case the latest promise that is neither judged nor withdrawn."""
    query = (
        select(Promise)
        .where(Promise.case_id.in_(case_ids), Promise.judged_on.is_(None), Promise.withdrawn_at.is_(None))
        .order_by(Promise.id)
    )
    return {promise.case_id: promise for promise in session.scalars(query)}


def broken_promises(session: Session, case_ids: Collection[int]) -> dict[int, int]:
    """Return by case how many promises were broken."""
    query = (
        select(Promise.case_id, func.count())
        .where(Promise.case_id.in_(case_ids), Promise.verdict == "broken")
        .group_by(Promise.case_id)
    )
    return dict(session.execute(query).all())


def unsent_letters(session: Session, case_ids: Collection[int]) -> dict[int, LetterFacts]:
    """Return by case its latest letter that has not left yet."""
    names = LetterFacts.__dataclass_fields__
    columns = [getattr(Letter, name) for name in names]
    query = select(Letter.case_id, *columns).where(Letter.case_id.in_(case_ids), Letter.status.in_(UNSENT))
    rows = session.execute(query.order_by(Letter.id))
    return {case_id: LetterFacts(*values) for case_id, *values in rows}


def last_call_outcomes(session: Session, case_ids: Collection[int]) -> dict[int, str | None]:
    """Return by case how its last call ended."""
    query = (
        select(CallNote.case_id, CallNote.outcome)
        .where(CallNote.case_id.in_(case_ids), CallNote.kind == "call")
        .order_by(CallNote.at, CallNote.id)
    )
    return dict(session.execute(query).all())


def creditor_facts(session: Session) -> CreditorFacts:
    """Return the creditor in whose name letters go out: the first one."""
    creditor = session.scalar(select(Creditor).order_by(Creditor.id).limit(1))
    if creditor is None:
        return NOBODY
    accounts = session.scalars(select(CreditorAccount).where(CreditorAccount.creditor_id == creditor.id))
    plain = {name: getattr(creditor, name) for name in CreditorFacts.__dataclass_fields__ if name != "accounts"}
    return CreditorFacts(**plain, accounts=tuple(_account(each) for each in accounts))


def _account(account: CreditorAccount) -> AccountFacts:
    return AccountFacts(account.iban, account.bic, account.bank, account.currency)
