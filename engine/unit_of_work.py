"""Where transactions begin and end: the only place that commits."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any

import orjson
from sqlalchemy import Engine, create_engine, event
from sqlalchemy.engine import make_url
from sqlalchemy.orm import Session, sessionmaker

from engine.database_trouble import said_plainly
from engine.turnstile import Turnstile

BUSY_TIMEOUT_MS = 30_000


class Database:
    """A database and the units of work on it; SQLite in WAL mode, or PostgreSQL."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.engine = _connect(url)
        self.turnstile = Turnstile(self.engine.url.database, BUSY_TIMEOUT_MS / 1000)
        if self.is_sqlite:
            event.listen(self.engine, "begin", partial(_begin_sqlite, self.turnstile))
        self._name = self.engine.url.render_as_string(hide_password=True)
        self._sessions = sessionmaker(self.engine, expire_on_commit=False)
        self._readers = sessionmaker(self.engine.execution_options(duly_reading=True), expire_on_commit=False)

    @property
    def is_sqlite(self) -> bool:
        return self.engine.dialect.name == "sqlite"

    @contextmanager
    def unit_of_work(self) -> Iterator[Session]:
        """Give a session whose changes are kept all together at the end, or not at all.

        Raises DatabaseTrouble where the database cannot go on just now.
        """
        with said_plainly(self._name), self._sessions() as session:
            yield session
            session.commit()

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """Give a session that never keeps a change and never waits for a writer."""
        with said_plainly(self._name), self._readers() as session:
            yield session  # closing rolls back, and leaves what was read readable

    def give_way(self) -> None:
        """Let people write first from now on: this process does what happens by itself."""
        self.turnstile.gives_way = True

    def dispose(self) -> None:
        """Close all connections."""
        self.engine.dispose()


def _json(value: Any) -> str:
    return orjson.dumps(value, option=orjson.OPT_NON_STR_KEYS | orjson.OPT_PASSTHROUGH_DATETIME).decode()


_JSON: dict[str, Any] = {"json_serializer": _json, "json_deserializer": orjson.loads}


def _connect(url: str) -> Engine:
    parsed = make_url(url)
    if parsed.get_backend_name() != "sqlite":
        return create_engine(parsed, pool_pre_ping=True, **_JSON)
    if parsed.database and parsed.database != ":memory:":
        Path(parsed.database).parent.mkdir(mode=0o700, parents=True, exist_ok=True)  # nobody else's on the machine
    engine = create_engine(parsed, connect_args={"timeout": BUSY_TIMEOUT_MS / 1000}, **_JSON)
    event.listen(engine, "connect", _prepare_sqlite)
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


def _begin_sqlite(turnstile: Turnstile, connection: Any) -> None:
    if connection.get_execution_options().get("duly_reading", False):
        connection.exec_driver_sql("BEGIN")
    else:
        turnstile.begin(connection)
