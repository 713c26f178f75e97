"""Imports that were made: what each did, what it refused, and taking the last one back."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

from flask import Blueprint, flash, redirect, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext
from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.errors import NotFound
from receivables.import_run import ImportRun
from receivables.imports.applying import KIND
from receivables.money import to_minor
from web.context import context
from web.pages.imports_words import COUNTS
from web.queries.imports import (
    RefusedLine,
    Taken,
    find_run,
    last_run,
    refused_lines,
    refused_path,
    sent_on_it,
    take_back,
    taken_back,
)
from web.queries.words import people_names
from web.security.access import requires
from web.security.rights import Right
from web.security.viewer import current_person
from web.tables import Badge, Column, Kind, Listed, Query, Table, respond

pages = Blueprint("imports", __name__, url_prefix="/imports")


@pages.get("/")
@requires(Right.SEE_IMPORTS)
def index() -> ResponseReturnValue:
    """List the imports, the newest first."""
    statement = select(ImportRun).where(ImportRun.kind == KIND).order_by(ImportRun.id.desc())
    with context().reading() as session:
        return respond(_runs(people_names(session)), Query(session, statement), "imports/index.html")


@pages.get("/<int:number>")
@requires(Right.SEE_IMPORTS)
def show(number: int) -> ResponseReturnValue:
    """Show what an import did and what it refused."""
    with context().reading() as session:
        run = find_run(session, number)
        path = refused_path(run, _refused_folder())
        counts = run.counts or {}
        return respond(
            _refused(number),
            Listed(refused_lines(path)),
            "imports/show.html",
            run=run,
            counts=counts,
            words=COUNTS,
            amounts={name: amounts(counts.get(name)) for name in ("total_amount", "open_amount")},
            has_file=path is not None,
            names=people_names(session),
            undo=_undo_question(session, run),
            sent=sent_on_it(session, run),
        )


@pages.get("/<int:number>/refused.csv")
@requires(Right.SEE_IMPORTS)
def refused(number: int) -> ResponseReturnValue:
    """Give the refused rows as a file, ready to be corrected and imported again."""
    with context().reading() as session:
        path = refused_path(find_run(session, number), _refused_folder())
    if path is None:
        raise NotFound(_("Import %(number)s has no file of refused rows.", number=number))
    return send_file(path, mimetype="text/csv", as_attachment=True, download_name=path.name)


@pages.post("/<int:number>/undo")
@requires(Right.IMPORT)
def undo(number: int) -> ResponseReturnValue:
    """Take the last import back."""
    parts = context()
    with parts.unit_of_work() as session:
        by = current_person().username
        undone = take_back(session, number, by=by, now=parts.now(), today=parts.today())
    text = ngettext("%(num)s receivable was taken back.", "%(num)s receivables were taken back.", undone.receivables)
    flash(_("The import is undone.") + " " + text, "success")
    return redirect(url_for("imports.show", number=number))


def amounts(texts: dict[str, str] | None) -> dict[str, int]:
    """Give amounts that were stored as text in minor units."""
    return {currency: to_minor(Decimal(text), currency)[0] for currency, text in (texts or {}).items()}


def _refused_folder() -> Any:
    return context().settings.kept("refused")


def _undo_question(session: Session, run: ImportRun) -> str:
    """Ask once, with the consequence in numbers; nothing where the import cannot be undone by this reader."""
    last = last_run(session)
    if last is None or last.id != run.id or not current_person().may(Right.IMPORT) or sent_on_it(session, run):
        return ""
    taken: Taken = taken_back(session, run)
    return str(
        _(
            "Undo this import? %(receivables)s receivables and %(postings)s postings are taken back;"
            " %(cases)s open cases are told. It is refused once something was sent or paid on it.",
            receivables=f"{taken.receivables:,}",
            postings=f"{taken.postings:,}",
            cases=f"{taken.cases:,}",
        )
    )


def _state(run: ImportRun) -> Badge:
    if run.undone_at is not None:
        return Badge(_("undone"), "secondary", "arrow-back-up")
    if (run.counts or {}).get("rejected"):
        return Badge(_("partly refused"), "orange", "alert-triangle")
    return Badge(_("done"), "green", "check")


def _count(name: str) -> Any:
    return lambda run: (run.counts or {}).get(name)


def _runs(names: dict[str, str]) -> Table:
    numbers = (("rows", _l("Rows")), ("created", _l("New")), ("updated", _l("Changed")), ("settled", _l("Settled")))
    return Table(
        name="imports",
        title=_l("Imports"),
        columns=(
            Column(
                key="file",
                title=_l("File"),
                value=lambda r: r.file_name,
                sort=ImportRun.file_name,
                search=ImportRun.file_name,
            ),
            Column(
                key="at", title=_l("When"), value=lambda r: r.started_at, kind=Kind.MOMENT, sort=ImportRun.started_at
            ),
            Column(key="by", title=_l("Who"), value=lambda r: names.get(r.by, r.by), sort=ImportRun.by),
            Column(key="as_of", title=_l("As of"), value=lambda r: r.as_of, kind=Kind.DATE, sort=ImportRun.as_of),
            *(Column(key=k, title=t, value=_count(k), kind=Kind.NUMBER, sortable=False) for k, t in numbers),
            Column(
                key="rejected",
                title=_l("Refused"),
                value=_count("rejected"),
                kind=Kind.NUMBER,
                sortable=False,
                href=lambda r: url_for("imports.refused", number=r.id) if r.refused_file else None,
            ),
            Column(key="state", title=_l("State"), value=_state, kind=Kind.BADGE, sort=ImportRun.undone_at),
        ),
        href=lambda r: url_for("imports.show", number=r.id),
        empty_title=_l("Nothing was imported yet"),
        empty_text=_l("Start with a file of receivables from your accounting system: CSV or Excel."),
        empty_icon="file-import",
    )


def _refused(number: int) -> Table:
    return Table(
        name=f"refused-{number}",
        title=_l("Refused rows"),
        columns=(
            Column(key="line", title=_l("Line"), value=lambda row: row.line, kind=Kind.NUMBER),
            Column(key="reason", title=_l("Why"), value=lambda row: row.reason, searched=True),
            Column(key="cells", title=_l("Row"), value=_cells, searched=True, sortable=False),
        ),
        empty_title=_l("No row was refused"),
        empty_text=_l("Everything in the file went in."),
        empty_icon="circle-check",
    )


def _cells(row: RefusedLine) -> str:
    return row.cells
