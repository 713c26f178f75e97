"""The mail folder: what was written as files. For administrators alone, because password links may lie there."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from flask import Response, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from engine.errors import NotFound
from web.context import context
from web.mail_folder import messages, open_message
from web.pages.sending import pages
from web.security.access import requires
from web.security.rights import Right
from web.tables import Column, Kind, Listed, Table, respond

__all__ = ["pages"]
SHOWN_HEADERS = ("From", "To", "Reply-To", "Subject", "Date")


@pages.get("/mail")
@requires(Right.ADMINISTER)
def mail() -> ResponseReturnValue:
    """List the messages in the mail folder."""
    return respond(_table(), Listed(messages(_folder())), "sending/mail.html", folder=_folder())


@pages.get("/mail/<name>")
@requires(Right.ADMINISTER)
def letter(name: str) -> ResponseReturnValue:
    """Show one message: its headers, its text, its attachments as downloads."""
    found = open_message(_folder(), name)
    shown = [(key, value) for key, value in found.headers if key in SHOWN_HEADERS]
    rest = [(key, value) for key, value in found.headers if key not in SHOWN_HEADERS]
    return render_template("sending/letter.html", found=found, shown=shown, rest=rest)


@pages.get("/mail/<name>/enclosed/<int:number>")
@requires(Right.ADMINISTER)
def enclosed(name: str, number: int) -> ResponseReturnValue:
    """Give an attachment as a download, whatever it is."""
    files = open_message(_folder(), name).enclosed
    if not 1 <= number <= len(files):
        raise NotFound(_("This message has no attachment %(number)s.", number=number))
    chosen = files[number - 1]
    answer = Response(chosen.content, mimetype="application/octet-stream")
    answer.headers.set("Content-Disposition", "attachment", filename=chosen.name)
    return answer


def _folder() -> Path:
    return context().settings.kept("mail")


def _table() -> Table:
    columns: tuple[Any, ...] = (
        Column(key="subject", title=_l("Subject"), value=lambda m: m.subject or m.file, searched=True),
        Column(key="to", title=_l("To"), value=lambda m: m.to, searched=True),
        Column(key="at", title=_l("Sent"), value=lambda m: m.at, kind=Kind.MOMENT),
        Column(key="file", title=_l("File"), value=lambda m: m.file, searched=True, wide_only=True),
    )
    return Table(
        name="mail-folder",
        title=_l("Mail folder"),
        columns=columns,
        href=lambda m: url_for("sending.letter", name=m.file),
        order="-at",
        empty_title=_l("The mail folder is empty"),
        empty_text=_l("Without a mail server every message is written here as a file."),
        empty_icon="mail",
    )
