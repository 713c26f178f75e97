"""Insert a row, or change the one that is there: one statement, on both databases."""

from __future__ import annotations

from sqlalchemy.dialects import postgresql, sqlite
from sqlalchemy.orm import Session

from engine.tables import EngineBase


def insert_into(session: Session, table: type[EngineBase]) -> sqlite.Insert | postgresql.Insert:
    """Give an INSERT that knows `on_conflict_do_update`, in the words of the session's database."""
    sqlite_speaks = session.get_bind().dialect.name == "sqlite"
    return sqlite.insert(table) if sqlite_speaks else postgresql.insert(table)
