"""Who asks for the money: name, address, bank accounts, logo and signature, as letters and messages show them."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from schwifty import IBAN
from schwifty.exceptions import SchwiftyException
from sqlalchemy import select
from sqlalchemy.orm import Session
from werkzeug.datastructures import FileStorage

from engine.errors import NotFound
from receivables.creditor import Creditor, CreditorAccount
from receivables.money import known_currency
from web.context import context
from web.security.access import requires, signed_in
from web.security.rights import Right

pages = Blueprint("creditor", __name__, url_prefix="/administration/creditor")

FIELDS = ("name", "street", "postcode", "city", "country", "tax_id", "reply_to", "email", "phone", "signature")
PICTURES = {b"\x89PNG\r\n\x1a\n": "image/png", b"\xff\xd8\xff": "image/jpeg"}
LARGEST_LOGO = 1_000_000
SPARE_ACCOUNTS = 2
"""Empty lines offered below the known accounts."""


@pages.get("/")
@requires(Right.SEE_SETTINGS)
def show() -> ResponseReturnValue:
    """Show the creditor as it stands."""
    with context().reading() as session:
        return _page(session, _creditor(session), {})


@pages.post("/")
@requires(Right.ADMINISTER)
def save() -> ResponseReturnValue:
    """Keep everything at once, or nothing and say what is wrong."""
    with context().unit_of_work() as session:
        creditor = _creditor(session)
        accounts, errors = _accounts()
        errors |= _fill(creditor) | _take_logo(creditor, request.files.get("logo"))
        if errors:
            session.rollback()
            return _page(session, creditor, errors)
        session.add(creditor)
        creditor.accounts = []
        session.flush()  # the same account may be entered again: the old row goes first
        creditor.accounts = accounts
    flash(_("Saved. Letters drafted from now on show it."), "success")
    return redirect(url_for("creditor.show"))


@pages.get("/logo")
@signed_in
def logo() -> ResponseReturnValue:
    """Give the logo's picture."""
    with context().reading() as session:
        picture = _creditor(session).logo
    if not picture:
        raise NotFound(_("There is no logo yet."))
    return Response(picture, mimetype=_kind(picture))


def _creditor(session: Session) -> Creditor:
    return session.scalar(select(Creditor).order_by(Creditor.id).limit(1)) or Creditor(name="", accounts=[])


def _page(session: Session, creditor: Creditor, errors: dict[str, str]) -> ResponseReturnValue:
    values: dict[str, Any] = {name: request.form.get(name, getattr(creditor, name) or "") for name in FIELDS}
    has_logo = bool(
        creditor.id and session.scalar(select(Creditor.logo.is_not(None)).where(Creditor.id == creditor.id))
    )
    known = [{"iban": a.iban, "bic": a.bic, "bank": a.bank, "currency": a.currency} for a in creditor.accounts]
    rows = _given_rows() if request.method == "POST" else known
    empty = [{"iban": "", "bic": "", "bank": "", "currency": ""}] * SPARE_ACCOUNTS
    return render_template(
        "creditor/show.html",
        values=values,
        rows=rows + empty,
        has_logo=has_logo,
        errors=errors,
        known=bool(creditor.id),
    )


def _fill(creditor: Creditor) -> dict[str, str]:
    for name in FIELDS:
        setattr(creditor, name, request.form.get(name, "").strip() or None)
    errors = {} if creditor.name else {"name": _("Letters need a name.")}
    creditor.name = creditor.name or ""
    creditor.country = (creditor.country or "").upper() or None
    if creditor.country and len(creditor.country) != len("PL"):
        errors["country"] = _("Two letters, such as PL.")
    for name in ("reply_to", "email"):
        if getattr(creditor, name) and "@" not in getattr(creditor, name):
            errors[name] = _("This is no e-mail address.")
    return errors


def _accounts() -> tuple[list[CreditorAccount], dict[str, str]]:
    """Read the bank accounts entered; give them with what is wrong, by field."""
    accounts, errors = [], {}
    for place, row in enumerate(_given_rows()):
        try:
            iban = IBAN(row["iban"])
        except SchwiftyException as wrong:
            errors[f"iban-{place}"] = _("Not a valid IBAN: %(why)s.", why=str(wrong))
            continue
        currency = row["currency"].upper()
        if not known_currency(currency):
            errors[f"currency-{place}"] = _("No such currency; write one like EUR.")
        bic = row["bic"] or (str(iban.bic) if iban.bic else None)
        accounts.append(CreditorAccount(iban=iban.compact, bic=bic, bank=row["bank"] or None, currency=currency))
    return accounts, errors


def _given_rows() -> list[dict[str, str]]:
    columns = {name: request.form.getlist(name) for name in ("iban", "bic", "bank", "currency")}
    lines = zip(*columns.values(), strict=True)
    rows = [dict(zip(columns, (value.strip() for value in line), strict=True)) for line in lines]
    return [row for row in rows if row["iban"]]


def _take_logo(creditor: Creditor, file: FileStorage | None) -> dict[str, str]:
    if request.form.get("remove_logo"):
        creditor.logo = None
    if file is None or not file.filename:
        return {}
    picture = file.read()
    if len(picture) > LARGEST_LOGO or not _kind(picture):
        return {"logo": _("A logo is a PNG or JPEG picture of at most 1 MB.")}
    creditor.logo = picture
    return {}


def _kind(picture: bytes) -> str:
    return next((kind for start, kind in PICTURES.items() if picture.startswith(start)), "")
