"""Build an e-mail that is the same to the byte whenever the same thing is sent, and cannot be abused by its texts."""

from __future__ import annotations

import copy
import hashlib
import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from email.errors import HeaderParseError
from email.headerregistry import Address
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime

from engine.errors import BusinessError

UNDELIVERABLE = "undeliverable"
CONTROLS = re.compile(r"[\x00-\x1f\x7f-\x9f\u2028\u2029\ud800-\udfff]+")
MAX_SUBJECT = 250
POLICY = SMTP.clone(utf8=False)
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
TYPES = {".pdf": "application/pdf", ".docx": DOCX, ".txt": "text/plain"}


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file to go with a message; its type follows from the ending of its name."""

    file_name: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Sender:
    """In whose name a message goes: the address of the envelope, the name shown, and where answers go."""

    address: str
    name: str = ""
    reply_to: str = ""


def build_message(
    *,
    key: str,
    sender: Sender,
    recipient: str,
    recipient_name: str = "",
    subject: str,
    body: str,
    date: datetime,
    attachments: Sequence[Attachment] = (),
) -> EmailMessage:
    """Return the message of an outbox key; sent again it carries the same Message-ID and the same bytes.

    `date` is aware, in the recipient's zone. Raises BusinessError("undeliverable") for an address that is none.
    """
    message = EmailMessage(POLICY)
    message["From"] = address(sender.address, sender.name)
    message["To"] = address(recipient, recipient_name)
    if sender.reply_to:
        message["Reply-To"] = address(sender.reply_to, sender.name)
    message["Subject"] = one_line(subject)[:MAX_SUBJECT]
    message["Date"] = format_datetime(date)
    message["Message-ID"] = message_id(key, sender.address)
    message["Auto-Submitted"] = "auto-generated"  # RFC 3834: keeps out-of-office robots from answering
    message["X-Duly-Key"] = one_line(key)
    message.set_content(body, cte="quoted-printable")
    for attachment in attachments:
        _attach(message, attachment)
    if attachments:
        message.set_boundary(f"=_{_digest(key)}")  # a random one would make a second copy differ
    return message


def redirected(message: EmailMessage, to: str) -> EmailMessage:
    """Return a copy that goes to one address only and says for whom it was meant."""
    meant_for = message["To"].addresses[0].addr_spec
    copied = copy.deepcopy(message)
    copied.replace_header("To", address(to))
    copied.replace_header("Subject", f"[{meant_for}] {message['Subject']}"[:MAX_SUBJECT])
    copied["X-Duly-Original-To"] = meant_for
    return copied


def address(spec: str, name: str = "") -> Address:
    """Return one address; raise BusinessError("undeliverable") where the text is none, or is more than one."""
    plain = spec.strip()
    try:
        local, _, domain = plain.rpartition("@")
        checked = Address(addr_spec=f"{local}@{_ascii(domain)}")
    except (ValueError, HeaderParseError, IndexError):
        checked = Address()
    if not checked.username or "." not in f"{checked.domain}." or CONTROLS.search(plain) or not checked.domain:
        raise BusinessError(
            UNDELIVERABLE, f"{spec!r} is no e-mail address that mail can be sent to; correct the contact"
        )
    return Address(one_line(name), checked.username, checked.domain)


def _ascii(domain: str) -> str:
    """Return a domain as the mail system writes it (IDNA)."""
    return domain if domain.isascii() else domain.encode("idna").decode("ascii")


def one_line(text: str) -> str:
    """Return a text as one line without control characters: a line end would start a header of the writer's choice."""
    return CONTROLS.sub(" ", text).strip()


def message_id(key: str, sender: str) -> str:
    """Return the Message-ID of an outbox key, by which a message sent twice can be seen as one."""
    domain = address(sender).domain
    return f"<{_digest(key)}@{domain}>"


def _digest(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()[:32]


def _attach(message: EmailMessage, attachment: Attachment) -> None:
    name = one_line(attachment.file_name).replace("/", "_").replace("\\", "_")
    ending = name[name.rfind(".") :].lower() if "." in name else ""
    main, _, sub = TYPES.get(ending, "application/octet-stream").partition("/")
    message.add_attachment(attachment.content, maintype=main, subtype=sub, filename=name)
