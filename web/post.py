"""The post office: hands mail to SMTP or to the mail folder, redirected where an administrator said so."""

from __future__ import annotations

from collections.abc import Mapping
from email.message import EmailMessage
from email.utils import parseaddr
from typing import Any

from connectors.mail.folder import FolderMailer
from connectors.mail.mailer import Mailer
from connectors.mail.message import Attachment, Sender, build_message, redirected
from connectors.mail.smtp import SmtpMailer
from engine.clock import Clock
from engine.unit_of_work import Database
from service_tasks.mail import Mail
from web.sending import Mode, sending
from web.settings import Settings


class PostOffice:
    """Mail to debtors and to the people who use Duly."""

    def __init__(self, settings: Settings, database: Database, clock: Clock) -> None:
        self._settings, self._database, self._clock = settings, database, clock
        self._name, self._address = parseaddr(settings.mail_from)
        self._mailer: Mailer = (
            SmtpMailer(settings.smtp_url) if settings.smtp_url else FolderMailer(settings.kept("mail"))
        )

    def deliver(self, mail: Mail) -> Mapping[str, Any]:
        """Hand over one mail to a debtor; gives what is worth keeping of it."""
        message = build_message(
            key=mail.key,
            sender=Sender(self._address, mail.sender_name or self._name, mail.reply_to or ""),
            recipient=mail.to,
            recipient_name=mail.to_name,
            subject=mail.subject,
            body=mail.body,
            date=self._clock.now().astimezone(self._settings.zone),
            attachments=[Attachment(each.name, each.content) for each in mail.attachments],
        )
        if self._settings.smtp_url and (switch := self._switch()) is not None:
            message = redirected(message, switch)
        return self._mailer.send(message, key=mail.key)

    def send(self, message: EmailMessage, *, key: str) -> Mapping[str, Any]:
        """Hand over a ready mail to a person who uses Duly (a password link); it is never redirected."""
        return self._mailer.send(message, key=key)

    def _switch(self) -> str | None:
        """Give the address to which all mail is redirected, None where it goes to whom it is meant for."""
        with self._database.reading() as session:
            found = sending(session)
        return found.address if found.mode is Mode.REDIRECT else None
