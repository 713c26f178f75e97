"""Read the mail folder: messages that were written as files. Only plain text is ever shown, never HTML."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from email import policy
from email.message import EmailMessage
from email.parser import BytesParser
from pathlib import Path

from flask_babel import gettext as _

from engine.errors import NotFound

SUFFIX = ".eml"
MOST = 2_000
"""Files that the list reads, the newest first."""
PARSER = BytesParser(EmailMessage, policy=policy.default)


@dataclass(frozen=True, slots=True)
class Letterhead:
    """A message as a list shows it."""

    file: str
    to: str
    subject: str
    at: datetime | None


@dataclass(frozen=True, slots=True)
class Enclosed:
    """A file that came with a message."""

    name: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Opened:
    """A message to be read."""

    head: Letterhead
    headers: tuple[tuple[str, str], ...]
    text: str
    enclosed: tuple[Enclosed, ...]


def messages(folder: Path) -> list[Letterhead]:
    """List the messages of a folder, the newest first."""
    files = sorted(folder.glob(f"*{SUFFIX}"), key=lambda path: path.stat().st_mtime, reverse=True)
    return [_head(path.name, _headers(path)) for path in files[:MOST]]


def open_message(folder: Path, name: str) -> Opened:
    """Read one message; raises NotFound for what is no file of the folder."""
    path = folder / name
    if Path(name).name != name or not name.endswith(SUFFIX) or not path.is_file():
        raise NotFound(_("There is no message %(name)s in the mail folder.", name=name))
    message = PARSER.parsebytes(path.read_bytes())
    headers = tuple((key, str(value)) for key, value in message.items())
    return Opened(_head(name, message), headers, _text(message), tuple(_enclosed(message)))


def _headers(path: Path) -> EmailMessage:
    with path.open("rb") as stream:
        return PARSER.parse(stream, headersonly=True)


def _head(name: str, message: EmailMessage) -> Letterhead:
    date = message["Date"]
    return Letterhead(name, str(message["To"] or ""), str(message["Subject"] or ""), getattr(date, "datetime", None))


def _text(message: EmailMessage) -> str:
    body = message.get_body(preferencelist=("plain",))
    return str(body.get_content()) if body is not None else ""


def _enclosed(message: EmailMessage) -> list[Enclosed]:
    parts = message.iter_attachments() if message.is_multipart() else ()
    return [
        Enclosed(Path(part.get_filename() or f"part-{number}").name, _content(part))
        for number, part in enumerate(parts, start=1)
    ]


def _content(part: EmailMessage) -> bytes:
    found = part.get_payload(decode=True)
    return found if isinstance(found, bytes) else b""
