"""A real SMTP server on the loopback that can be told to misbehave."""

from __future__ import annotations

import asyncio
import socket
from collections.abc import Iterator
from contextlib import contextmanager
from email import message_from_bytes, policy
from email.message import EmailMessage
from typing import Any

from aiosmtpd.controller import Controller
from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

HOST = "127.0.0.1"


class Inbox:
    """Keep what arrives; answer as told."""

    def __init__(
        self, *, rcpt: str = "250 OK", sender: str = "250 OK", data: str = "250 OK", cut: bool = False
    ) -> None:
        self.answers = {"rcpt": rcpt, "sender": sender, "data": data}
        self.cut = cut
        self.connections = 0
        self.envelopes: list[Envelope] = []

    @property
    def messages(self) -> list[EmailMessage]:
        found = [message_from_bytes(envelope.content or b"", policy=policy.SMTP) for envelope in self.envelopes]  # type: ignore[arg-type]
        return [message for message in found if isinstance(message, EmailMessage)]

    async def handle_EHLO(  # noqa: N802
        self, _server: SMTP, session: Session, _envelope: Envelope, hostname: str, responses: list[str]
    ) -> list[str]:
        self.connections += 1
        session.host_name = hostname
        return responses

    async def handle_MAIL(  # noqa: N802
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        if self.answers["sender"].startswith("250"):
            envelope.mail_from = address
        return self.answers["sender"]

    async def handle_RCPT(  # noqa: N802
        self, _server: SMTP, _session: Session, envelope: Envelope, address: str, _options: list[str]
    ) -> str:
        if self.answers["rcpt"].startswith("250"):
            envelope.rcpt_tos.append(address)
        return self.answers["rcpt"]

    async def handle_DATA(self, server: SMTP, _session: Session, envelope: Envelope) -> str:  # noqa: N802
        if self.cut:
            assert isinstance(server.transport, asyncio.Transport)
            server.transport.abort()
        elif self.answers["data"].startswith("250"):
            self.envelopes.append(envelope)
        return self.answers["data"]


def only_eva(
    _server: SMTP, _session: Session, _envelope: Envelope, _mechanism: str, auth: LoginPassword | Any
) -> AuthResult:
    right = isinstance(auth, LoginPassword) and (auth.login, auth.password) == (b"eva@x", b"p:/ss")
    return AuthResult(success=right, handled=False)


@contextmanager
def serving(inbox: Inbox, **options: Any) -> Iterator[str]:
    """Run the server on a free port; yield its smtp:// URL."""
    with socket.socket() as free:
        free.bind((HOST, 0))
        port = free.getsockname()[1]
    controller = Controller(inbox, hostname=HOST, port=port, **options)
    controller.start()
    try:
        yield f"smtp://{HOST}:{port}"
    finally:
        controller.stop()
