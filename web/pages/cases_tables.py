"""The lists on a case's page."""

from __future__ import annotations

from typing import Any

from flask import url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from engine.tables import OutboxRow
from receivables.case import Case
from receivables.promise import Promise
from web.formats import Money
from web.links import address
from web.queries.case_head import CaseHead
from web.queries.items import ItemRow
from web.queries.words import promise_state, template_name
from web.tables import Badge, Column, Filter, Kind, Table

OPEN_OR_SETTLED = Filter(
    key="open",
    title=_l("Open"),
    choices=(("yes", _l("open")), ("no", _l("settled"))),
    keep=lambda row, value: (row.open != 0) == (value == "yes"),
)


def receivables_table(case: Case) -> Table:
    """List a case's receivables."""
    return Table(
        name=f"case-{case.number}-receivables",
        title=_l("Receivables"),
        columns=(
            Column(key="number", title=_l("Number"), value=lambda r: r.number, searched=True),
            Column(key="due", title=_l("Due"), value=lambda r: r.due_date, kind=Kind.DATE),
            Column(key="amount", title=_l("Amount"), value=lambda r: Money(r.amount, r.currency), kind=Kind.MONEY),
            Column(key="open", title=_l("Open"), value=lambda r: Money(r.open, r.currency), kind=Kind.MONEY),
            Column(key="days", title=_l("Days overdue"), value=lambda r: r.days_overdue or None, kind=Kind.NUMBER),
            Column(key="level", title=_l("Level"), value=lambda r: r.level or None, kind=Kind.NUMBER),
            Column(key="state", title=_l("State"), value=lambda r: item_state(r, case), kind=Kind.BADGE),
        ),
        filters=(OPEN_OR_SETTLED,),
        empty_title=_l("Nothing was ever collected here"),
        empty_icon="receipt",
    )


def item_state(item: ItemRow, case: Case | None = None) -> Badge | None:
    """Show what holds for a receivable besides its amounts."""
    if item.dispute_id is not None:
        return Badge(_("disputed"), "orange", "scale")
    if item.open == 0:
        return Badge(_("settled"), "green", "check")
    if item.kind == "credit_note":
        return Badge(_("credit note"), "azure", "receipt")
    if case is not None and case.closed_on is None and item.case_number != case.number:
        return Badge(_("left the case"), "secondary", "arrow-right")
    return None


def messages_table(case: Case) -> Table:
    """List what left or is to leave."""
    return Table(
        name=f"case-{case.number}-messages",
        title=_l("Messages"),
        order="-at",
        columns=(
            Column(key="what", title=_l("Message"), value=lambda r: template_name(r.payload.get("template", ""))),
            Column(key="at", title=_l("When"), value=lambda r: r.sent_at or r.not_before, kind=Kind.MOMENT),
            Column(key="way", title=_l("Way"), value=_way),
            Column(key="to", title=_l("To"), value=_receiver, searched=True),
            Column(key="state", title=_l("State"), value=delivery_state, kind=Kind.BADGE),
            Column(key="file", title=_l("As sent"), value=_file, href=_file_address, sortable=False),
        ),
        empty_title=_l("Nothing was sent yet"),
        empty_text=_l("E-mails and letters appear here as they leave, word for word."),
        empty_icon="mail",
    )


def delivery_state(row: OutboxRow) -> Badge:
    """Show how far a message is."""
    return {
        "waiting": Badge(_("waits to leave"), "blue", "clock"),
        "sending": Badge(_("is leaving"), "blue", "send"),
        "handed": Badge(_("on the print list"), "orange", "printer"),
        "sent": Badge(_("sent"), "green", "check"),
        "failed": Badge(_("failed"), "red", "mail-off"),
    }.get(row.status) or Badge(_("not sent"), "secondary", "ban")


def agreements_table(head: CaseHead) -> Table:
    """List promises with their verdicts."""
    return Table(
        name=f"case-{head.case.number}-promises",
        title=_l("Promises"),
        columns=(
            Column(key="by", title=_l("Promised for"), value=lambda r: r.promised_on, kind=Kind.DATE),
            Column(key="amount", title=_l("Amount"), value=lambda r: Money(r.amount, r.currency), kind=Kind.MONEY),
            Column(key="made", title=_l("Made"), value=lambda r: r.made_at, kind=Kind.MOMENT),
            Column(key="who", title=_l("Recorded by"), value=lambda r: head.names.get(r.recorded_by, r.recorded_by)),
            Column(key="judged", title=_l("Judged"), value=lambda r: r.judged_on, kind=Kind.DATE),
            Column(key="state", title=_l("State"), value=_promise_state, kind=Kind.BADGE),
        ),
        empty_title=_l("Nothing was promised yet"),
        empty_text=_l("Record what the debtor declares with “Promise”: the case waits for it and then judges it."),
        empty_icon="calendar-event",
    )


def _promise_state(promise: Promise) -> Badge:
    return promise_state(promise.verdict, withdrawn=promise.withdrawn_at is not None)


def _way(row: OutboxRow) -> str:
    by_post = (row.receipt or {}).get("channel") == "post" or row.status == "handed"
    letter = _("letter by post") if by_post else _("letter")
    return str(letter if row.channel == "letter" else _("e-mail"))


def _receiver(row: OutboxRow) -> str:
    receipt: dict[str, Any] = row.receipt or {}
    return receipt.get("to") or ", ".join((receipt.get("print") or {}).get("lines") or ()) or ""


def _file(row: OutboxRow) -> str:
    if (row.receipt or {}).get("body"):
        return ".eml"
    return str(_("Open the letter")) if row.payload.get("letter") else ""


def _file_address(row: OutboxRow) -> str | None:
    if (row.receipt or {}).get("body"):
        return url_for("cases.message_file", number=row.payload["case"], row=row.id)
    return address("letters.show", number=row.payload["letter"]) if row.payload.get("letter") else None
