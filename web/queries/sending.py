"""What would leave today and why the rest would not; looking changes nothing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from itertools import groupby
from operator import attrgetter
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.holds import MESSAGES, held
from engine.outbox import Channel, Prepared
from engine.tables import OutboxRow
from service_tasks.email_channel import Composed
from service_tasks.letter_channel import Outgoing
from service_tasks.mail import Mail
from web.queries.operations import Named, with_names

LEAVES, LATER, WITHDRAWN, POST, HELD = "leaves", "later", "withdrawn", "post", "held"


@dataclass(frozen=True, slots=True)
class Planned:
    """A message that waits: what would come of it today, when, and why."""

    row: OutboxRow
    number: int
    debtor: str
    outcome: str
    at: datetime | None
    recipient: str = ""
    subject: str = ""
    reason: str = ""


def planned(session: Session, channels: Mapping[str, Channel], now: datetime, until: datetime) -> list[Planned]:
    """Say what would come of each message that waits until a moment, as its channel would decide now."""
    query = select(OutboxRow).where(OutboxRow.status == "waiting", OutboxRow.not_before <= until)
    rows = session.scalars(query.order_by(OutboxRow.channel, OutboxRow.id)).all()
    named = {each.row.id: each for each in with_names(session, rows)}
    kept = held(session, MESSAGES)
    back = {row.id for row in rows if kept is not None and kept.covers(row.not_before, row.id)}
    found = [Planned(named[number].row, named[number].number, named[number].debtor, HELD, None) for number in back]
    for name, group in groupby((row for row in rows if row.id not in back), key=attrgetter("channel")):
        some = list(group)
        prepared = channels[name].prepare(session, some, now)
        mails = _mails(prepared)
        found += [_planned(named[row.id], prepared, mails, now) for row in some]
    return sorted(found, key=lambda each: (each.at is None, each.at or now, each.row.id))


def _mails(prepared: Prepared) -> dict[int, Mail | None]:
    """Give by row the mail it leaves in; None for what a person posts."""
    return {row: _mail(delivery.content) for delivery in prepared.deliveries for row in delivery.rows}


def _mail(content: Any) -> Mail | None:
    return content.mail if isinstance(content, Composed | Outgoing) else None


def _planned(named: Named, prepared: Prepared, mails: dict[int, Mail | None], now: datetime) -> Planned:
    row, number, debtor = named.row, named.number, named.debtor
    if row.id in prepared.withdrawn:
        return Planned(row, number, debtor, WITHDRAWN, None, reason=prepared.withdrawn[row.id][1])
    if row.id in prepared.postponed:
        return Planned(row, number, debtor, LATER, max(prepared.postponed[row.id], row.not_before))
    mail = mails.get(row.id)
    if mail is None:
        return Planned(row, number, debtor, POST, max(now, row.not_before))
    return Planned(row, number, debtor, LEAVES, max(now, row.not_before), mail.to, mail.subject)


def handed_over(session: Session) -> Sequence[OutboxRow]:
    """Give what is on the print list until somebody posts it."""
    return session.scalars(select(OutboxRow).where(OutboxRow.status == "handed")).all()
