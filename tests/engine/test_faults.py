"""A disk that fills up, a database that goes away in the middle: said plainly, nothing half done, the run goes on."""

from __future__ import annotations

import shutil
import sqlite3
import subprocess
from collections.abc import Callable, Iterator
from contextlib import closing, suppress
from datetime import timedelta
from pathlib import Path
from typing import Any, Protocol

import pytest
from sqlalchemy import event, func, select, text
from sqlalchemy.orm import Session

from engine import history, unit_of_work
from engine.errors import Conflict, DatabaseTrouble
from engine.tables import HistoryRow, Incident, Instance, OutboxRow
from engine.unit_of_work import Database
from engine.worker.write import write_batch
from tests.databases import ON_POSTGRESQL
from tests.engine.toys import Drawing, World

CASES = 60
WEEK = timedelta(days=7)
sqlite_only = pytest.mark.skipif(ON_POSTGRESQL, reason="what fails here is SQLite's file")


def begun(world: World) -> World:
    """Let cases wait for a week, of which the week has passed."""
    drawing = Drawing()
    drawing.start()
    drawing.wait("week")
    drawing.say("greet", text=f'"{"hello " * 200}"')
    drawing.ask("ask")
    drawing.end()
    drawing.flow("start", "week", "greet", "ask", "end")
    world.deploy(drawing)
    world.begin(*(f"case:{number}" for number in range(CASES)))
    world.clock.advance(WEEK)
    return world


def nothing_happened(world: World) -> None:
    with world.database.reading() as session:
        assert set(session.scalars(select(Instance.element))) == {"week"}
        assert session.scalar(select(func.count()).select_from(OutboxRow)) == 0
        assert session.scalar(select(func.count()).select_from(HistoryRow)) == CASES
        assert session.scalar(select(func.count()).select_from(Incident)) == 0


def all_happened_once(world: World) -> None:
    with world.database.reading() as session:
        assert set(session.execute(select(Instance.element, Instance.lease_token)).all()) == {("ask", None)}
        assert session.scalar(select(func.count()).select_from(OutboxRow)) == CASES
        assert session.scalar(select(func.count()).select_from(HistoryRow)) == 2 * CASES
        assert session.scalar(select(func.count()).select_from(Incident)) == 0
        assert not [found for number in range(CASES) for found in history.verify(session, f"case:{number}")]


# A full disk


@pytest.fixture(params=["tmpfs", "page limit"])
def small_disk(request: pytest.FixtureRequest, empty_database_file: Path, tmp_path: Path) -> Iterator[SmallDisk]:
    """A database on a disk of a few megabytes, or one whose file may grow no further: SQLite's fake of it."""
    folder = tmp_path / "small"
    folder.mkdir()
    if request.param == "tmpfs":
        mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", "size=4m", "tmpfs", folder], check=False)
        if mounted.returncode:
            pytest.skip("no small disk can be mounted here")
    shutil.copy(empty_database_file, folder / "duly.db")
    database = Database(f"sqlite:///{folder}/duly.db")
    yield DiskOfItsOwn(database, folder) if request.param == "tmpfs" else LimitedFile(database)
    database.dispose()
    if request.param == "tmpfs":
        subprocess.run(["umount", folder], check=True)


class SmallDisk(Protocol):
    """A disk that can be filled up, and freed again."""

    database: Database

    def fill(self) -> None: ...

    def free(self) -> None: ...


class DiskOfItsOwn:
    """A disk that another file fills up."""

    def __init__(self, database: Database, folder: Path) -> None:
        self.database, self.other = database, folder / "other"

    def fill(self) -> None:
        with self.other.open("wb", buffering=0) as file, suppress(OSError):
            while file.write(bytes(4096)) == 4096:
                pass

    def free(self) -> None:
        self.other.unlink()


class LimitedFile:
    """A file that may grow no further."""

    def __init__(self, database: Database) -> None:
        self.database = database

    def fill(self) -> None:
        with self.database.reading() as session:
            pages = session.connection().exec_driver_sql("PRAGMA page_count").scalar_one()
        self._limit(pages + 2)

    def free(self) -> None:
        self._limit(1_000_000)

    def _limit(self, pages: int) -> None:
        self.database.dispose()
        event.listen(self.database.engine, "connect", lambda file, _: file.execute(f"PRAGMA max_page_count={pages}"))


@sqlite_only
def test_a_disk_that_fills_up_is_told_and_nothing_is_half_done(small_disk: SmallDisk) -> None:
    world = begun(World(small_disk.database))
    small_disk.fill()
    with pytest.raises(DatabaseTrouble, match=r"the disk is full; free some space. Nothing of the last step was kept"):
        world.worker.run_due()
    nothing_happened(world)
    small_disk.free()
    assert world.worker.run_due().advanced == CASES
    all_happened_once(world)


# A database that goes away


def in_the_middle(monkeypatch: pytest.MonkeyPatch, happens: Callable[[Session], None]) -> None:
    """Let something happen once, when a batch is written and not yet committed."""

    def write(session: Session, *arguments: Any) -> None:
        monkeypatch.setattr("engine.worker.worker.write_batch", write_batch)
        write_batch(session, *arguments)
        happens(session)

    monkeypatch.setattr("engine.worker.worker.write_batch", write)


def test_what_was_rolled_back_is_not_remembered(any_database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    world = begun(World(any_database))

    def refuse(_session: Session) -> None:
        raise Conflict("somebody was faster")

    in_the_middle(monkeypatch, refuse)  # the shapes of the batch had got their ids
    assert world.worker.run_due().advanced == CASES
    all_happened_once(world)


def test_a_server_that_cuts_the_connection_in_the_middle_of_a_batch(
    postgresql: Database, any_database: Database, monkeypatch: pytest.MonkeyPatch
) -> None:
    if any_database is not postgresql:
        pytest.skip("SQLite has no server")
    world = begun(World(postgresql))

    def cut(session: Session) -> None:
        with postgresql.engine.connect() as other:
            mine = session.scalar(text("SELECT pg_backend_pid()"))
            other.execute(text("SELECT pg_terminate_backend(:mine)"), {"mine": mine})

    in_the_middle(monkeypatch, cut)
    with pytest.raises(DatabaseTrouble, match="the server does not answer"):
        world.worker.run_due()
    nothing_happened(world)
    assert world.worker.run_due().advanced == CASES
    all_happened_once(world)


@sqlite_only
def test_a_file_that_another_program_holds_for_itself(database: Database, monkeypatch: pytest.MonkeyPatch) -> None:
    world = begun(World(database))
    monkeypatch.setattr(unit_of_work, "BUSY_TIMEOUT_MS", 50)
    worker, load = world.new_worker(), World.load_facts
    with closing(sqlite3.connect(str(database.engine.url.database), isolation_level=None)) as other:

        def loaded(*arguments: Any) -> Any:
            other.execute("BEGIN EXCLUSIVE")  # between the claim and the writing
            return load(*arguments)

        worker._load_facts = lambda *arguments: loaded(world, *arguments)
        with pytest.raises(DatabaseTrouble, match="another program holds the database for itself"):
            worker.run_due()
        other.rollback()
    nothing_happened(world)
    worker._load_facts = world.load_facts
    assert worker.run_due().advanced == CASES
    all_happened_once(world)
