"""A new import, step by step: the file, what its columns mean, what would change, then the import itself."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

from flask import redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from connectors.receivable_files import Profile, Proposal, profile_from, propose_profile
from engine.errors import NotFound
from receivables.errors import UnusableFile
from web import import_drafts
from web.context import context
from web.entries import row_number
from web.import_drafts import Draft
from web.jobs import run as jobs
from web.jobs.table import Job
from web.pages.imports import amounts, pages
from web.pages.imports_words import COUNTS, DATE_FORMATS, DECIMALS, HINTS, MODES, SECTIONS, TITLES
from web.queries.imports import fitting, main_currency, named_profiles
from web.security.access import requires
from web.security.rights import Right
from web.security.viewer import current_person

__all__ = ["pages"]
TRY, IMPORT = "try_import", "import"


@pages.get("/new")
@requires(Right.IMPORT)
def new() -> ResponseReturnValue:
    """Ask for the file."""
    return render_template("imports/new.html", problem_text="")


@pages.post("/new")
@requires(Right.IMPORT)
def upload() -> ResponseReturnValue:
    """Keep the file and go on to its columns; one that cannot be read is refused at once."""
    given = request.files.get("file")
    if given is None or not given.filename:
        return render_template("imports/new.html", problem_text=_("Choose a file first."))
    content, name = given.read(), Path(given.filename).name
    try:
        propose_profile(content, name)
    except UnusableFile as wrong:
        return render_template("imports/new.html", problem_text=str(wrong))
    draft = import_drafts.keep(context().settings, name, content, by=current_person().username)
    return redirect(url_for("imports.mapping", token=draft.token))


@pages.get("/new/<token>")
@requires(Right.IMPORT)
def mapping(token: str) -> ResponseReturnValue:
    """Show which column is taken for which field, with the first rows."""
    draft = import_drafts.find(context().settings, token)
    return _mapping_page(draft, None, "")


@pages.post("/new/<token>")
@requires(Right.IMPORT)
def preview_mapping(token: str) -> ResponseReturnValue:
    """Keep the mapping and find out, in the background, what the import would change."""
    parts, draft = context(), import_drafts.find(context().settings, token)
    values = _read_form()
    try:
        draft.profile = profile_from(values).as_dict()
        draft.as_of = date.fromisoformat(request.form.get("as_of", "")).isoformat()
    except (UnusableFile, ValueError) as wrong:
        text = str(wrong) if isinstance(wrong, UnusableFile) else _("Choose the day as of which the file counts.")
        return _mapping_page(draft, values, text.removeprefix("Profile: "))
    draft.save_as = request.form.get("save_as", "").strip()
    import_drafts.store(parts.settings, draft)
    return _order(TRY, _("Preview of %(file)s", file=draft.file_name), {"token": token})


@pages.get("/new/<token>/preview")
@requires(Right.IMPORT)
def preview(token: str) -> ResponseReturnValue:
    """Show what the import would change; nothing was changed yet."""
    draft = import_drafts.find(context().settings, token)
    with context().reading() as session:
        job = session.get(Job, request.args.get("job", 0, type=row_number))
        found = job.result if job is not None and job.arguments.get("token") == token else None
    if found is None:
        raise NotFound(_("This preview is no longer there. Open the mapping and look at it again."))
    counts = found["counts"]
    money = {name: amounts(counts[name]) for name in ("total_amount", "open_amount")}
    return render_template("imports/preview.html", draft=draft, found=found, counts=counts, amounts=money, words=COUNTS)


@pages.post("/new/<token>/import")
@requires(Right.IMPORT)
def start(token: str) -> ResponseReturnValue:
    """Import in the background; the page of the work leads on to the result."""
    draft = import_drafts.find(context().settings, token)
    accept = request.form.get("accept_vanished") == "1"
    title = _("Import of %(file)s", file=draft.file_name)
    return _order(IMPORT, title, {"token": token, "accept_vanished": accept})


@pages.post("/new/<token>/drop")
@requires(Right.IMPORT)
def drop(token: str) -> ResponseReturnValue:
    """Throw the upload away."""
    import_drafts.drop(context().settings, import_drafts.find(context().settings, token).token)
    return redirect(url_for("imports.index"))


def _order(kind: str, title: str, arguments: dict[str, Any]) -> ResponseReturnValue:
    with context().unit_of_work() as session:
        job = jobs.start(session, context(), kind, title, arguments, by=current_person().username)
    return redirect(url_for("jobs.show", number=job.id, follow=1))


def _read_form() -> dict[str, Any]:
    """Read a profile's values from the form, as they stand in a profile's file."""
    given = request.form
    values: dict[str, Any] = {
        "columns": {name: given[f"column_{name}"] for name in TITLES if given.get(f"column_{name}")},
        "defaults": {name: text for name in TITLES if (text := given.get(f"default_{name}", "").strip())},
        "mode": given.get("mode", "delta"),
    }
    values |= {name: given[name] for name in ("date_format", "decimal") if given.get(name)}
    share = given.get("max_vanished", "").strip()
    if values["mode"] == "snapshot" and share.isdecimal() and len(share) <= len("100"):
        values["max_vanished"] = min(int(share), 100) / 100
    return values


def _mapping_page(draft: Draft, values: dict[str, Any] | None, problem: str) -> ResponseReturnValue:
    proposal = propose_profile(import_drafts.data_path(context().settings, draft.token).read_bytes(), draft.file_name)
    with context().reading() as session:
        saved = fitting(named_profiles(session), proposal.header)
        chosen = request.args.get("profile", "") or ("" if draft.profile else next(iter(saved), ""))
        shown = values or _shown(session, draft, proposal, saved.get(chosen))
    return render_template(
        "imports/mapping.html",
        draft=draft,
        proposal=proposal,
        values=shown,
        used={column: TITLES[field] for field, column in shown["columns"].items()},
        saved=saved,
        chosen=chosen if chosen in saved else "",
        problem_text=problem,
        sections=SECTIONS,
        titles=TITLES,
        hints=HINTS,
        modes=MODES,
        date_formats=DATE_FORMATS,
        decimals=DECIMALS,
    )


def _shown(session: Session, draft: Draft, proposal: Proposal, saved: Profile | None) -> dict[str, Any]:
    """Give the mapping to start from: a kept one, what was settled before, else what the header suggests."""
    if saved is not None:
        return saved.as_dict()
    if draft.profile:
        return draft.profile
    currency = {} if "currency" in proposal.columns else {"currency": main_currency(session)}
    return {"columns": dict(proposal.columns), "defaults": currency, "mode": "delta"}
