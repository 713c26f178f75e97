from collections.abc import Iterator
from pathlib import Path

import pytest
from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import MetaData, create_engine, make_url, text

from engine.unit_of_work import Database
from web import schema


def merged() -> MetaData:
    """All tables under one roof, as Alembic compares them."""
    whole = MetaData(naming_convention=schema.METADATA[0].naming_convention)
    for metadata in schema.METADATA:
        for table in metadata.tables.values():
            table.to_metadata(whole)
    return whole


@pytest.fixture(params=["sqlite", "postgresql"])
def empty(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Database]:
    """A database without a single table, of each kind in turn."""
    url = f"sqlite:///{tmp_path}/made.sqlite"
    if request.param == "postgresql":
        url = another_database(request.getfixturevalue("postgresql_url"), "duly_migrated")
    database = Database(url)
    yield database
    database.dispose()


def another_database(url: str, name: str) -> str:
    server = create_engine(url, isolation_level="AUTOCOMMIT")
    with server.connect() as connection:
        connection.execute(text(f"DROP DATABASE IF EXISTS {name}"))
        connection.execute(text(f"CREATE DATABASE {name}"))
    server.dispose()
    return make_url(url).set(database=name).render_as_string(hide_password=False)


def test_migrations_make_what_the_models_say(empty: Database) -> None:
    schema.upgrade(empty)
    with empty.engine.connect() as connection:
        context = MigrationContext.configure(connection, opts={"compare_type": True})
        assert compare_metadata(context, merged()) == []


def test_migrating_twice_changes_nothing(empty: Database) -> None:
    assert schema.upgrade(empty)
    assert not schema.upgrade(empty)
    schema.check(empty)
