"""Put the running system together: the one place that knows every part, for HTTP and for commands."""

from __future__ import annotations

from collections.abc import Callable

from sqlalchemy import select

from connectors.pdf import to_pdf
from engine.clock import Clock
from engine.outbox import Channel, Dispatcher
from engine.unit_of_work import Database
from engine.worker import Worker
from receivables.creditor import Creditor
from service_tasks.catalogue import build_catalogue
from service_tasks.documents import DocumentStore
from service_tasks.email_channel import EmailChannel
from service_tasks.facts_port import FactsPort
from service_tasks.letter_channel import LetterChannel
from service_tasks.letter_desk import LetterDesk
from service_tasks.letters.press import LetterPress, read_templates
from web.bundles import PROJECT
from web.clock import StoredClock
from web.context import Context
from web.post import PostOffice
from web.sending import gate
from web.settings import Settings


def build_context(settings: Settings, *, clock: Clock | None = None) -> Context:
    """Build every part from the settings; opens no connection yet. `clock` stands in for the machine's."""
    database = Database(settings.database)
    clock = clock or StoredClock(database)
    press = LetterPress(read_templates(PROJECT / "letter_templates"))
    documents = DocumentStore(settings.kept("documents"))
    catalogue = build_catalogue(LetterDesk(press, documents, _logo_of(database)))
    post = PostOffice(settings, database, clock)
    zone = settings.zone
    channels: list[Channel] = [
        EmailChannel(post.deliver, press, zone),
        LetterChannel(post.deliver, press, documents, to_pdf, zone),
    ]
    return Context(
        settings=settings,
        database=database,
        clock=clock,
        catalogue=catalogue,
        mail=post,
        worker=Worker(database, catalogue, clock, zone, FactsPort(zone)),
        dispatcher=Dispatcher(database, clock, {channel.name: channel for channel in channels}, gate(settings)),
        letters=press,
    )


def _logo_of(database: Database) -> Callable[[], bytes | None]:
    def logo() -> bytes | None:
        with database.reading() as session:
            return session.scalar(select(Creditor.logo).limit(1))

    return logo
