"""Letters that wait for approval: the queue, the letter as it will be read, its figures; and one letter by itself."""

from __future__ import annotations

import io
from typing import Any

from flask import Blueprint, flash, make_response, redirect, render_template, request, send_file, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy import select
from sqlalchemy.orm import Session

from receivables.case import Case
from receivables.debtor import Debtor
from receivables.errors import NotKnown
from receivables.facts import load_facts
from receivables.letter import Letter
from service_tasks.documents import DocumentStore
from web.context import context
from web.entries import row_numbers
from web.pages import letters_decisions as decisions
from web.pages.letters_words import state_badge, template_title, way_title
from web.pages.toast import toast_header
from web.queries.letters import (
    Waiting,
    approved_lately,
    by_template,
    count_waiting,
    differences,
    handed_rows,
    versions,
)
from web.queries.tasks import names_of, reach_of
from web.security.access import requires
from web.security.rights import Right
from web.security.viewer import current_person
from web.turn import people_first

pages = Blueprint("letters", __name__, url_prefix="/letters")
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"


@pages.get("/")
@requires(Right.SEE_LETTERS)
def index() -> ResponseReturnValue:
    """Show the queue."""
    with context().reading() as session:
        return render_template("letters/index.html", pane=None, **queue(session, None))


@pages.get("/<int:number>")
@requires(Right.SEE_LETTERS)
def show(number: int) -> ResponseReturnValue:
    """Show a letter beside the queue; into the pane alone where htmx asks for it."""
    with context().reading() as session:
        return _answer(session, number)


@pages.get("/<int:number>/file")
@requires(Right.SEE_LETTERS)
def file(number: int) -> ResponseReturnValue:
    """Serve the stored file itself: what is read here is what is sent."""
    with context().reading() as session:
        letter = _letter(session, number)
        content = DocumentStore(context().documents).get(letter.sha256)
        name, sha256 = letter.file_name, letter.sha256
    download = "download" in request.args
    return send_file(io.BytesIO(content), DOCX, as_attachment=download, download_name=name, etag=sha256, max_age=0)


@pages.post("/<int:number>/approve")
@requires(Right.APPROVE_LETTERS)
def approve(number: int) -> ResponseReturnValue:
    """Approve a letter and open the next one."""
    with context().unit_of_work() as session:
        after = _following(session, number)
        decisions.approve(session, decisions.decidable(session, number))
    flash(_("Approved. It leaves in ten minutes."), "success")
    return _next(after, (url_for("letter_lists.recent"), _("Undo")))


@pages.post("/<int:number>/send-back")
@requires(Right.APPROVE_LETTERS)
@people_first
def send_back(number: int) -> ResponseReturnValue:
    """Send a letter back with a comment and open the next one."""
    with context().unit_of_work() as session:
        after, found = _following(session, number), decisions.decidable(session, number)
        key = found.task.business_key
        decisions.send_back(session, found, request.form.get("comment", "").strip())
    context().worker.wake(key)
    flash(_("Sent back to be corrected."), "success")
    return _next(after)


@pages.post("/<int:number>/draft-anew")
@requires(Right.APPROVE_LETTERS)
@people_first
def draft_anew(number: int) -> ResponseReturnValue:
    """Let a letter whose figures differ be drafted with today's."""
    with context().unit_of_work() as session:
        after, found = _following(session, number), decisions.decidable(session, number)
        key = found.task.business_key
        decisions.draft_anew(session, found)
    context().worker.wake(key)
    flash(_("It is drafted anew with today's figures and comes back for approval."), "success")
    return _next(after)


@pages.post("/approve")
@requires(Right.APPROVE_LETTERS)
def approve_many() -> ResponseReturnValue:
    """Approve the letters of the queue whose figures agree (`letter` ids as they were shown)."""
    with context().unit_of_work() as session:
        told = decisions.approve_many(session, row_numbers(request.form.getlist("letter")))
    text = ngettext("%(num)s letter approved.", "%(num)s letters approved.", told.approved)
    flash(f"{text} {_('They leave in ten minutes; until then you can undo.')}", "success")
    if told.own:
        flash(
            ngettext(
                "%(num)s waits for somebody else: you changed it last.",
                "%(num)s wait for somebody else: you changed them last.",
                told.own,
            ),
            "warning",
        )
    if told.changed:
        flash(
            ngettext(
                "%(num)s was left out: it changed meanwhile.",
                "%(num)s were left out: they changed meanwhile.",
                told.changed,
            ),
            "warning",
        )
    return redirect(url_for("letter_lists.recent"))


@pages.post("/undo")
@requires(Right.APPROVE_LETTERS)
def undo() -> ResponseReturnValue:
    """Take the picked approvals back (`selected` ids; `all`: one's own); the letters wait for a decision again."""
    with context().unit_of_work() as session:
        ids = row_numbers(request.form.getlist("selected"))
        done = decisions.take_back(session, ids, own="all" in request.form)
    text = ngettext("%(num)s approval taken back.", "%(num)s approvals taken back.", done)
    flash(f"{text} {_('The letters wait for a decision again.')}", "success")
    return redirect(url_for("letters.index"))


def queue(session: Session, current: int | None) -> dict[str, Any]:
    """Give what the left side shows."""
    found = decisions.waiting_here(session)
    username = current_person().username
    good = [each.letter.id for each in found if each.agrees and not each.barred(username)]
    groups = by_template(found)
    shown = {"found": found, "groups": groups, "good": good, "current": current, "template_title": template_title}
    return {**shown, "first": groups[0][1][0] if groups else None, "counts": counts(session)}


def counts(session: Session) -> dict[str, Any]:
    """Count what the tabs of letters lead to."""
    reach, now = reach_of(session, current_person()), context().now()
    lately = approved_lately(session, reach, now)
    waiting = count_waiting(session, reach, now)
    undoable = {each.letter.id for each in lately}
    return {"waiting": waiting, "recent": len(lately), "undoable": undoable, "print": len(handed_rows(session))}


def _answer(session: Session, number: int, undo_at: tuple[str, str] | None = None) -> ResponseReturnValue:
    values = queue(session, number)
    letter = _letter(session, number)
    entry = next((each for each in values["found"] if each.letter.id == number), None)
    values["pane"] = _pane(session, letter, entry) | {"undoable": number in values["counts"]["undoable"]}
    if request.headers.get("HX-Request-Type") != "partial":
        return render_template("letters/index.html", **values)
    headers = {"HX-Push-Url": url_for("letters.show", number=number), **toast_header(undo_at)}
    return make_response(render_template("letters/partial.html", **values), headers)


def _next(after: int | None, undo_at: tuple[str, str] | None = None) -> ResponseReturnValue:
    """Open the letter that follows: in place for htmx, else as a page."""
    if request.headers.get("HX-Request-Type") != "partial":
        return redirect(url_for("letters.show", number=after) if after else url_for("letters.index"))
    with context().reading() as session:
        if after:
            return _answer(session, after, undo_at)
        page = render_template("letters/partial.html", pane=None, **queue(session, None))
        return make_response(page, {"HX-Push-Url": url_for("letters.index"), **toast_header(undo_at)})


def _following(session: Session, number: int) -> int | None:
    ids = [each.letter.id for each in decisions.waiting_here(session)]
    at = ids.index(number) if number in ids else -1
    rest = ids[at + 1 :] + ids[: max(at, 0)]
    return rest[0] if rest else None


def _pane(session: Session, letter: Letter, entry: Waiting | None) -> dict[str, Any]:
    case, debtor = session.execute(
        select(Case, Debtor).join(Debtor, Debtor.id == Case.debtor_id).where(Case.id == letter.case_id)
    ).one()
    facts = entry.facts if entry else load_facts(session, [case.number], context().today()).get(case.number)
    earlier = versions(session, letter)
    unsent = letter.status in {"drafted", "approved", "returned", "queued"}
    people = [each for one in (letter, *earlier) for each in (one.drafted_by, one.edited_by, one.decided_by)]
    person = current_person()
    return {
        "letter": letter,
        "entry": entry,
        "case": case,
        "debtor": debtor,
        "facts": facts,
        "differences": differences(session, letter, facts) if facts and unsent else [],
        "versions": earlier,
        "names": names_of(session, people),
        "title": template_title(letter.template),
        "badge": state_badge(letter.status),
        "state_badge": state_badge,
        "way": way_title(letter.channel),
        "unsent": unsent,
        "may_decide": bool(entry) and person.may(Right.APPROVE_LETTERS),
        "barred": decisions.own_letter() if entry and entry.barred(person.username) else "",
    }


def _letter(session: Session, number: int) -> Letter:
    letter = session.get(Letter, number)
    if letter is None:
        raise NotKnown(_("There is no letter %(number)s.", number=number))
    return letter
