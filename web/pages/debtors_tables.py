"""The lists of the debtor pages."""

from __future__ import annotations

from typing import Any

from flask import url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import InstrumentedAttribute, Session

from receivables.debtor import Debtor
from web.formats import Money
from web.links import address
from web.pages.cases_tables import OPEN_OR_SETTLED, item_state
from web.queries.cases import choices
from web.queries.debtors import DebtorList, DebtorRow, StatementRow
from web.queries.items import ItemRow
from web.queries.payments import PaymentRow
from web.tables import Badge, Column, Filter, Kind, Table

TYPES = (("business", _l("business")), ("consumer", _l("consumer")))
BOOKINGS: dict[str, Any] = {
    "invoice": _l("Invoice"),
    "settlement": _l("Settled, says the accounting system"),
    "payment": _l("Payment"),
    "reversal": _l("Payment taken back"),
    "correction": _l("Correction"),
}


def list_table(session: Session, listed: DebtorList) -> Table:
    """List debtors."""
    return Table(
        name="debtors",
        title=_l("Debtors"),
        columns=_columns(listed),
        filters=_filters(session),
        order="name",
        href=lambda row: url_for("debtors.show", number=row.debtor.id),
        empty_title=_l("No debtors yet"),
        empty_text=_l("They appear with the first import of receivables."),
        empty_icon="users",
    )


def _columns(listed: DebtorList) -> tuple[Column, ...]:
    return (
        _column("name", _l("Name"), Debtor.name, search=Debtor.name),
        _column("reference", _l("Reference"), Debtor.reference, search=Debtor.reference),
        Column(key="owed", title=_l("Owed today"), value=lambda r: r.owed, kind=Kind.MONEYS, sort=listed.owed),
        Column(
            key="cases",
            title=_l("Open cases"),
            value=lambda r: r.open_cases or None,
            kind=Kind.NUMBER,
            sortable=False,
        ),
        Column(key="type", title=_l("Type"), value=lambda r: str(dict(TYPES)[r.debtor.type]), sort=Debtor.type),
        _column("country", _l("Country"), Debtor.country),
        _column("segment", _l("Segment"), Debtor.segment, wide_only=True),
        _column("risk", _l("Risk"), Debtor.risk_rating, wide_only=True),
        _column("tax", _l("Tax number"), Debtor.tax_id, search=Debtor.tax_id, wide_only=True),
        Column(key="flags", title=_l("Flags"), value=_flag, kind=Kind.BADGE, sortable=False),
    )


def _column(key: str, title: Any, attribute: InstrumentedAttribute[Any], **more: Any) -> Column:
    """Show a debtor's plain attribute."""
    return Column(key=key, title=title, value=lambda r: getattr(r.debtor, attribute.key), sort=attribute, **more)


def _filters(session: Session) -> tuple[Filter, ...]:
    return (
        Filter(key="type", title=_l("Type"), choices=TYPES, where=lambda value: Debtor.type == value),
        Filter(
            key="country",
            title=_l("Country"),
            choices=choices(session, Debtor.country),
            where=lambda value: Debtor.country == value,
        ),
        Filter(
            key="contact",
            title=_l("Contact"),
            choices=(("no", _l("do not contact")),),
            where=lambda _value: Debtor.do_not_contact.is_(True),
        ),
    )


def receivables_table(number: int) -> Table:
    """List all receivables of a debtor."""
    return Table(
        name=f"debtor-{number}-receivables",
        title=_l("Receivables"),
        order="due",
        columns=(
            Column(key="number", title=_l("Number"), value=lambda r: r.number, searched=True),
            Column(key="issued", title=_l("Issued"), value=lambda r: r.issue_date, kind=Kind.DATE),
            Column(key="due", title=_l("Due"), value=lambda r: r.due_date, kind=Kind.DATE),
            Column(key="amount", title=_l("Amount"), value=lambda r: Money(r.amount, r.currency), kind=Kind.MONEY),
            Column(key="open", title=_l("Open"), value=lambda r: Money(r.open, r.currency), kind=Kind.MONEY),
            Column(key="days", title=_l("Days overdue"), value=lambda r: r.days_overdue or None, kind=Kind.NUMBER),
            Column(key="level", title=_l("Level"), value=lambda r: r.level or None, kind=Kind.NUMBER),
            Column(key="case", title=_l("Case"), value=lambda r: r.case_number and str(r.case_number), href=_case),
            Column(key="state", title=_l("State"), value=item_state, kind=Kind.BADGE),
        ),
        filters=(OPEN_OR_SETTLED,),
        empty_title=_l("No receivables"),
        empty_icon="receipt",
    )


def payments_table(number: int) -> Table:
    """List the payments of a debtor."""
    return Table(
        name=f"debtor-{number}-payments",
        title=_l("Payments"),
        order="-on",
        columns=(
            Column(key="on", title=_l("Received"), value=lambda r: r.payment.received_on, kind=Kind.DATE),
            Column(key="amount", title=_l("Amount"), value=lambda r: r.amount, kind=Kind.MONEY),
            Column(key="credit", title=_l("Not allocated"), value=lambda r: r.credit, kind=Kind.MONEY),
            Column(key="reference", title=_l("Reference"), value=lambda r: r.payment.reference, searched=True),
            Column(key="state", title=_l("State"), value=payment_state, kind=Kind.BADGE),
        ),
        href=lambda row: address("payments.show", number=row.payment.id),
        empty_title=_l("No payments yet"),
        empty_text=_l(
            "Payments entered by hand appear here; what the accounting system settled stands in the statement."
        ),
        empty_icon="cash",
    )


def statement_table(number: int) -> Table:
    """List every booking of a debtor."""
    return Table(
        name=f"debtor-{number}-statement",
        title=_l("Statement"),
        columns=(
            Column(key="day", title=_l("Booked"), value=lambda r: r.day, kind=Kind.DATE, sortable=False),
            Column(
                key="what",
                title=_l("What"),
                value=lambda r: str(BOOKINGS.get(r.kind, r.kind)),
                searched=True,
                sortable=False,
            ),
            Column(key="number", title=_l("Number"), value=lambda r: r.number, searched=True, sortable=False),
            Column(key="amount", title=_l("Amount"), value=lambda r: r.amount, kind=Kind.MONEY, sortable=False),
            Column(
                key="balance",
                title=_l("Balance of the day"),
                value=lambda r: r.balance,
                kind=Kind.MONEY,
                sortable=False,
            ),
            Column(key="source", title=_l("Source"), value=_source, sortable=False, wide_only=True),
        ),
        empty_title=_l("Nothing was booked yet"),
        empty_icon="table",
    )


def changes_table(number: int, names: dict[str, str]) -> Table:
    """List who changed what."""
    return Table(
        name=f"debtor-{number}-changes",
        title=_l("Changes"),
        columns=(
            Column(key="at", title=_l("When"), value=lambda r: r.at, kind=Kind.MOMENT),
            Column(key="who", title=_l("Who"), value=lambda r: names.get(r.who, r.who), searched=True),
            Column(key="text", title=_l("What"), value=lambda r: r.text, searched=True),
        ),
        order="-at",
        empty_title=_l("Nothing was changed by hand"),
        empty_text=_l("Changes of data and contacts are kept on the record of the debtor's cases."),
        empty_icon="history",
    )


def payment_state(row: PaymentRow) -> Badge:
    """Show what became of a payment."""
    if row.payment.reversed_at is not None:
        return Badge(_("taken back"), "red", "arrow-back-up")
    if row.left == row.payment.amount:
        return Badge(_("credit"), "azure", "wallet")
    return Badge(_("partly allocated"), "yellow", "circle-dot") if row.left else Badge(_("allocated"), "green", "check")


def _flag(row: DebtorRow) -> Badge | None:
    return Badge(_("do not contact"), "red", "ban") if row.debtor.do_not_contact else None


def _case(row: ItemRow) -> str | None:
    return url_for("cases.show", number=row.case_number) if row.case_number else None


def _source(row: StatementRow) -> str:
    names = {"erp": _("accounting system"), "bank": _("bank"), "hand": _("by hand")}
    return str(names.get(row.source, row.source))
