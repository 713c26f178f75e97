"""Say what a mail to a debtor carries; how it is handed to the post is a connector's business."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that goes with a mail."""

    name: str
    media_type: str
    content: bytes


@dataclass(frozen=True, slots=True)
class Mail:
    """One mail. `key` names it for ever: the Message-ID and the file's name come from it. `at` is the debtor's time."""

    key: str
    to: str
    to_name: str
    subject: str
    body: str
    sender_name: str
    reply_to: str | None
    at: datetime
    attachments: tuple[Attachment, ...] = ()

    def with_files(self, files: tuple[Attachment, ...]) -> Mail:
        """Return the mail with files attached."""
        return replace(self, attachments=files)


SendMail = Callable[[Mail], Mapping[str, Any] | None]
"""Hand a mail over; give what is worth keeping of it. Raises TemporaryError, or BusinessError("undeliverable")."""
