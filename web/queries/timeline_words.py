"""What was written and said: messages as sent, letters, calls and notes."""

from __future__ import annotations

from typing import Any

from flask import url_for
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.tables import OutboxRow
from receivables.case import Case
from receivables.contact_note import CallNote
from receivables.letter import Letter
from receivables.notes import notes_of
from service_tasks.keys import key_of
from web.links import address
from web.queries.timeline_entry import Entry
from web.queries.words import call_outcome, reason_name, template_name


def outgoing(session: Session, number: int) -> list[OutboxRow]:
    """Give everything that left, waits or failed for a case, the newest first."""
    query = select(OutboxRow).where(OutboxRow.business_key == key_of(number))
    return list(session.scalars(query.order_by(OutboxRow.id.desc())))


def letters_of(session: Session, case: Case) -> list[Letter]:
    """Give the letters of a case, the newest first."""
    return list(session.scalars(select(Letter).where(Letter.case_id == case.id).order_by(Letter.id.desc())))


def messages(session: Session, case: Case) -> list[Entry]:
    """Give what left, or could not."""
    return [entry for row in outgoing(session, case.number) if (entry := _message(row, case.number)) is not None]


def letters(session: Session, case: Case) -> list[Entry]:
    """Give what became of each letter before it left."""
    return [entry for letter in letters_of(session, case) for entry in _letter(letter)]


def spoken(session: Session, case: Case) -> list[Entry]:
    """Give the calls and notes."""
    return [_note(note) for note in notes_of(session, case)]


def _message(row: OutboxRow, number: int) -> Entry | None:
    what, receipt = template_name(row.payload.get("template", "")), row.receipt or {}
    if row.status == "sent" and row.sent_at is not None:
        return Entry(
            at=row.sent_at,
            chip="messages",
            icon="send",
            colour="blue",
            title=_("Sent: %(what)s", what=what),
            who="duly",
            told="sent",
            text=_receiver(receipt),
            body=receipt.get("body", ""),
            href=url_for("cases.message_file", number=number, row=row.id) if receipt.get("body") else None,
            link=".eml",
            why=_why(receipt),
        )
    if row.status in {"failed", "withdrawn"}:
        text = row.last_error or ""
        title = (
            _("Could not be sent: %(what)s", what=what)
            if row.status == "failed"
            else _("Not sent: %(what)s", what=what)
        )
        colour = "red" if row.status == "failed" else "secondary"
        return Entry(at=row.not_before, chip="messages", icon="mail-off", colour=colour, title=title, text=text)
    return None


def _receiver(receipt: dict[str, Any]) -> str:
    if receipt.get("to"):
        return str(_("to %(address)s: %(subject)s", address=receipt["to"], subject=receipt.get("subject", "")))
    lines = (receipt.get("print") or {}).get("lines") or ()
    return str(_("by post to %(address)s", address=", ".join(lines))) if lines else ""


def _why(receipt: dict[str, Any]) -> tuple[tuple[str, str], ...]:
    files = receipt.get("attachments")
    return ((_("Attached"), ", ".join(files)),) if files else ()


def _letter(letter: Letter) -> list[Entry]:
    what, href = template_name(letter.template), address("letters.show", number=letter.id)
    common = {"chip": "messages", "href": href, "link": _("Open the letter")}
    found = [
        Entry(
            at=letter.drafted_at,
            icon="file-text",
            title=_("Drafted: %(what)s", what=what),
            who=letter.drafted_by,
            text=letter.file_name,
            told="letter_drafted",
            **common,
        )
    ]
    if letter.decided_at is not None:
        returned = letter.status == "returned" or (letter.status == "superseded" and bool(letter.comment))
        title = _("Sent back: %(what)s", what=what) if returned else _("Approved: %(what)s", what=what)
        icon, colour = ("arrow-back-up", "orange") if returned else ("check", "green")
        who, text = letter.decided_by or "", letter.comment or ""
        common["told"] = "letter_returned" if returned else "letter_queued"
        found.append(Entry(at=letter.decided_at, icon=icon, colour=colour, title=title, who=who, text=text, **common))
    return found


def _note(note: CallNote) -> Entry:
    if note.kind == "note":
        return Entry(
            at=note.at, chip="calls", icon="note", title=_("Note"), who=note.by, text=note.text or "", told="note"
        )
    outcome = call_outcome(note.outcome) if note.outcome else ""
    title = _("Call: %(outcome)s", outcome=outcome) if outcome else _("Call")
    why = ((_("Reason of the delay"), reason_name(note.reason)),) if note.reason else ()
    icon = "phone-call" if note.reached else "phone-off"
    return Entry(
        at=note.at,
        chip="calls",
        icon=icon,
        colour="purple",
        title=title,
        who=note.by,
        text=note.text or "",
        why=why,
        told="call",
    )
