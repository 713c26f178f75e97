"""Operations beside the stuck cases: what leaves, what reached a closed case, how much waits, the last day run."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.clock import SystemClock
from engine.errors import NotFound
from engine.measures import measure
from engine.tables import InboxRow, OutboxRow
from web.context import context
from web.day_run import last_sitting
from web.jobs.table import Job
from web.links import address
from web.pages.jobs import STATES
from web.pages.operations import shortened
from web.pages.operations_deeds import pages
from web.queries.operations import Named, count_stuck, queues, send_again, with_names
from web.queries.words import template_name
from web.security.access import requires
from web.security.rights import Right
from web.tables import Badge, Column, Filter, Kind, Query, Table, respond

__all__ = ["pages"]
JOBS_SHOWN = 8
STATUS = {
    "waiting": (_l("waits"), "blue", "clock"),
    "sending": (_l("is leaving"), "azure", "send"),
    "handed": (_l("on the print list"), "orange", "printer"),
    "sent": (_l("sent"), "green", "check"),
    "failed": (_l("failed"), "red", "alert-triangle"),
    "withdrawn": (_l("withdrawn"), "secondary", "arrow-back-up"),
}
CHANNELS = {"email": _l("E-mail"), "letter": _l("Letter")}
MESSAGES = {
    "paid": _l("Everything is paid"),
    "payment_received": _l("A payment came in"),
    "payment_reversed": _l("A payment was taken back"),
    "promise_recorded": _l("A promise was recorded"),
    "sent": _l("A message was sent"),
    "undeliverable": _l("A message could not be delivered"),
    "not_needed": _l("A message was no longer needed"),
    "figures_changed": _l("A letter's figures changed"),
    "contact_found": _l("A contact was found"),
    "letter_returned": _l("A letter came back"),
}


@pages.get("/messages")
@requires(Right.SEE_OPERATIONS)
def messages() -> ResponseReturnValue:
    """List what is to leave, has left or could not."""
    statement = select(OutboxRow).order_by(OutboxRow.id.desc())
    with context().reading() as session:
        return respond(_outbox(), Query(session, statement, with_names), "operations/messages.html")


@pages.get("/messages/<int:number>")
@requires(Right.SEE_OPERATIONS)
def message(number: int) -> ResponseReturnValue:
    """Show one message with its reason, as it was sent where it was."""
    with context().reading() as session:
        row = _found(session, number)
        named = with_names(session, [row])[0]
        return render_template(
            "operations/message.html", named=named, row=row, state=_state(named), title=_title(named)
        )


@pages.post("/messages/<int:number>/again")
@requires(Right.OPERATE)
def again(number: int) -> ResponseReturnValue:
    """Let a failed message be tried once more."""
    with context().unit_of_work() as session:
        send_again(session, number, now=context().now())
    flash(_("It is tried again in a moment."), "success")
    return redirect(url_for("operations.message", number=number))


@pages.get("/late")
@requires(Right.SEE_OPERATIONS)
def late() -> ResponseReturnValue:
    """List what reached a case that was closed already."""
    statement = select(InboxRow).where(InboxRow.result == "ended").order_by(InboxRow.id.desc())
    with context().reading() as session:
        return respond(_late(), Query(session, statement, with_names), "operations/late.html")


@pages.get("/system")
@requires(Right.SEE_OPERATIONS)
def system() -> ResponseReturnValue:
    """Show what waits, the last day that was run and the last long work."""
    now = context().now()
    with context().reading() as session:
        work = session.scalars(select(Job).order_by(Job.id.desc()).limit(JOBS_SHOWN)).all()
        return render_template(
            "operations/system.html",
            queues={queue.name: queue for queue in queues(session, now)},
            stuck=count_stuck(session),
            measures=measure(session, now=now, wall=SystemClock().now()),
            sitting=last_sitting(context().database),
            work=work,
            states=STATES,
        )


def _found(session: Session, number: int) -> OutboxRow:
    row = session.get(OutboxRow, number)
    if row is None:
        raise NotFound(_("There is no message %(number)s.", number=number))
    return row


def _case(row: Named) -> str | None:
    return address("cases.show", number=row.number)


def _title(named: Named) -> str:
    return template_name(str(named.row.payload.get("template") or named.row.channel))


def _state(named: Named) -> Badge:
    text, colour, icon = STATUS.get(named.row.status, (named.row.status, "secondary", ""))
    return Badge(str(text), colour, icon)


def _outbox_columns() -> tuple[Column, ...]:
    return (
        Column(
            key="what",
            title=_l("Message"),
            value=_title,
            sortable=False,
            href=lambda n: url_for("operations.message", number=n.row.id),
        ),
        Column(key="case", title=_l("Case"), value=lambda n: n.number, href=_case, sort=OutboxRow.business_key),
        Column(key="debtor", title=_l("Debtor"), value=lambda n: n.debtor, href=_case, sortable=False),
        Column(
            key="channel",
            title=_l("Way"),
            value=lambda n: str(CHANNELS.get(n.row.channel, n.row.channel)),
            sort=OutboxRow.channel,
        ),
        Column(key="state", title=_l("State"), value=_state, kind=Kind.BADGE, sort=OutboxRow.status),
        Column(key="when", title=_l("When"), value=_when, kind=Kind.MOMENT, sort=OutboxRow.not_before),
        Column(
            key="reason",
            title=_l("Why"),
            value=lambda n: shortened(n.row.last_error or ""),
            sort=OutboxRow.last_error,
            search=OutboxRow.last_error,
        ),
    )


def _outbox() -> Table:
    return Table(
        name="messages",
        title=_l("Messages"),
        columns=_outbox_columns(),
        filters=(
            Filter(
                key="status",
                title=_l("State"),
                choices=[(key, text) for key, (text, _colour, _icon) in STATUS.items()],
                where=lambda value: OutboxRow.status == value,
            ),
            Filter(
                key="channel",
                title=_l("Way"),
                choices=list(CHANNELS.items()),
                where=lambda value: OutboxRow.channel == value,
            ),
        ),
        empty_title=_l("No message was written yet"),
        empty_text=_l("Reminders and letters appear here when a case's strategy asks for them."),
        empty_icon="mail",
    )


def _when(named: Named) -> Any:
    return named.row.sent_at or named.row.not_before


def _late() -> Table:
    columns: tuple[Any, ...] = (
        Column(key="what", title=_l("What"), value=_said, sort=InboxRow.name, search=InboxRow.name),
        Column(key="case", title=_l("Case"), value=lambda n: n.number, href=_case, sort=InboxRow.business_key),
        Column(key="debtor", title=_l("Debtor"), value=lambda n: n.debtor, href=_case, sortable=False),
        Column(key="at", title=_l("When"), value=lambda n: n.row.at, kind=Kind.MOMENT, sort=InboxRow.at),
    )
    return Table(
        name="late",
        title=_l("Reached a closed case"),
        columns=columns,
        empty_title=_l("Nothing came too late"),
        empty_text=_l("Payments, answers and other news for a case that was closed already appear here."),
        empty_icon="inbox",
    )


def _said(named: Named) -> str:
    return str(MESSAGES.get(named.row.name, named.row.name.replace("_", " ")))
