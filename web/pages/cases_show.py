"""One case: its timeline, receivables, messages, agreements and course, each with all that stands around it."""

from __future__ import annotations

from typing import Any

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session

from web.context import context
from web.pages.cases_blueprint import case_of, pages
from web.pages.cases_tables import agreements_table, messages_table, receivables_table
from web.queries.case_head import CaseHead, read_head
from web.queries.items import total
from web.queries.timeline import timeline
from web.queries.timeline_money import promises_of
from web.queries.timeline_words import letters_of, outgoing
from web.security.access import requires
from web.security.rights import Right
from web.tables import Listed, respond

TABS: tuple[tuple[str, Any, str], ...] = (
    ("show", _l("Timeline"), "history"),
    ("receivables", _l("Receivables"), "receipt"),
    ("messages", _l("Messages and letters"), "mail"),
    ("agreements", _l("Agreements"), "calendar-event"),
    ("course", _l("Course"), "route"),
)


@pages.get("/<int:number>")
@requires(Right.SEE_CASES)
def show(number: int) -> ResponseReturnValue:
    """Show a case with what happened to it."""
    with context().reading() as session:
        head = _head(session, number)
        events = timeline(
            session,
            head.case,
            head.standing.diagram,
            chosen=request.args.get("kind", ""),
            everything="all" in request.args,
        )
        return render_template("cases/show.html", timeline=events, **_frame(head))


@pages.get("/<int:number>/receivables")
@requires(Right.SEE_CASES)
def receivables(number: int) -> ResponseReturnValue:
    """List what the case collects and collected."""
    with context().reading() as session:
        head = _head(session, number)
        values = {"totals": total(head.items), **_frame(head)}
        rows = sorted(head.items, key=lambda item: item.open == 0)  # what is still owed comes first
        return respond(receivables_table(head.case), Listed(rows), "cases/receivables.html", **values)


@pages.get("/<int:number>/messages")
@requires(Right.SEE_CASES)
def messages(number: int) -> ResponseReturnValue:
    """List what was sent or waits to be, as it was sent."""
    with context().reading() as session:
        head = _head(session, number)
        rows = outgoing(session, number)
        values = {"letters": letters_of(session, head.case), "rows": rows, **_frame(head)}
        return respond(messages_table(head.case), Listed(rows), "cases/messages.html", **values)


@pages.get("/<int:number>/agreements")
@requires(Right.SEE_CASES)
def agreements(number: int) -> ResponseReturnValue:
    """List the promises with what became of them."""
    with context().reading() as session:
        head = _head(session, number)
        promises = promises_of(session, head.case)
        standing = [each for each in promises if each.judged_on is None and each.withdrawn_at is None]
        values = {"standing": standing, **_frame(head)}
        return respond(agreements_table(head), Listed(promises), "cases/agreements.html", **values)


@pages.get("/<int:number>/course")
@requires(Right.SEE_CASES)
def course(number: int) -> ResponseReturnValue:
    """Draw the way the case took through its own version of the strategy."""
    with context().reading() as session:
        return render_template("cases/course.html", **_frame(_head(session, number)))


def _head(session: Session, number: int) -> CaseHead:
    return read_head(session, case_of(session, number), context().today())


def _frame(head: CaseHead) -> dict[str, Any]:
    tabs = [(url_for(f"cases.{name}", number=head.case.number), title, icon, name) for name, title, icon in TABS]
    return {"head": head, "case": head.case, "tabs": tabs, "tab": (request.endpoint or "").rpartition(".")[2]}
