"""The database's schema: made, brought up to date, and checked, always through the migrations."""

from __future__ import annotations

from pathlib import Path

from alembic import command
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from sqlalchemy import MetaData

from engine.errors import Unusable
from engine.tables import EngineBase
from engine.unit_of_work import Database
from receivables.tables import ReceivablesBase
from web.jobs.table import WebBase

MIGRATIONS = Path(__file__).resolve().parents[1] / "migrations"
METADATA: list[MetaData] = [EngineBase.metadata, ReceivablesBase.metadata, WebBase.metadata]


def upgrade(database: Database) -> bool:
    """Bring the schema up to date; say whether anything changed."""
    before = stands_at(database)
    with database.engine.begin() as connection:
        config = _config()
        config.attributes["connection"] = connection
        command.upgrade(config, "head")
    return stands_at(database) != before


def stands_at(database: Database) -> str | None:
    """Give the revision the database stands at; None when it is empty, or a file that is not there yet."""
    if database.is_sqlite and not _is_there(database.engine.url.database):
        return None  # to look would make it
    with database.reading() as session:
        return MigrationContext.configure(session.connection()).get_current_revision()


def _is_there(path: str | None) -> bool:
    return path in (None, "", ":memory:") or Path(str(path)).exists()


def check(database: Database) -> None:
    """Raise `Unusable` when the schema is missing or old."""
    revision = stands_at(database)
    if revision is None:
        raise Unusable("The database is empty. Run `duly init` first.")
    if revision != ScriptDirectory.from_config(_config()).get_current_head():
        raise Unusable("The database is of another version of Duly. Make a backup, then run `duly upgrade`.")


def _config() -> Config:
    config = Config()
    config.set_main_option("script_location", str(MIGRATIONS))
    return config
