"""What Duly's contestants run in: a database, a clock, an operator that writes a real text, a channel that accepts."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from decimal import Decimal
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from zoneinfo import ZoneInfo

from diagram import FEEL, diagram
from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import instances
from engine.catalogue import Call, Catalogue, Facts, MessageType, Routing, operator
from engine.clock import VirtualClock
from engine.deployments import deploy
from engine.outbox import Delivery, Dispatcher, Prepared, Receipt
from engine.tables import EngineBase, OutboxRow, TaskRow
from engine.unit_of_work import Database
from engine.worker import Worker

MORNING = datetime(2026, 3, 2, 7, tzinfo=UTC)
ZONE = ZoneInfo("Europe/Warsaw")
WEEK = timedelta(days=7)
TEXTS = {
    "reminder": "Dear {name},\n\nour invoice {number} over {amount} EUR was due on {due}. Please pay it to {iban}.\n",
    "thanks": "Dear {name},\n\nthank you: your payment for {number} of {amount} EUR has arrived.\n",
}
IBAN = "PL61109010140000071219812874"


def message_text(template: str, key: str, amount: Decimal) -> str:
    """Write the text of a message: what every contestant's service task does."""
    return TEXTS[template].format(
        name=f"Debtor of {key}", number=f"FA/{key}", amount=amount, due="2026-02-01", iban=IBAN
    )


@operator("send_message", title="Send a message")
def send_message(call: Call, *, template: str, amount: Decimal) -> str:
    """Write a text and put it into the outbox."""
    text = message_text(template, call.key, amount)
    payload = {"to": f"{call.key}@debtors.example", "subject": template, "text": text}
    call.write.outbox(channel="mail", key=call.token, payload=payload)
    return template


CATALOGUE = Catalogue.of(
    (send_message,), (MessageType("paid"), MessageType("sent")), {"case.amount": "number", "promised": "boolean"}
)


class Accepting:
    """A channel that takes everything at once."""

    name = "mail"

    def prepare(self, _session: Session, rows: Sequence[OutboxRow], _now: datetime) -> Prepared:
        return Prepared([Delivery((row.id,), row.key, row.payload["text"]) for row in rows])

    def deliver(self, _delivery: Delivery) -> Receipt:
        return Receipt()

    def sent(self, _session: Session, _rows: Sequence[OutboxRow], _receipt: Receipt, _now: datetime) -> None: ...


class World:
    """One office: its cases, and a day that can be run."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.clock = VirtualClock(MORNING)
        self.worker = Worker(database, CATALOGUE, self.clock, ZONE, self._facts)
        self.dispatcher = Dispatcher(database, self.clock, {"mail": Accepting()}, lambda _session: True)

    def _facts(self, _session: Session, keys: Sequence[str], _now: datetime) -> Mapping[str, Facts]:
        variables: dict[str, Any] = {"case": {"amount": Decimal("1234.50")}, "promised": False}
        routing = {"collector": Routing("north", "anna", 50)}
        return {key: Facts(variables, routing=routing) for key in keys}

    def deploy(self) -> None:
        """Store the diagram as an administrator would: checked."""
        more: dict[str, Any] = {"name": "Dunning", "by": "bench", "note": "", "now": self.clock.now()}
        with self.database.unit_of_work() as session:
            deploy(session, key="dunning", files={"strategy.bpmn": diagram(FEEL)}, catalogue=CATALOGUE, **more)

    def start(self, count: int, after: int = 0) -> None:
        """Begin cases, numbered from `after` on, and bring them to their first wait."""
        for first in range(after, after + count, 1000):
            with self.database.unit_of_work() as session:
                for number in range(first, min(first + 1000, after + count)):
                    instances.start(session, key=f"case:{number}", strategy="dunning", now=self.clock.now())
        self.run()

    def run(self) -> int:
        """Do what is due, let what it wrote leave, hear the answers, until nothing is left; give the advances."""
        advanced = 0
        while done := self.worker.run_due().advanced + self.dispatcher.run_due().total:
            advanced += done
        return advanced

    def open_tasks(self, limit: int) -> list[TaskRow]:
        """Give open tasks of people."""
        with self.database.reading() as session:
            return list(session.scalars(select(TaskRow).where(TaskRow.status == "open").limit(limit)))


@contextmanager
def world() -> Iterator[World]:
    """Give an office on a new SQLite file, in a temporary folder."""
    with TemporaryDirectory() as folder:
        database = Database(f"sqlite:///{Path(folder) / 'bench.sqlite'}")
        EngineBase.metadata.create_all(database.engine)
        made = World(database)
        made.deploy()
        yield made
        database.dispose()
