"""Lists of letters: all of them, those approved just now, and the print list that a person posts."""

from __future__ import annotations

import io
from typing import Any

from flask import Blueprint, flash, redirect, request, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from connectors.print_list.bundle import PrintLetter, bundle
from engine.errors import InvalidForm
from engine.tables import OutboxRow
from receivables.case import Case
from receivables.debtor import Debtor
from receivables.letter import Letter
from service_tasks.documents import DocumentStore
from web.context import context
from web.entries import row_numbers
from web.pages.letters import counts
from web.pages.letters_words import STATES, TEMPLATES, state_badge, template_title, way_title
from web.queries.letters import approved_lately, complete_letters, handed_rows, letter_rows
from web.queries.tasks import names_of, reach_of
from web.security.access import requires
from web.security.rights import Right
from web.security.viewer import current_person
from web.tables import Column, Filter, Kind, Listed, Query, Table, respond

pages = Blueprint("letter_lists", __name__, url_prefix="/letters")


@pages.get("/all")
@requires(Right.SEE_LETTERS)
def every() -> ResponseReturnValue:
    """List every letter."""
    with context().reading() as session:
        rows = Query(session, letter_rows(), complete=complete_letters, scalars=False)
        return respond(LETTERS, rows, "letters/all.html", counts=counts(session))


@pages.get("/recent")
@requires(Right.SEE_LETTERS)
def recent() -> ResponseReturnValue:
    """List the approvals that can still be taken back."""
    with context().reading() as session:
        found = approved_lately(session, reach_of(session, current_person()), context().now())
        names = names_of(session, [each.task.done_by for each in found])
        return respond(_recent_table(names), Listed(found), "letters/recent.html", counts=counts(session))


@pages.get("/print")
@requires(Right.SEE_LETTERS)
def print_list() -> ResponseReturnValue:
    """List the letters that wait for somebody to post them."""
    with context().reading() as session:
        return respond(PRINT, Listed(handed_rows(session)), "letters/print.html", counts=counts(session))


@pages.post("/print/download")
@requires(Right.WORK_CASES)
def download() -> ResponseReturnValue:
    """Give the picked letters (none picked: all) with their addresses in one ZIP."""
    with context().reading() as session:
        letters = [_print_letter(row, letter) for row, letter, _number, _debtor in handed_rows(session, _picked())]
    if not letters:
        raise InvalidForm({"selected": _("There is nothing to print.")})
    name = f"letters-{context().today().isoformat()}.zip"
    return send_file(io.BytesIO(bundle(letters)), "application/zip", as_attachment=True, download_name=name)


@pages.post("/print/posted")
@requires(Right.WORK_CASES)
def posted() -> ResponseReturnValue:
    """Note that the picked letters were posted; their cases go on."""
    with context().unit_of_work() as session:
        picked = handed_rows(session, _picked()) if _picked() else []
        ids = [row.id for row, *_rest in picked]
        keys = sorted({row.business_key for row, *_rest in picked})
        done = context().dispatcher.confirm(session, ids, by=current_person().username)
    for key in keys:
        context().worker.wake(key)
    flash(ngettext("%(num)s letter marked as posted.", "%(num)s letters marked as posted.", done), "success")
    return redirect(url_for("letter_lists.print_list"))


def _recent_table(names: dict[str, str]) -> Table:
    return Table(
        name="approved",
        title=_l("Approved in the last ten minutes"),
        href=lambda each: url_for("letters.show", number=each.letter.id),
        columns=(
            Column(key="letter", title=_l("Letter"), value=lambda each: template_title(each.letter.template)),
            Column(key="debtor", title=_l("Debtor"), value=lambda each: each.debtor, searched=True),
            Column(key="case", title=_l("Case"), value=lambda each: each.number, searched=True),
            Column(key="asks", title=_l("Asks for"), value=lambda each: each.totals, kind=Kind.MONEYS, sortable=False),
            Column(key="by", title=_l("Approved by"), value=lambda each: names.get(each.task.done_by)),
            Column(key="leaves", title=_l("Leaves after"), value=lambda each: each.task.undo_until, kind=Kind.MOMENT),
        ),
        select=lambda each: str(each.letter.id),
        empty_title=_l("Nothing can be undone"),
        empty_text=_l("A letter you approve waits here for ten minutes before it leaves."),
        empty_icon="clock",
        size=500,
    )


def _picked() -> list[int]:
    return row_numbers(request.form.getlist("selected"))


def _print_letter(row: OutboxRow, letter: Letter) -> PrintLetter:
    place: dict[str, Any] = (row.receipt or {}).get("print") or {}
    return PrintLetter(
        case=str(row.payload["case"]),
        file_name=str(place.get("file_name") or letter.file_name),
        content=DocumentStore(context().documents).get(str(place.get("sha256") or letter.sha256)),
        name=str(place.get("name") or ""),
        lines=tuple(place.get("lines") or ()),
        country=str(place.get("country") or ""),
        language=str(place.get("language") or ""),
    )


def _address(entry: Any) -> str:
    place: dict[str, Any] = (entry[0].receipt or {}).get("print") or {}
    return ", ".join(place.get("lines") or ())


def _addressee(entry: Any) -> str:
    return str(((entry[0].receipt or {}).get("print") or {}).get("name") or "")


LETTERS = Table(
    name="letters",
    title=_l("Letters"),
    href=lambda line: url_for("letters.show", number=line.letter.id),
    columns=(
        Column(
            key="letter",
            title=_l("Letter"),
            value=lambda line: template_title(line.letter.template),
            sort=Letter.template,
        ),
        Column(
            key="debtor",
            title=_l("Debtor"),
            value=lambda line: line.debtor,
            href=lambda line: url_for("debtors.show", number=line.debtor_id),
            sort=Debtor.name,
            search=Debtor.name,
        ),
        Column(
            key="case",
            title=_l("Case"),
            value=lambda line: line.number,
            href=lambda line: url_for("cases.show", number=line.number),
            sort=Case.number,
            search=Case.number,
        ),
        Column(key="asks", title=_l("Asks for"), value=lambda line: line.totals, kind=Kind.MONEYS, sortable=False),
        Column(
            key="state",
            title=_l("State"),
            value=lambda line: state_badge(line.letter.status),
            kind=Kind.BADGE,
            sort=Letter.status,
            export=lambda line: state_badge(line.letter.status).text,
        ),
        Column(
            key="drafted",
            title=_l("Drafted"),
            value=lambda line: line.letter.drafted_at,
            kind=Kind.MOMENT,
            sort=Letter.drafted_at,
        ),
        Column(
            key="decided",
            title=_l("Decided by"),
            value=lambda line: line.who.get(line.letter.decided_by, line.letter.decided_by),
            sort=Letter.decided_by,
            wide_only=True,
        ),
        Column(
            key="sent", title=_l("Sent"), value=lambda line: line.letter.sent_at, kind=Kind.MOMENT, sort=Letter.sent_at
        ),
        Column(
            key="way",
            title=_l("Way"),
            value=lambda line: way_title(line.letter.channel),
            sort=Letter.channel,
            wide_only=True,
        ),
    ),
    filters=(
        Filter(
            key="state",
            title=_l("State"),
            choices=[(key, text) for key, (text, _colour, _icon) in STATES.items()],
            where=lambda value: Letter.status == value,
        ),
        Filter(
            key="template",
            title=_l("Letter"),
            choices=list(TEMPLATES.items()),
            where=lambda value: Letter.template == value,
        ),
    ),
    empty_title=_l("No letters yet"),
    empty_text=_l("Demands appear here when a case comes to the stage that drafts them."),
    empty_icon="file-text",
)
PRINT = Table(
    name="print-list",
    title=_l("Print list"),
    columns=(
        Column(key="name", title=_l("Addressee"), value=_addressee, searched=True),
        Column(key="address", title=_l("Address"), value=_address, searched=True),
        Column(
            key="letter",
            title=_l("Letter"),
            value=lambda entry: template_title(entry[1].template),
            href=lambda entry: url_for("letters.show", number=entry[1].id),
        ),
        Column(
            key="case",
            title=_l("Case"),
            value=lambda entry: entry[2],
            href=lambda entry: url_for("cases.show", number=entry[2]),
        ),
        Column(
            key="approved",
            title=_l("Approved"),
            value=lambda entry: entry[1].decided_at,
            kind=Kind.MOMENT,
        ),
    ),
    select=lambda entry: str(entry[0].id),
    empty_title=_l("Nothing to post"),
    empty_text=_l("Approved letters to debtors without an e-mail address appear here, to be printed and posted."),
    empty_icon="printer",
    size=500,
)
