"""`duly backup FILE`."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import click
from sqlalchemy.engine import make_url

from engine.errors import Unusable
from web.commands.parts import with_parts
from web.context import Context


@click.command()
@click.argument("file", type=click.Path(dir_okay=False, path_type=Path))
@with_parts
def backup(parts: Context, file: Path) -> None:
    """Copy the database to FILE while everything runs; refuses to write over a file.

    Copy DULY_HOME/documents as well: letters are kept there. To restore, stop Duly and put FILE in
    the database's place.
    """
    url = make_url(parts.settings.database)
    if not parts.database.is_sqlite or url.database is None:
        raise Unusable(
            "The database is PostgreSQL: `pg_dump --format=custom --file=FILE DATABASE` backs it up as it runs."
        )
    if file.exists():
        raise Unusable(f"{file} exists; choose another name.")
    file.parent.mkdir(parents=True, exist_ok=True)
    copy_database(parts, file)
    click.echo(f"{file}: {file.stat().st_size:,} bytes")


def copy_database(parts: Context, file: Path) -> None:
    """Copy an SQLite database into FILE as it stands now, while others read and write it; nobody else may read it."""
    path = str(make_url(parts.settings.database).database)
    file.touch(mode=0o600)
    with closing(sqlite3.connect(path)) as source, closing(sqlite3.connect(file)) as target:
        source.backup(target)
