"""Enter a payment by hand, see before what it will pay, take it back; cases hear of both at once."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from engine import history, instances
from engine.errors import InvalidForm
from receivables.debtor import Debtor
from receivables.errors import ReceivablesError
from receivables.money import to_text
from receivables.payment import Payment
from receivables.payments import NewPayment, allocate_credit, enter_payment, reverse_payment
from receivables.search import find
from service_tasks import events
from service_tasks.keys import key_of
from web.context import context
from web.entries import amount_in, currency_in, day_in, row_number, row_numbers, text_in
from web.formats import Money, money_text
from web.pages.debtors_blueprint import debtor_of
from web.pages.payments_blueprint import pages
from web.pages.payments_list import page_of, payment_of
from web.queries.payments import cases_holding, owing, preview
from web.security.access import requires
from web.security.rights import Right
from web.security.viewer import current_person

FOUND_AT_MOST = 12


@dataclass(frozen=True, slots=True)
class Told:
    """What cases are told of a payment: the message, the words for the record."""

    name: str
    kind: str
    text: str
    unique: str


@pages.get("/new")
@requires(Right.ENTER_PAYMENTS)
def new() -> ResponseReturnValue:
    """Choose the debtor, then fill in what was received."""
    with context().reading() as session:
        debtor = session.get(Debtor, request.args.get("debtor", 0, type=row_number))
        if debtor is not None:
            return _form(session, debtor, {})
        return render_template("payments/debtor.html", debtors=_found(session), text=request.args.get("text", ""))


@pages.post("/preview")
@requires(Right.ENTER_PAYMENTS)
def show_preview() -> ResponseReturnValue:
    """Say how the payment would be shared out; nothing is kept."""
    with context().reading() as session:
        debtor = debtor_of(session, request.form.get("debtor", 0, type=row_number))
        return render_template("payments/preview.html", **_preview(session, debtor))


@pages.post("/")
@requires(Right.ENTER_PAYMENTS)
def create() -> ResponseReturnValue:
    """Keep the payment, share it out, and let the cases hear of it."""
    parts = context()
    with parts.unit_of_work() as session:
        debtor = debtor_of(session, request.form.get("debtor", 0, type=row_number))
        try:
            wish = _wish(debtor)
            entered = enter_payment(session, wish, by=_by(), now=parts.now(), today=parts.today())
        except (InvalidForm, ReceivablesError) as error:
            session.rollback()
            return _form(session, debtor, error.errors if isinstance(error, InvalidForm) else {"": str(error)})
        payment = entered.payment
        told = Told("payment_received", "payment", _amount(payment), f"{payment.id}")
        numbers = _tell(session, payment, list(entered.allocated), told)
        left = entered.unallocated
    _wake(numbers)
    flash(_said(wish, left, entered.known_to_erp), "success")
    return redirect(url_for("payments.show", number=payment.id))


@pages.post("/<int:number>/reverse")
@requires(Right.ENTER_PAYMENTS)
def reverse(number: int) -> ResponseReturnValue:
    """Take a payment back; what it paid is owed again."""
    parts = context()
    with parts.unit_of_work() as session:
        row = payment_of(session, number)
        try:
            reason = text_in(request.form, "reason", _("Say why the payment is taken back."))
        except InvalidForm as error:
            session.rollback()
            return render_template("payments/show.html", errors=error.errors, **page_of(session, row))
        again = reverse_payment(session, number, by=_by(), now=parts.now(), today=parts.today())
        text = f"{_amount(row.payment)}: {reason}"
        numbers = _tell(
            session, row.payment, list(again), Told("payment_reversed", "payment_reversed", text, f"{number}")
        )
    _wake(numbers)
    flash(_("Taken back: %(amount)s is owed again.", amount=_sum(row.payment, again)), "success")
    return redirect(url_for("payments.show", number=number))


@pages.post("/<int:number>/allocate")
@requires(Right.ENTER_PAYMENTS)
def allocate(number: int) -> ResponseReturnValue:
    """Allocate the debtor's credit to what is open."""
    parts = context()
    with parts.unit_of_work() as session:
        payment = payment_of(session, number).payment
        shares = allocate_credit(session, payment.debtor_id, by=_by(), now=parts.now(), today=parts.today())
        unique = f"{number}:{parts.now().isoformat()}"
        numbers = _tell(session, payment, list(shares), Told("payment_received", "payment", _amount(payment), unique))
    _wake(numbers)
    flash(_("Allocated: %(amount)s.", amount=_sum(payment, shares)), "success")
    return redirect(url_for("payments.show", number=number))


def _tell(session: Session, payment: Payment, receivable_ids: Sequence[int], told: Told) -> list[int]:
    """Tell the cases that hold the items, then let what is paid leave them; give the cases' numbers."""
    now: datetime = context().now()
    numbers = sorted(cases_holding(session, receivable_ids))
    known = instances.views(session, [key_of(number) for number in numbers])
    payload: dict[str, object] = {"amount": to_text(payment.amount, payment.currency), "currency": payment.currency}
    for number in numbers:
        if key_of(number) in known:
            detail = {"payment": payment.id}
            history.record(session, key_of(number), who=_by(), kind=told.kind, text=told.text, detail=detail, now=now)
            events.announce(session, told.name, number, payload, unique=told.unique, now=now)
    events.settle_paid(session, today=context().today(), now=now)
    return numbers


def _wake(numbers: Sequence[int]) -> None:
    for number in numbers:
        context().worker.wake(key_of(number))


def _wish(debtor: Debtor) -> NewPayment:
    form = request.form
    currency = currency_in(form, "currency")
    return NewPayment(
        debtor_id=debtor.id,
        received_on=day_in(form, "received_on"),
        amount=amount_in(form, "amount", currency),
        currency=currency,
        reference=form.get("reference", "").strip() or None,
        designated=_named(),
    )


def _named() -> tuple[int, ...]:
    return tuple(row_numbers(request.form.getlist("item")))


def _form(session: Session, debtor: Debtor, errors: dict[str, str]) -> ResponseReturnValue:
    owed = owing(session, debtor.id)
    currencies = list(dict.fromkeys(item.currency for item, _open in owed)) or ["EUR"]
    page = {"debtor": debtor, "owed": owed, "currencies": currencies, "errors": errors, "values": request.form}
    case = request.values.get("case", "")
    return render_template(
        "payments/new.html", case=case if case.isdecimal() else "", **page, **_preview(session, debtor)
    )


def _preview(session: Session, debtor: Debtor) -> dict[str, Any]:
    try:
        currency = currency_in(request.form, "currency")
        amount = amount_in(request.form, "amount", currency)
    except InvalidForm:
        return {"shares": None, "left": None, "shown_currency": ""}
    shares, left = preview(session, debtor.id, amount, currency, _named())
    return {"shares": shares, "left": left, "shown_currency": currency}


def _found(session: Session) -> list[Debtor]:
    """Give the debtors that a text leads to, by whatever it names."""
    hits = find(session, request.args.get("text", ""), limit=FOUND_AT_MOST)
    ids = dict.fromkeys(hit.debtor_id for hit in hits if hit.debtor_id is not None)
    return [session.get_one(Debtor, each) for each in list(ids)[:FOUND_AT_MOST]]


def _said(wish: NewPayment, left: int, known: int) -> str:
    said = str(_("Entered: %(amount)s.", amount=money_text(Money(wish.amount, wish.currency))))
    if left:
        said += " " + _("%(left)s stays the debtor's credit.", left=money_text(Money(left, wish.currency)))
    if known:
        said += " " + _(
            "%(known)s of it the accounting system had reported already.", known=money_text(Money(known, wish.currency))
        )
    return said


def _amount(payment: Payment) -> str:
    return money_text(Money(payment.amount, payment.currency))


def _sum(payment: Payment, amounts: Mapping[int, int]) -> str:
    return money_text(Money(sum(amounts.values()), payment.currency))


def _by() -> str:
    return current_person().username
