"""Change a debtor's data and contacts; every change stands on the record of the debtor's cases."""

from __future__ import annotations

from collections.abc import Callable

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session

from engine import history, instances
from receivables.contacts import NewContact, add_contact, correct_contact, end_contact
from receivables.debtor import Contact, Debtor
from receivables.errors import NotKnown, ReceivablesError
from service_tasks import events
from service_tasks.keys import key_of
from web.context import context
from web.pages.debtors_blueprint import debtor_of, pages
from web.pages.debtors_show import frame
from web.queries.debtors import cases_to_tell
from web.security.access import requires
from web.security.rights import Right
from web.security.viewer import current_person

FIELDS = (
    ("segment", _l("Segment")),
    ("risk_rating", _l("Risk rating")),
    ("language", _l("Language")),
    ("country", _l("Country")),
    ("tax_id", _l("Tax number")),
)
CHANNELS = (("email", _l("E-mail")), ("phone", _l("Phone")), ("postal", _l("Address")))
Change = Callable[[Session, Debtor], str]
CODES = {"language", "country"}
CODE_LENGTH = 2


@pages.get("/<int:number>/edit")
@requires(Right.WORK_CASES)
def edit(number: int) -> ResponseReturnValue:
    """Show the form of a debtor's data."""
    with context().reading() as session:
        return _edit_page(session, debtor_of(session, number), {})


@pages.post("/<int:number>/edit")
@requires(Right.WORK_CASES)
def save(number: int) -> ResponseReturnValue:
    """Change the data; imports may change it again."""
    with context().unit_of_work() as session:
        debtor = debtor_of(session, number)
        errors = {name: _("Two letters, such as PL.") for name in CODES if not _is_code(request.form.get(name, ""))}
        if errors:
            return _edit_page(session, debtor, errors)
        told = [text for name, title in FIELDS if (text := _set(debtor, name, str(title)))]
        if told:
            record(session, debtor.id, "debtor_changed", "; ".join(told))
    flash(_("Saved."), "success")
    return redirect(url_for("debtors.show", number=number))


@pages.post("/<int:number>/do-not-contact")
@requires(Right.WORK_CASES)
def switch(number: int) -> ResponseReturnValue:
    """Forbid or allow contacting the debtor."""
    with context().unit_of_work() as session:
        debtor = debtor_of(session, number)
        debtor.do_not_contact = not debtor.do_not_contact
        text = _("Do not contact: on") if debtor.do_not_contact else _("Do not contact: off")
        record(session, number, "debtor_changed", text)
    flash(text, "success")
    return redirect(url_for("debtors.show", number=number))


@pages.get("/<int:number>/contacts/new")
@pages.get("/<int:number>/contacts/<int:contact>")
@requires(Right.WORK_CASES)
def contact_form(number: int, contact: int | None = None) -> ResponseReturnValue:
    """Show the form of a new contact, or of one to correct."""
    with context().reading() as session:
        return _contact_page(session, debtor_of(session, number), contact, "")


@pages.post("/<int:number>/contacts/new")
@requires(Right.WORK_CASES)
def add(number: int) -> ResponseReturnValue:
    """Add a contact, valid from today."""
    return _with_contact(number, None, _added)


@pages.post("/<int:number>/contacts/<int:contact>")
@requires(Right.WORK_CASES)
def correct(number: int, contact: int) -> ResponseReturnValue:
    """Put a corrected contact in the place of another."""

    def corrected(session: Session, _debtor: Debtor) -> str:
        before = _contact_of(session, number, contact).value
        new = correct_contact(session, contact, _wish(), today=context().today())
        return f"{before} → {new.value}"

    return _with_contact(number, contact, corrected)


@pages.post("/<int:number>/contacts/<int:contact>/end")
@requires(Right.WORK_CASES)
def end(number: int, contact: int) -> ResponseReturnValue:
    """End a contact: it is kept, and no longer used."""
    with context().unit_of_work() as session:
        debtor_of(session, number)
        _contact_of(session, number, contact)
        ended = end_contact(session, contact, today=context().today())
        record(session, number, "contact_changed", _("no longer valid: %(value)s", value=ended.value))
    flash(_("It is no longer used."), "success")
    return redirect(url_for("debtors.show", number=number))


def record(session: Session, debtor_id: int, kind: str, text: str) -> None:
    """Put a change on the record of the debtor's cases that have a process."""
    numbers = [case.number for case in cases_to_tell(session, debtor_id)]
    known = instances.views(session, [key_of(number) for number in numbers])
    for key in known:
        history.record(session, key, who=current_person().username, kind=kind, text=text, now=context().now())


def _contact_of(session: Session, debtor_id: int, contact_id: int) -> Contact:
    """Give a contact of this debtor; raise NotKnown for another debtor's, whose record would not tell of the change."""
    found = session.get(Contact, contact_id)
    if found is None or found.debtor_id != debtor_id:
        raise NotKnown(_("This debtor has no contact %(number)s.", number=contact_id))
    return found


def _with_contact(number: int, contact: int | None, change: Change) -> ResponseReturnValue:
    parts = context()
    with parts.unit_of_work() as session:
        debtor = debtor_of(session, number)
        try:
            text = change(session, debtor)
        except ReceivablesError as error:
            session.rollback()
            return _contact_page(session, debtor, contact, str(error))
        record(session, number, "contact_changed", text)
        open_cases = [case.number for case in cases_to_tell(session, number) if case.closed_on is None]
        for each in open_cases:
            payload: dict[str, object] = {"channel": request.form.get("channel", "")}
            unique = f"{number}:{text}:{parts.now().isoformat()}"
            events.announce(session, "contact_found", each, payload, unique=unique, now=parts.now())
    for each in open_cases:
        parts.worker.wake(key_of(each))
    flash(_("Saved."), "success")
    return redirect(url_for("debtors.show", number=number) + "#contacts")


def _added(session: Session, debtor: Debtor) -> str:
    added = add_contact(session, debtor.id, _wish(), today=context().today())
    return str(_("new: %(value)s", value=added.value))


def _wish() -> NewContact:
    form = request.form
    return NewContact(
        channel=form.get("channel", ""),
        value=form.get("value", ""),
        street=form.get("street", "").strip() or None,
        city=form.get("city", "").strip() or None,
        postcode=form.get("postcode", "").strip() or None,
        country=form.get("country", "").strip().upper() or None,
    )


def _set(debtor: Debtor, name: str, title: str) -> str:
    """Set one field; say what changed, or nothing."""
    new = request.form.get(name, "").strip() or None
    if name in CODES and new:
        new = new.lower() if name == "language" else new.upper()
    before = getattr(debtor, name)
    setattr(debtor, name, new)
    return "" if before == new else f"{title}: {before or '–'} → {new or '–'}"


def _is_code(text: str) -> bool:
    bare = text.strip()
    return not bare or (len(bare) == CODE_LENGTH and bare.isalpha() and bare.isascii())


def _edit_page(session: Session, debtor: Debtor, errors: dict[str, str]) -> ResponseReturnValue:
    values = {name: request.form.get(name, getattr(debtor, name)) for name, _title in FIELDS}
    page = {"errors": errors, "values": values, "fields": FIELDS}
    return render_template("debtors/edit.html", **page, **frame(session, debtor))


def _contact_page(session: Session, debtor: Debtor, contact: int | None, error: str) -> ResponseReturnValue:
    known = session.get(Contact, contact) if contact else None
    if known is not None and known.debtor_id != debtor.id:
        known = None
    page = {"contact": known, "error": error, "values": request.form, "channels": CHANNELS}
    return render_template("debtors/contact.html", **page, **frame(session, debtor))
