"""Say what every way of sending mail can do."""

from __future__ import annotations

from email.message import EmailMessage
from typing import Any, Protocol


class Mailer(Protocol):
    """Deliver one message; raise TemporaryError to be asked again, BusinessError("undeliverable") for never."""

    def send(self, message: EmailMessage, *, key: str) -> dict[str, Any]:
        """Deliver and return what is worth keeping about it (JSON)."""
        ...
