"""Send what Flask-Security writes (password resets) through the product's own post."""

from __future__ import annotations

import uuid
from email.utils import parseaddr
from typing import Any

from flask_security import MailUtil

from connectors.mail.message import Sender, build_message
from web.context import context


class AccountMail(MailUtil):
    """Hand mails about accounts over at once: they wait for no business hours."""

    def send_mail(  # noqa: PLR0917 - Flask-Security calls it so
        self,
        template: str,  # noqa: ARG002
        subject: str,
        recipient: str | tuple[str, str],
        sender: str | tuple[str, str],  # noqa: ARG002
        body: str | None,
        html: str | None,  # noqa: ARG002
        **kwargs: Any,  # noqa: ARG002
    ) -> None:
        """Send a text mail to one person; raises TemporaryError where no server takes it."""
        parts = context()
        key = f"account-{uuid.uuid4().hex}"
        name, address = parseaddr(parts.settings.mail_from)
        message = build_message(
            key=key,
            sender=Sender(address, name),
            recipient=recipient if isinstance(recipient, str) else recipient[1],
            subject=str(subject),
            body=body or "",
            date=parts.now().astimezone(parts.settings.zone),
        )
        parts.mail.send(message, key=key)
