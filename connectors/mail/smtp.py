"""Deliver mail by SMTP; tell what may be tried again from what never will arrive."""

from __future__ import annotations

import smtplib
import ssl
import threading
from collections.abc import Callable
from dataclasses import dataclass
from email.message import EmailMessage
from typing import Any
from urllib.parse import parse_qs, unquote, urlsplit

from connectors.mail.message import UNDELIVERABLE
from engine.errors import BusinessError, TemporaryError, Unusable

TIMEOUT = 30  # seconds, for each answer of the server
OK = 250
PERMANENT = 500
PORTS = {"smtp": 25, "smtps": 465}
EXAMPLE = "smtp://user:password@mail.example.com:587?starttls"


@dataclass(frozen=True, slots=True)
class SmtpAddress:
    """Where and how to reach the server."""

    host: str
    port: int
    tls: bool
    starttls: bool
    user: str | None
    password: str | None


def read_url(url: str) -> SmtpAddress:
    """Read smtp://user:pass@host:port?starttls or smtps://…; raise Unusable, never quoting it, for anything else."""
    try:
        parts = urlsplit(url)
        port = parts.port or PORTS[parts.scheme]
        options = parse_qs(parts.query, keep_blank_values=True)
    except (ValueError, KeyError):
        raise Unusable(f"the SMTP address cannot be read; write it like {EXAMPLE}") from None
    if not parts.hostname or options.keys() - {"starttls"}:
        raise Unusable(f"the SMTP address cannot be read; write it like {EXAMPLE}")
    user, password = (unquote(each) if each else None for each in (parts.username, parts.password))
    return SmtpAddress(parts.hostname, port, parts.scheme == "smtps", "starttls" in options, user, password)


class SmtpMailer:
    """A client that keeps its connection between messages; threads take turns."""

    def __init__(self, url: str, *, timeout: float = TIMEOUT, context: ssl.SSLContext | None = None) -> None:
        self._address = read_url(url)
        self._timeout = timeout
        self._context = context or ssl.create_default_context()
        self._client: smtplib.SMTP | None = None
        self._lock = threading.Lock()

    def send(self, message: EmailMessage, *, key: str) -> dict[str, Any]:
        """Hand the message to the server; `key` is in its Message-ID already, so that a repeat can be seen as one."""
        with self._lock:
            try:
                self._connected().sendmail(
                    *_envelope(message), message.as_bytes()
                )  # send_message changes "From " lines
            except (smtplib.SMTPException, OSError) as error:
                self._failed(error, message, key)
        return {"server": self._address.host, "message_id": message["Message-ID"]}

    def close(self) -> None:
        """Leave the server; the next message connects again."""
        with self._lock:
            self._drop()

    def _connected(self) -> smtplib.SMTP:
        if self._client is not None and not self._alive(self._client):
            self._drop()
        if self._client is None:
            self._client = self._connect()
        return self._client

    @staticmethod
    def _alive(client: smtplib.SMTP) -> bool:
        try:
            code, _ = client.noop()
        except (smtplib.SMTPException, OSError):
            return False
        return code == OK

    def _connect(self) -> smtplib.SMTP:
        where = self._address
        if where.tls:
            client: smtplib.SMTP = smtplib.SMTP_SSL(
                where.host, where.port, timeout=self._timeout, context=self._context
            )
        else:
            client = smtplib.SMTP(where.host, where.port, timeout=self._timeout)
        try:
            self._greet(client)
        except BaseException:
            client.close()
            raise
        return client

    def _greet(self, client: smtplib.SMTP) -> None:
        client.ehlo_or_helo_if_needed()
        if self._address.starttls:
            client.starttls(context=self._context)  # raises where the server has none: never in the clear instead
        if self._address.user:
            client.login(self._address.user, self._address.password or "")

    def _drop(self) -> None:
        if self._client is not None:
            self._client.close()
            self._client = None

    def _failed(self, error: Exception, message: EmailMessage, key: str) -> None:
        """Translate what went wrong; only what the server says for good about recipient or content is final."""
        reason = _final_reason(error)
        if reason is None or not isinstance(error, smtplib.SMTPRecipientsRefused | smtplib.SMTPDataError):
            self._drop()
        if reason is not None:
            raise BusinessError(UNDELIVERABLE, f"{message['To']}: {reason}") from error
        raise TemporaryError(f"{key}: {self._address.host} did not take the message: {_said(error)}") from error


def _envelope(message: EmailMessage) -> tuple[str, str]:
    return message["From"].addresses[0].addr_spec, message["To"].addresses[0].addr_spec


def _final_reason(error: Exception) -> str | None:
    find: dict[type[Exception], Callable[[Any], str | None]] = {
        smtplib.SMTPRecipientsRefused: lambda refused: _permanent(*next(iter(refused.recipients.values()))),
        smtplib.SMTPDataError: lambda refused: _permanent(refused.smtp_code, refused.smtp_error),
    }
    return find.get(type(error), lambda _: None)(error)


def _permanent(code: int, answer: bytes | str) -> str | None:
    return f"{code} {_text(answer)}" if code >= PERMANENT else None


def _said(error: Exception) -> str:
    if isinstance(error, smtplib.SMTPRecipientsRefused):
        code, answer = next(iter(error.recipients.values()))
        return f"{code} {_text(answer)}"
    if isinstance(error, smtplib.SMTPResponseException):
        return f"{error.smtp_code} {_text(error.smtp_error)}"
    return str(error) or type(error).__name__


def _text(answer: bytes | str) -> str:
    return answer.decode("utf-8", "replace") if isinstance(answer, bytes) else answer
