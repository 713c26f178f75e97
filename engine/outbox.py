"""What leaves the process: prepared in a short transaction, delivered outside of any, answered through the inbox.

A row goes waiting -> sending -> sent, or -> handed -> sent (a person confirms), or -> failed | withdrawn. `sending` is
committed before anything leaves, so that after a crash it is delivered again under the same key, never forgotten.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta
from itertools import groupby
from typing import Any, Protocol, TypeAlias

from sqlalchemy import and_, bindparam, or_, select
from sqlalchemy.orm import Session

from engine import inbox
from engine.clock import Clock, SystemClock
from engine.errors import BusinessError, TemporaryError
from engine.holds import MESSAGES, due_since, held, let_go
from engine.lease import LEASE, is_dead, new_token
from engine.tables import OutboxRow
from engine.unit_of_work import Database

BATCH = 100  # preparing it keeps people waiting on SQLite
FIRST_RETRY = timedelta(minutes=5)
KEPT_WITHIN_S = 1.0  # after a crash, what was handed over in that time may be handed over again, under its keys
MAX_ATTEMPTS = 8  # over about ten hours

# Put together once: they are asked again and again, mostly to find that nothing is due.
SENDERS = select(OutboxRow.lease_token).where(OutboxRow.status == "sending").distinct()
WAITING = and_(OutboxRow.status == "waiting", OutboxRow.not_before <= bindparam("now"))
LOST = or_(OutboxRow.lease_until < bindparam("wall"), OutboxRow.lease_token.in_(bindparam("lost", expanding=True)))
IN_ORDER = (
    select(OutboxRow)
    .order_by(OutboxRow.channel, OutboxRow.delivery, OutboxRow.id)
    .limit(BATCH)
    .with_for_update(skip_locked=True)
)
LEFT_ALONE = and_(OutboxRow.status == "sending", LOST)
DUE = IN_ORDER.where(or_(WAITING, LEFT_ALONE))
DUE_DURING_HOLD = IN_ORDER.where(
    or_(
        and_(OutboxRow.status == "waiting", let_go(OutboxRow.not_before, OutboxRow.id)),
        and_(WAITING, due_since(OutboxRow.not_before)),
        LEFT_ALONE,
    )
)


@dataclass(frozen=True, slots=True)
class Delivery:
    """One thing to hand out: the outbox rows that leave in it, its key, its content (None when confirmed later)."""

    rows: tuple[int, ...]
    key: str
    content: Any = None


@dataclass(frozen=True, slots=True)
class Prepared:
    """What a channel makes of rows: deliveries; rows not to be sent (answer, reason); rows to be sent later."""

    deliveries: Sequence[Delivery] = ()
    withdrawn: Mapping[int, tuple[str, str]] = field(default_factory=dict)
    postponed: Mapping[int, datetime] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Receipt:
    """How a delivery went; not `final` means that a person still has to confirm it (a print list)."""

    final: bool = True
    detail: Mapping[str, Any] = field(default_factory=dict)


Outcome = Receipt | TemporaryError | BusinessError


class Channel(Protocol):
    """A way out. `prepare` and `sent` run in short transactions, `deliver` outside of any."""

    name: str

    def prepare(self, session: Session, rows: Sequence[OutboxRow], now: datetime) -> Prepared: ...

    def deliver(self, delivery: Delivery) -> Receipt: ...

    def sent(self, session: Session, rows: Sequence[OutboxRow], receipt: Receipt, now: datetime) -> None: ...


Outcomes: TypeAlias = Sequence[tuple[Channel, Delivery, Outcome]]


@dataclass(slots=True)
class Sent:
    """What a run delivered: rows per channel, and what was withdrawn, put off or failed."""

    delivered: dict[str, int] = field(default_factory=dict)
    withdrawn: int = 0
    postponed: int = 0
    failed: int = 0

    @property
    def total(self) -> int:
        return sum(self.delivered.values())


class Dispatcher:
    """Delivers what is due while `gate` lets it."""

    def __init__(
        self, database: Database, clock: Clock, channels: Mapping[str, Channel], gate: Callable[[Session], bool]
    ) -> None:
        self.database, self.clock, self.channels, self.gate = database, clock, channels, gate
        self.stopping = threading.Event()  # once set, nothing more is begun; what was taken is left to the next sender
        self._wall = SystemClock()

    def run_due(self, progress: Callable[[int], None] = lambda _count: None) -> Sent:
        """Deliver everything that is due now and may leave, until the dispatcher is to stop."""
        sent = Sent()
        while not self.stopping.is_set() and (deliveries := self._claim(sent)) is not None:
            for outcomes in self._hand_over(deliveries):
                self._keep(outcomes, sent)
                progress(len(outcomes))
        return sent

    def _hand_over(self, deliveries: Sequence[tuple[Channel, Delivery]]) -> Iterator[Outcomes]:
        """Hand deliveries over, until the dispatcher is to stop; give the outcomes of about a second at a time."""
        outcomes, began = [], time.monotonic()
        for channel, delivery in deliveries:
            if self.stopping.is_set():
                break
            outcomes.append((channel, delivery, _handed_over(channel, delivery)))
            if time.monotonic() - began >= KEPT_WITHIN_S:
                yield outcomes
                outcomes, began = [], time.monotonic()
        if outcomes:
            yield outcomes

    def preview(self, session: Session, until: datetime) -> dict[str, Prepared]:
        """Say what would leave until a moment, changing nothing."""
        due = (OutboxRow.status == "waiting", OutboxRow.not_before <= until)
        rows = session.scalars(select(OutboxRow).where(*due).order_by(OutboxRow.channel, OutboxRow.id)).all()
        return {
            name: self.channels[name].prepare(session, list(group), until)
            for name, group in groupby(rows, key=lambda row: row.channel)
        }

    def confirm(self, session: Session, ids: Sequence[int], *, by: str) -> int:
        """Mark handed rows as sent (a person posted them) and tell their cases; gives how many."""
        handed = select(OutboxRow).where(OutboxRow.id.in_(ids), OutboxRow.status == "handed")
        rows = session.scalars(handed.order_by(OutboxRow.channel, OutboxRow.id)).all()
        for name, group in groupby(rows, key=lambda row: row.channel):
            inbox.post_all(session, self._sent(session, self.channels[name], list(group), Receipt(detail={"by": by})))
        return len(rows)

    def _claim(self, sent: Sent) -> list[tuple[Channel, Delivery]] | None:
        """Take due rows and prepare them; None when there is nothing to do."""
        with self.database.unit_of_work(batch=True) as session:
            rows = self._due(session) if self.gate(session) else []
            if not rows:
                return None
            found = []
            for (name, _), group in groupby(rows, key=lambda row: (row.channel, row.delivery or "")):
                some = list(group)
                prepared = self.channels[name].prepare(session, some, self.clock.now())
                self._settle(session, some, prepared, sent)
                found += [(self.channels[name], delivery) for delivery in prepared.deliveries]
            return found

    def _due(self, session: Session) -> list[OutboxRow]:
        """Give waiting rows that are due, and rows whose sender died in the middle."""
        lost = [token for token in session.scalars(SENDERS) if token and is_dead(token)]
        moment = {"now": self.clock.now(), "wall": self._wall.now()}
        kept = held(session, MESSAGES)
        if kept is None:
            return list(session.scalars(DUE, {**moment, "lost": lost}))
        return list(session.scalars(DUE_DURING_HOLD, {**moment, "lost": lost, **kept.position}))

    def _settle(self, session: Session, rows: Sequence[OutboxRow], prepared: Prepared, sent: Sent) -> None:
        by_id, token, answers = {row.id: row for row in rows}, new_token(), []
        for delivery in prepared.deliveries:
            for row in (by_id[id_] for id_ in delivery.rows):
                row.status, row.delivery, row.attempts = "sending", delivery.key, row.attempts + 1
                row.lease_token, row.lease_until = token, self._wall.now() + LEASE
        for id_, (answer, reason) in prepared.withdrawn.items():
            by_id[id_].status, by_id[id_].last_error = "withdrawn", reason
            answers.append(self._answer(by_id[id_], answer, {"reason": reason}))
        for id_, later in prepared.postponed.items():
            by_id[id_].status, by_id[id_].not_before, by_id[id_].delivery = "waiting", later, None
        inbox.post_all(session, answers)
        sent.withdrawn += len(prepared.withdrawn)
        sent.postponed += len(prepared.postponed)
        session.flush()

    def _keep(self, outcomes: Outcomes, sent: Sent) -> None:
        """Store in one transaction how some deliveries went, and tell their cases."""
        with self.database.unit_of_work(batch=True) as session:
            rows = self._sending(session, [id_ for _, delivery, _ in outcomes for id_ in delivery.rows])
            answers: list[dict[str, Any]] = []
            for channel, delivery, outcome in outcomes:
                some = [rows[id_] for id_ in delivery.rows if id_ in rows]
                if isinstance(outcome, Receipt):
                    answers += self._sent(session, channel, some, outcome)
                    sent.delivered[channel.name] = sent.delivered.get(channel.name, 0) + len(some)
                else:
                    answers += self._failed(some, outcome)
                    sent.failed += len(some)
            inbox.post_all(session, answers)

    def _sending(self, session: Session, ids: Sequence[int]) -> dict[int, OutboxRow]:
        query = select(OutboxRow).where(OutboxRow.id.in_(ids), OutboxRow.status == "sending")
        return {row.id: row for row in session.scalars(query)}

    def _sent(
        self, session: Session, channel: Channel, rows: Sequence[OutboxRow], receipt: Receipt
    ) -> list[dict[str, Any]]:
        """Store how rows were delivered; give what their cases are to hear."""
        now = self.clock.now()
        for row in rows:
            row.receipt = {**(row.receipt or {}), **receipt.detail}
            row.lease_token = row.lease_until = row.last_error = None
            row.status, row.sent_at = ("sent", now) if receipt.final else ("handed", None)
        if not receipt.final:
            return []
        channel.sent(session, rows, receipt, now)
        return [self._answer(row, "sent", {}) for row in rows]

    def _failed(self, rows: Sequence[OutboxRow], error: BusinessError | TemporaryError) -> list[dict[str, Any]]:
        """Put off what may go later, give up the rest; give what its cases are to hear."""
        now, answers = self.clock.now(), []
        for row in rows:
            row.last_error, row.lease_token, row.lease_until = str(error), None, None
            if isinstance(error, BusinessError) or row.attempts >= MAX_ATTEMPTS:
                row.status = "failed"
                answers.append(self._answer(row, "undeliverable", {"reason": str(error)}))
            else:
                row.status, row.not_before = "waiting", now + FIRST_RETRY * 2 ** (row.attempts - 1)
        return answers

    def _answer(self, row: OutboxRow, name: str, payload: Mapping[str, Any]) -> dict[str, Any]:
        now = self.clock.now()
        told = {"key": row.key, "channel": row.channel, **payload}
        message = {"business_key": row.business_key, "name": name, "payload": told, "at": now, "not_before": now}
        return {**message, "unique_key": f"{name}:{row.key}"}


def _handed_over(channel: Channel, delivery: Delivery) -> Outcome:
    try:
        return channel.deliver(delivery)
    except (TemporaryError, BusinessError) as error:
        return error
