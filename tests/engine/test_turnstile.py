"""On SQLite people write first; what runs by itself gives way to them, and goes on all the same in the end."""

import sqlite3
import threading
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


@pytest.fixture
def gate(database: Database) -> Path:
    return Path(f"{database.engine.url.database}-turn")


@contextmanager
def held_by_another(database: Database) -> Iterator[None]:
    with closing(sqlite3.connect(str(database.engine.url.database), isolation_level=None)) as other:
        other.execute("BEGIN IMMEDIATE")
        yield
        other.rollback()


class Writer:
    """Somebody who writes on a thread and a database object of their own, as another process would."""

    def __init__(self, database: Database, *, by_itself: bool = False) -> None:
        self.database, self.wrote = Database(database.url), threading.Event()
        if by_itself:
            self.database.give_way()
        self.thread = threading.Thread(target=self._write, daemon=True)
        self.thread.start()

    def _write(self) -> None:
        with self.database.unit_of_work() as session:
            session.execute(text("DELETE FROM setting"))
        self.wrote.set()
        self.database.dispose()


def test_a_person_who_waits_is_known_and_writes_as_soon_as_it_can_be(database: Database, gate: Path) -> None:
    with held_by_another(database):
        person = Writer(database)
        while not gate.exists() or not turnstile._somebody_waits(gate):
            assert not person.wrote.is_set()
    assert person.wrote.wait(PATIENCE_S)
    assert not turnstile._somebody_waits(gate)


def test_what_runs_by_itself_gives_way_to_a_person_who_waits(
    database: Database, gate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(turnstile, "POLITE_S", PATIENCE_S)
    with turnstile._made_known(gate):
        worker = Writer(database, by_itself=True)
        person = Writer(database)
        assert person.wrote.wait(PATIENCE_S)
        assert not worker.wrote.is_set()
    assert worker.wrote.wait(PATIENCE_S)


def test_what_runs_by_itself_goes_on_in_the_end(database: Database, gate: Path) -> None:
    with turnstile._made_known(gate):
        assert Writer(database, by_itself=True).wrote.wait(PATIENCE_S)


def test_workers_wait_for_each_other_without_a_claim_to_be_first(database: Database, gate: Path) -> None:
    with held_by_another(database):
        worker = Writer(database, by_itself=True)
        assert not worker.wrote.wait(0.05)
        assert not turnstile._somebody_waits(gate)
    assert worker.wrote.wait(PATIENCE_S)
