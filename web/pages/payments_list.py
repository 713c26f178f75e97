"""All payments, and one of them with what it paid."""

from __future__ import annotations

from typing import Any

from flask import render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session

from engine.errors import NotFound
from receivables.debtor import Debtor
from receivables.payment import Payment
from web.context import context
from web.formats import Money
from web.pages.debtors_tables import payment_state
from web.pages.payments_blueprint import pages
from web.queries.payments import (
    PaymentRow,
    allocation,
    choices_of_people,
    complete,
    has_credit,
    owing,
    payment_list,
)
from web.queries.words import people_names
from web.security.access import requires
from web.security.rights import Right
from web.tables import Column, Filter, Kind, Query, Table, respond

SOURCES = (("hand", _l("by hand")), ("bank", _l("bank")))
STATES = (("credit", _l("with credit")), ("reversed", _l("taken back")))


@pages.get("/")
@requires(Right.SEE_PAYMENTS)
def index() -> ResponseReturnValue:
    """List the payments."""
    with context().reading() as session:
        table = _table(session, people_names(session))
        return respond(table, Query(session, payment_list(), complete, scalars=False), "payments/index.html")


@pages.get("/<int:number>")
@requires(Right.SEE_PAYMENTS)
def show(number: int) -> ResponseReturnValue:
    """Show a payment with the items it was booked on."""
    with context().reading() as session:
        row = payment_of(session, number)
        return render_template("payments/show.html", **page_of(session, row))


def payment_of(session: Session, number: int) -> PaymentRow:
    """Give a payment; raise NotFound with words for people."""
    found = complete(session, session.execute(payment_list().where(Payment.id == number)).all())
    if not found:
        raise NotFound(_("There is no payment %(number)s.", number=number))
    return found[0]


def page_of(session: Session, row: PaymentRow) -> dict[str, Any]:
    """Give what a payment's page shows."""
    payment = row.payment
    booked = allocation(session, payment.id)
    return {
        "row": row,
        "payment": payment,
        "state": payment_state(row),
        "booked": [
            (item, posting, number, Money(-posting.amount, posting.currency)) for item, posting, number in booked
        ],
        "could_allocate": bool(row.left and owing(session, payment.debtor_id, payment.currency)),
        "names": people_names(session),
    }


def _table(session: Session, names: dict[str, str]) -> Table:
    return Table(
        name="payments",
        title=_l("Payments"),
        columns=_columns(names),
        filters=_filters(session, names),
        order="-on",
        href=lambda row: url_for("payments.show", number=row.payment.id),
        empty_title=_l("No payments yet"),
        empty_text=_l(
            "Enter what came in by hand; what the accounting system reports as settled comes with the imports."
        ),
        empty_icon="cash",
    )


def _columns(names: dict[str, str]) -> tuple[Column, ...]:
    return (
        Column(
            key="on",
            title=_l("Received"),
            value=lambda r: r.payment.received_on,
            kind=Kind.DATE,
            sort=Payment.received_on,
        ),
        Column(
            key="debtor",
            title=_l("Debtor"),
            value=lambda r: r.debtor,
            sort=Debtor.name,
            search=Debtor.name,
            href=lambda r: url_for("debtors.show", number=r.payment.debtor_id),
        ),
        Column(key="amount", title=_l("Amount"), value=lambda r: r.amount, kind=Kind.MONEY, sort=Payment.amount),
        Column(key="credit", title=_l("Not allocated"), value=lambda r: r.credit, kind=Kind.MONEY, sortable=False),
        Column(
            key="reference",
            title=_l("Reference"),
            value=lambda r: r.payment.reference,
            search=Payment.reference,
            sort=Payment.reference,
        ),
        *_origin(names),
        Column(key="state", title=_l("State"), value=payment_state, kind=Kind.BADGE, sortable=False),
    )


def _origin(names: dict[str, str]) -> tuple[Column, ...]:
    source: dict[str, Any] = {"value": lambda r: str(dict(SOURCES)[r.payment.source]), "sort": Payment.source}
    by: dict[str, Any] = {
        "value": lambda r: names.get(r.payment.entered_by, r.payment.entered_by),
        "sort": Payment.entered_by,
    }
    return (
        Column(key="source", title=_l("Source"), wide_only=True, **source),
        Column(key="by", title=_l("Entered by"), wide_only=True, **by),
    )


def _filters(session: Session, names: dict[str, str]) -> tuple[Filter, ...]:
    return (
        Filter(key="state", title=_l("State"), choices=STATES, where=_in_state),
        Filter(key="source", title=_l("Source"), choices=SOURCES, where=lambda value: Payment.source == value),
        Filter(
            key="by",
            title=_l("Entered by"),
            choices=choices_of_people(session, names),
            where=lambda value: Payment.entered_by == value,
        ),
    )


def _in_state(value: str) -> Any:
    return has_credit() if value == "credit" else Payment.reversed_at.is_not(None)
