"""Live through a strategy day by day: debts, people, a post box and a calendar, each in a line."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time, timedelta
from decimal import Decimal
from pathlib import Path
from typing import Any, TypeVar

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from engine import worklist
from engine.clock import VirtualClock
from engine.errors import BusinessError
from engine.instances import views
from engine.outbox import Dispatcher
from engine.tables import Incident, Instance, OutboxRow, TaskRow
from engine.unit_of_work import Database
from engine.worker import Worker
from receivables.case import Case
from receivables.debtor import Contact
from receivables.dispute import Dispute
from receivables.disputes import close_dispute, open_dispute
from receivables.letter import Letter
from receivables.money import to_minor
from receivables.payments import NewPayment, enter_payment
from receivables.promise import Promise
from receivables.receivable import Receivable
from receivables.seed import seed
from receivables.staff import StaffNotice
from service_tasks.approval import four_eyes
from service_tasks.catalogue import build_catalogue
from service_tasks.documents import DocumentStore
from service_tasks.email_channel import EmailChannel
from service_tasks.events import announce, begin_day, settle_disputes, settle_paid
from service_tasks.facts_port import FactsPort
from service_tasks.letter_channel import LetterChannel
from service_tasks.letter_desk import LetterDesk
from service_tasks.mail import Mail
from tests.processes.founding import MONDAY, ZONE, another_product, book_invoice, known_debtor, no_pdf, press

T = TypeVar("T")


class World:
    """One debtor and everybody who deals with him, from MONDAY on at nine in the morning."""

    def __init__(self, database: Database, folder: Path) -> None:
        self.database, self.mails, self.bounces = database, list[Mail](), False
        documents = DocumentStore(folder / "documents")
        self.catalogue = build_catalogue(LetterDesk(press(), documents))
        self.clock = VirtualClock(datetime.combine(MONDAY, time(9), ZONE))
        self.worker = Worker(database, self.catalogue, self.clock, ZONE, FactsPort(ZONE))
        channels = (
            EmailChannel(self._post, press(), ZONE),
            LetterChannel(self._post, press(), documents, no_pdf, ZONE),
        )
        by_name: Any = {channel.name: channel for channel in channels}
        self.dispatcher = Dispatcher(database, self.clock, by_name, lambda _session: True)
        self.product_id = self.write(lambda session: seed(session).id)

    def _post(self, mail: Mail) -> None:
        if self.bounces:
            raise BusinessError("undeliverable", "The mailbox is gone")
        self.mails.append(mail)

    # The ledger

    def debtor(self, **about: Any) -> None:
        """Let the debtor be known; `email` and `city` are contacts, the rest is Debtor's columns."""
        plain = {"reference": "D-1", "name": "Firma Kowalski", "country": "PL", "language": "en", "type": "business"}
        contacts = {name: about.pop(name, None) for name in ("email", "city")}
        self.owner = known_debtor({**plain, **about}, contacts, self.clock.now())
        self.write(lambda session: session.add(self.owner))

    def owes(self, number: str, amount: str, due: date, currency: str = "EUR", *, apart: bool = False) -> None:
        """Let an invoice fall due; `apart`, it belongs to another case group."""
        minor = to_minor(Decimal(amount), currency)[0]
        product = self.write(another_product) if apart else self.product_id
        shared = {"amount": minor, "currency": currency}
        owner = {"debtor_id": self.owner.id, "product_id": product}
        self.write(lambda session: book_invoice(session, number, due, {**owner, **shared}, self.clock.now()))

    def pays(self, amount: str, currency: str = "EUR") -> None:
        """Let a payment come in, and its case hear of it at once."""
        wish = NewPayment(self.owner.id, self.today, to_minor(Decimal(amount), currency)[0], currency)

        def enter(session: Session) -> None:
            enter_payment(session, wish, by="eva", now=self.clock.now(), today=self.today)
            settle_paid(session, today=self.today, now=self.clock.now())

        self.write(enter)
        self.settle()

    # The calendar

    @property
    def today(self) -> date:
        return self.clock.now().astimezone(ZONE).date()

    def begin(self) -> None:
        """Begin the present day."""
        now = self.clock.now()
        self.write(lambda session: begin_day(session, today=self.today, now=now))
        self.settle()

    def live(self, days: int) -> None:
        """Live through so many more days, each from nine in the morning; a day that brings nothing is passed over."""
        for left in reversed(range(days)):
            self.clock.set(datetime.combine(self.today + timedelta(days=1), time(9), ZONE))
            if not left:
                self.begin()
            elif self._brings_something():
                self.settle()

    def _brings_something(self) -> bool:
        now = self.clock.now()
        due = select(Instance.id).where(Instance.due_at <= now)
        leaving = select(OutboxRow.id).where(OutboxRow.status == "waiting", OutboxRow.not_before <= now)
        with self.database.reading() as session:
            return any(session.scalar(query.limit(1)) is not None for query in (due, leaving))

    def later(self, hours: int) -> None:
        """Let some hours of the day pass."""
        self.clock.advance(timedelta(hours=hours))
        self.settle()

    def settle(self) -> None:
        """Let whatever is due happen."""
        while self.worker.run_due().advanced or self._delivered():
            pass

    def _delivered(self) -> int:
        sent = self.dispatcher.run_due()
        return sent.total + sent.withdrawn + sent.failed

    # People

    def tasks(self) -> list[str]:
        """Name the open tasks."""
        with self.database.reading() as session:
            return [task.name for task in session.scalars(worklist.open_tasks(self.clock.now()).order_by(TaskRow.id))]

    def does(self, name: str, by: str = "eva", **answers: Any) -> None:
        """Complete the open task of a name, and see what comes of it."""
        self.write(lambda session: self._do(session, name, by, answers))
        self.settle()

    def _do(self, session: Session, name: str, by: str, answers: dict[str, Any]) -> None:
        task = session.scalars(worklist.open_tasks(self.clock.now()).where(TaskRow.name == name)).one()
        worklist.complete(session, task.id, by=by, result=answers, now=self.clock.now(), guard=four_eyes)

    def hears(self, message: str, **payload: Any) -> None:
        """Put a message into the case's inbox."""
        unique = self.clock.now().isoformat()
        self.write(lambda session: announce(session, message, 1, payload, unique=unique, now=self.clock.now()))
        self.settle()

    def disputes_settled(self) -> None:
        self.write(lambda session: settle_disputes(session, today=self.today, now=self.clock.now()))
        self.settle()

    def posts_letters(self) -> int:
        """Mark what is on the print list as posted."""
        query = select(OutboxRow.id).where(OutboxRow.status == "handed")
        count = self.write(lambda session: self.dispatcher.confirm(session, session.scalars(query).all(), by="eva"))
        self.settle()
        return count

    def disputes(self, number: str, reason: str) -> None:
        """Let the debtor complain about an invoice."""
        wanted = select(Receivable.id).where(Receivable.number == number)
        today = self.today
        self.write(lambda session: open_dispute(session, session.scalars(wanted).one(), reason, by="eva", today=today))
        self.disputes_settled()

    def settles_dispute(self, resolution: str) -> None:
        """Settle the open dispute."""
        standing = select(Dispute).where(Dispute.closed_on.is_(None))

        def settle(session: Session) -> None:
            close_dispute(session, session.scalars(standing).one(), resolution, by="eva", today=self.today)

        self.write(settle)
        self.disputes_settled()

    def learns_email(self, address: str) -> None:
        learnt = {"source": "hand", "valid_from": self.today, "debtor_id": self.owner.id}
        self.write(lambda session: session.add(Contact(channel="email", value=address, **learnt)))

    def loses_email(self, city: str) -> None:
        """Let the e-mail address end, and a postal address be known."""
        place = {"value": "Firma Kowalski", "street": "Długa 1", "city": city, "postcode": "00-001", "country": "PL"}
        learnt = {"source": "hand", "valid_from": self.today, "debtor_id": self.owner.id}
        end = update(Contact).values(valid_until=self.today - timedelta(days=1))
        self.write(lambda session: session.execute(end))
        self.write(lambda session: session.add(Contact(channel="postal", **place, **learnt)))

    # What one sees

    @property
    def subjects(self) -> list[str]:
        """Name the subjects of all mails, without the creditor's reference."""
        return [mail.subject.split(" – ")[0] for mail in self.mails]

    @property
    def stage(self) -> str:
        with self.database.reading() as session:
            return views(session, ["case:1"])["case:1"].stage

    @property
    def status(self) -> str:
        with self.database.reading() as session:
            return views(session, ["case:1"])["case:1"].status

    def case(self, number: int = 1) -> Case:
        with self.database.reading() as session:
            return session.scalars(select(Case).where(Case.number == number)).one()

    def outbox(self) -> list[OutboxRow]:
        with self.database.reading() as session:
            return list(session.scalars(select(OutboxRow).order_by(OutboxRow.id)))

    def letters(self) -> list[Letter]:
        with self.database.reading() as session:
            return list(session.scalars(select(Letter).order_by(Letter.id)))

    def promises(self) -> list[Promise]:
        with self.database.reading() as session:
            return list(session.scalars(select(Promise).order_by(Promise.id)))

    def staff_notices(self) -> list[StaffNotice]:
        with self.database.reading() as session:
            return list(session.scalars(select(StaffNotice).order_by(StaffNotice.id)))

    def valid_contacts(self) -> dict[str, str]:
        with self.database.reading() as session:
            valid = select(Contact).where(Contact.valid_until.is_(None))
            return {contact.channel: contact.value for contact in session.scalars(valid)}

    def incidents(self) -> list[str]:
        with self.database.reading() as session:
            return [f"{incident.error}\n{incident.detail}" for incident in session.scalars(select(Incident))]

    def write(self, do: Callable[[Session], T]) -> T:
        with self.database.unit_of_work() as session:
            return do(session)
