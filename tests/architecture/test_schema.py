"""The two halves of the schema live in one database, on both kinds of it."""

from sqlalchemy import inspect

from engine.unit_of_work import Database
from tests.conftest import all_tables


def test_every_table_is_there(any_database: Database) -> None:
    wanted = [name for metadata in all_tables() for name in metadata.tables]
    assert len(wanted) == len(set(wanted)), "a table is declared by both halves"
    assert set(inspect(any_database.engine).get_table_names()) >= set(wanted)
