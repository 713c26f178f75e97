"""Let messages leave by e-mail: composed at the moment of sending, joined per debtor, their levels recorded."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy.orm import Session

from engine.clock import local_date
from engine.outbox import Delivery, Prepared, Receipt
from engine.tables import OutboxRow
from receivables.calendars import sending_window
from receivables.case_facts import CaseFacts
from service_tasks.letters.build import letter_context
from service_tasks.letters.figures import figures
from service_tasks.letters.press import LetterPress
from service_tasks.mail import Mail, SendMail
from service_tasks.moment import UNDELIVERABLE, Ready, Sorted, sort_out
from service_tasks.notices import carried, keep_notices, levels_of
from service_tasks.texts.text import Text, join_texts


@dataclass(frozen=True, slots=True)
class Composed:
    """A mail with what its receipt is to carry."""

    mail: Mail
    detail: dict[str, Any]


class EmailChannel:
    """The way out for texts. `send` hands a mail over; `zone` is the business's time zone."""

    name = "email"

    def __init__(self, send: SendMail, press: LetterPress, zone: ZoneInfo) -> None:
        self._send, self._press, self._zone = send, press, zone

    def prepare(self, session: Session, rows: Sequence[OutboxRow], now: datetime) -> Prepared:
        """Check each row again, compose what may leave, joining what one debtor gets."""
        found = sort_out(session, rows, now, self._zone)
        deliveries = [self._delivery(some, found.today, now) for some in _per_debtor(found)]
        return Prepared(deliveries, found.withdrawn, found.postponed)

    def deliver(self, delivery: Delivery) -> Receipt:
        """Hand the mail over."""
        composed: Composed = delivery.content
        return Receipt(detail={**composed.detail, **(self._send(composed.mail) or {})})

    def sent(self, session: Session, rows: Sequence[OutboxRow], receipt: Receipt, now: datetime) -> None:  # noqa: ARG002
        """Record the levels that were sent."""
        keep_notices(session, rows, local_date(now, self._zone))

    def _delivery(self, some: Sequence[Ready], today: date, now: datetime) -> Delivery:
        text = join_texts([self._text(each, today) for each in some])
        first = some[0]
        key = first.row.delivery or first.row.key
        mail = mail_to(first.facts, key, text, now)
        levels = [(each.row, each.facts, levels_of(figures(each.facts, each.row.payload["level"]))) for each in some]
        detail = {**as_sent(mail), **carried(levels)}
        return Delivery(tuple(each.row.id for each in some), key, Composed(mail, detail))

    def _text(self, each: Ready, today: date) -> Text:
        template, level, debtor = each.row.payload["template"], each.row.payload["level"], each.facts.debtor
        language = self._press.language(template, language=debtor.language, country=debtor.country)
        context = letter_context(each.facts, level=level, today=today, language=language)
        return self._press.text(template, language, context)


def mail_to(facts: CaseFacts, key: str, text: Text, now: datetime) -> Mail:
    """Return a mail to the case's debtor in the creditor's name."""
    creditor, debtor = facts.creditor, facts.debtor
    reply_to = creditor.reply_to or creditor.email
    at = now.astimezone(sending_window(debtor.country).zone)
    return Mail(key, debtor.email or "", debtor.name, text.subject, text.body, creditor.name, reply_to, at)


def as_sent(mail: Mail) -> dict[str, Any]:
    """Return what the receipt keeps, so that the message can be shown as it was sent."""
    return {"to": mail.to, "subject": mail.subject, "body": mail.body}


def _per_debtor(found: Sorted) -> Iterator[list[Ready]]:
    """Group what may leave by debtor; withdraw what has no address any more."""
    for each in found.ready:
        if each.facts.debtor.email is None:
            reason = f"No e-mail address of debtor {each.facts.debtor.reference} is known."
            found.withdrawn[each.row.id] = (UNDELIVERABLE, reason)
    reachable = [each for each in found.ready if each.facts.debtor.email is not None]
    reachable.sort(key=lambda each: (each.facts.debtor.id, each.row.id))
    for _, some in groupby(reachable, key=lambda each: each.facts.debtor.id):
        yield list(some)
