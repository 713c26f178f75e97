"""Where transactions begin and end: the only place that commits."""

from __future__ import annotations

import sqlite3
import time
from collections.abc import Iterator
from contextlib import AbstractContextManager, contextmanager, nullcontext
from pathlib import Path
from typing import Any

import orjson
from sqlalchemy import Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.orm import Session, sessionmaker

from engine.database_trouble import said_plainly
from engine.turnstile import Turnstile

BUSY_TIMEOUT_MS = 30_000
MEMORY = ":memory:"
LOOK_AGAIN_S = 0.001


class Database:
    """A database and the units of work on it; SQLite in WAL mode, or PostgreSQL."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.engine = _connect(url)
        self._name = self.engine.url.render_as_string(hide_password=True)
        self._sessions = sessionmaker(self.engine, expire_on_commit=False)
        self._turnstile = _turnstile(self.engine)
        self._readers = sessionmaker(self.engine.execution_options(duly_reading=True), expire_on_commit=False)

    @property
    def is_sqlite(self) -> bool:
        return self.engine.dialect.name == "sqlite"

    @contextmanager
    def unit_of_work(self, *, batch: bool = False) -> Iterator[Session]:
        """Give a session whose changes are kept all together at the end, or not at all.

        A `batch` lets people go first. Raises DatabaseTrouble where the database cannot go on just now.
        """
        with said_plainly(self._name), self._turn(batch=batch), self._sessions() as session:
            yield session
            session.commit()

    def people_first(self) -> AbstractContextManager[None]:
        """Keep batches from beginning to write, over several units of work for which a person waits."""
        return nullcontext() if self._turnstile is None else self._turnstile.people_first()

    def _turn(self, *, batch: bool) -> AbstractContextManager[None]:
        if self._turnstile is None or not batch:
            return self.people_first()
        self._turnstile.let_people_pass()
        return nullcontext()

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """Give a session that never keeps a change and never waits for a writer."""
        with said_plainly(self._name), self._readers() as session:
            yield session  # closing rolls back, and leaves what was read readable

    def dispose(self) -> None:
        """Close all connections."""
        self.engine.dispose()


def _turnstile(engine: Engine) -> Turnstile | None:
    file = engine.url.database
    return Turnstile(Path(file)) if engine.dialect.name == "sqlite" and file and file != MEMORY else None


def _json(value: Any) -> str:
    return orjson.dumps(value, option=orjson.OPT_NON_STR_KEYS | orjson.OPT_PASSTHROUGH_DATETIME).decode()


_JSON: dict[str, Any] = {"json_serializer": _json, "json_deserializer": orjson.loads}


def _connect(url: str) -> Engine:
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite":
        return create_engine(parsed, pool_pre_ping=True, **_JSON)
    if parsed.database and parsed.database != MEMORY:
        Path(parsed.database).parent.mkdir(mode=0o700, parents=True, exist_ok=True)  # nobody else's on the machine
    engine = create_engine(parsed, connect_args={"timeout": BUSY_TIMEOUT_MS / 1000}, **_JSON)
    event.listen(engine, "connect", _prepare_sqlite)
    event.listen(engine, "begin", _begin_sqlite)
    return engine


def _prepare_sqlite(connection: sqlite3.Connection, _record: Any) -> None:
    connection.isolation_level = None  # the driver would begin late: see _begin_sqlite
    for pragma in (
        f"busy_timeout={BUSY_TIMEOUT_MS}",
        "journal_mode=WAL",
        "synchronous=NORMAL",
        "foreign_keys=ON",
        "cache_size=-65536",
    ):
        connection.execute(f"PRAGMA {pragma}")


def _begin_sqlite(connection: Any) -> None:
    if connection.get_execution_options().get("duly_reading", False):
        connection.exec_driver_sql("BEGIN")
    else:
        _begin_writing(connection)


def _begin_writing(connection: Any) -> None:
    """Take the writer's lock at once: an upgrade from reading to writing cannot wait, it fails.

    SQLite itself would look ever more rarely, every tenth of a second in the end: whoever writes again and again, as
    a day run does, would be first each time, and a person would wait for seconds. We look every millisecond.
    """
    file, deadline = connection.connection.dbapi_connection, time.monotonic() + BUSY_TIMEOUT_MS / 1000
    file.execute("PRAGMA busy_timeout=0")
    try:
        while _is_taken(file) and time.monotonic() < deadline:
            time.sleep(LOOK_AGAIN_S)
        if not file.in_transaction:
            connection.exec_driver_sql("BEGIN IMMEDIATE")  # raises as SQLAlchemy would
    finally:
        file.execute(f"PRAGMA busy_timeout={BUSY_TIMEOUT_MS}")


def _is_taken(file: sqlite3.Connection) -> bool:
    """Begin to write; tell whether another holds the writer's lock. Anything else is left to who looks afterwards."""
    try:
        file.execute("BEGIN IMMEDIATE")
    except sqlite3.OperationalError as refused:
        return refused.sqlite_errorcode & 0xFF == sqlite3.SQLITE_BUSY
    return False
