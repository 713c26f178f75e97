"""What every way in is given: the parts of the running system, put together once by the composition root."""

from __future__ import annotations

from contextlib import AbstractContextManager
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path

from flask import current_app
from sqlalchemy.orm import Session

from engine.catalogue import Catalogue
from engine.clock import Clock, local_date
from engine.outbox import Dispatcher
from engine.unit_of_work import Database
from engine.whole_file import sweep
from engine.worker import Worker
from service_tasks.letters.press import LetterPress
from web.post import PostOffice
from web.settings import Settings

KEY = "duly"


@dataclass(frozen=True)
class Context:
    """The parts: settings, database, clock, mail, and what runs cases: catalogue, worker, dispatcher, letters."""

    settings: Settings
    database: Database
    clock: Clock
    catalogue: Catalogue
    mail: PostOffice
    worker: Worker
    dispatcher: Dispatcher
    letters: LetterPress

    def unit_of_work(self) -> AbstractContextManager[Session]:
        """Give a session whose changes are kept together at its end."""
        return self.database.unit_of_work()

    def reading(self) -> AbstractContextManager[Session]:
        """Give a session that keeps nothing and waits for nobody."""
        return self.database.reading()

    def now(self) -> datetime:
        """The moment, UTC, by the injected clock."""
        return self.clock.now()

    def today(self) -> date:
        """The day in the business time zone."""
        return local_date(self.clock.now(), self.settings.zone)

    def recover(self) -> None:
        """Take back what processes that died left behind: leases, and files that were not finished."""
        self.worker.recover()
        for name in ("mail", "documents"):
            sweep(self.settings.kept(name))

    @property
    def documents(self) -> Path:
        """The folder of stored letters and documents."""
        return self.settings.kept("documents")


def context() -> Context:
    """Give the context of the application that answers this request."""
    found: Context = current_app.extensions[KEY]
    return found
