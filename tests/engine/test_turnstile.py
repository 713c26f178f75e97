"""On SQLite people write first; a batch gives way to them, and goes on all the same in the end."""

import fcntl
import sqlite3
import threading
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

import pytest
from sqlalchemy import text

from engine import turnstile
from engine.unit_of_work import Database
from tests.databases import ON_POSTGRESQL

pytestmark = pytest.mark.skipif(ON_POSTGRESQL, reason="PostgreSQL lets many write at a time")
PATIENCE_S = 30


@contextmanager
def held_by_another(database: Database) -> Iterator[None]:
    with closing(sqlite3.connect(str(database.engine.url.database), isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield
        other.rollback()


class Writer:
    """Somebody who writes on a thread and a database object of their own, as another process would."""

    def __init__(self, database: Database, *, batch: bool = False) -> None:
        self.database, self.batch, self.wrote = Database(database.url), batch, threading.Event()
        threading.Thread(target=self._write, daemon=True).start()

    def _write(self) -> None:
        with self.database.unit_of_work(batch=self.batch) as session:
            session.execute(text("DELETE FROM setting"))
        self.wrote.set()
        self.database.dispose()


def test_a_batch_gives_way_to_people(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(turnstile, "COURTESY_S", PATIENCE_S)
    with database.people_first():
        batch, person = Writer(database, batch=True), Writer(database)
        assert person.wrote.wait(PATIENCE_S)
        assert not batch.wrote.is_set()
    assert batch.wrote.wait(PATIENCE_S)


def test_a_batch_gives_way_to_a_person_who_waits_for_the_lock(
    database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(turnstile, "COURTESY_S", PATIENCE_S)
    with held_by_another(database):
        person = Writer(database)
        last = time.monotonic() + PATIENCE_S
        while not people_are_about(database) and time.monotonic() < last:
            time.sleep(0.005)
        assert people_are_about(database)
        assert not person.wrote.is_set()
        batch = Writer(database, batch=True)
        assert not batch.wrote.is_set()
    assert person.wrote.wait(PATIENCE_S)
    assert batch.wrote.wait(PATIENCE_S)
    assert not people_are_about(database)


def people_are_about(database: Database) -> bool:
    gate = turnstile.Turnstile(Path(str(database.engine.url.database)))
    with gate._opened() as file:
        return not turnstile._granted(file, fcntl.LOCK_EX)


def test_a_batch_goes_on_in_the_end(database: Database) -> None:
    with database.people_first():
        assert Writer(database, batch=True).wrote.wait(PATIENCE_S)


def test_batches_have_no_claim_to_be_first(database: Database) -> None:
    with held_by_another(database):
        batch = Writer(database, batch=True)
        assert not batch.wrote.wait(0.05)
        assert not people_are_about(database)
    assert batch.wrote.wait(PATIENCE_S)
