"""Which kind of database the tests run on, and copies of prepared ones: a file each, or a PostgreSQL database each.

A database is named by the path that it has on SQLite; on PostgreSQL its name is made of that path.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from hashlib import blake2b
from pathlib import Path

from sqlalchemy import Connection, create_engine, make_url, text

if "DULY_TEST_DATABASE_URL" in os.environ:  # renamed: the product's commands refuse a DULY_* that is no option of it
    os.environ["TEST_DATABASE_URL"] = os.environ.pop("DULY_TEST_DATABASE_URL")
ON_POSTGRESQL = os.environ.get("TEST_DATABASE") == "postgresql" or "TEST_DATABASE_URL" in os.environ
KIND = "postgresql" if ON_POSTGRESQL else "sqlite"
_SERVER = "TEST_SERVER"
"""The variable in which this process and its children find the PostgreSQL that was started for them."""


def use_server(url: str) -> None:
    """Put the databases of this process onto the PostgreSQL server of a URL."""
    os.environ[_SERVER] = url


def url_of(path: Path) -> str:
    """Give the URL of the database at a path."""
    return option(path) or f"sqlite:///{path}"


def option(path: Path) -> str:
    """Give what DULY_DATABASE_URL has to be for the database at a path: nothing for an SQLite file at home."""
    if not ON_POSTGRESQL:
        return ""
    server = make_url(os.environ[_SERVER]).set(drivername="postgresql+psycopg", database=_name(path))
    return server.render_as_string(hide_password=False)


def environment(home: Path) -> dict[str, str]:
    """Give the variables by which a command finds the home folder and its database."""
    url = option(home / "duly.sqlite")
    return {"DULY_HOME": str(home), **({"DULY_DATABASE_URL": url} if url else {})}


def make(path: Path) -> str:
    """Make an empty database without a table, where that is needed; give its URL."""
    if ON_POSTGRESQL:
        with _server() as connection:
            connection.execute(text(f"CREATE DATABASE {_name(path)}"))
    return url_of(path)


def ensure(path: Path) -> None:
    """Make an empty database where a command cannot make it itself."""
    if ON_POSTGRESQL and not exists(path):
        make(path)


def copy(source: Path, target: Path) -> str:
    """Copy a database that nobody uses, over the one that is there; give the copy's URL."""
    if ON_POSTGRESQL:
        drop(target)
        with _server() as connection:
            connection.execute(text(f"CREATE DATABASE {_name(target)} TEMPLATE {_name(source)}"))
    else:
        shutil.copy(source, target)
    return url_of(target)


def drop(path: Path) -> None:
    """Remove a database that is no longer wanted; a file goes with its folder."""
    if ON_POSTGRESQL:
        with _server() as connection:
            connection.execute(text(f"DROP DATABASE IF EXISTS {_name(path)} WITH (FORCE)"))


def exists(path: Path) -> bool:
    """Tell whether there is a PostgreSQL database for a path."""
    with _server() as connection:
        found = connection.execute(text("SELECT 1 FROM pg_database WHERE datname = :name"), {"name": _name(path)})
        return found.first() is not None


def _name(path: Path) -> str:
    return "t" + blake2b(str(path.absolute()).encode(), digest_size=12).hexdigest()


@contextmanager
def _server() -> Iterator[Connection]:
    server = create_engine(
        make_url(os.environ[_SERVER]).set(drivername="postgresql+psycopg"), isolation_level="AUTOCOMMIT"
    )
    with server.connect() as connection:
        yield connection
    server.dispose()
