from collections.abc import Iterator
from typing import cast

import pytest
from sqlalchemy import Engine, StaticPool, create_engine
from sqlalchemy.orm import Session
from sqlalchemy.schema import CreateSchema

from receivables.tables import ReceivablesBase
from tests.databases import KIND
from tests.receivables.books import Books

APART = "receivables_alone"
"""A schema of its own, for tests that share the PostgreSQL server leave rows behind."""


@pytest.fixture(scope="session")
def ledger_on_sqlite() -> Iterator[Engine]:
    engine = create_engine("sqlite://", poolclass=StaticPool)
    ReceivablesBase.metadata.create_all(engine)
    yield engine
    engine.dispose()


@pytest.fixture(scope="session")
def ledger_on_postgresql(postgresql_url: str) -> Iterator[Engine]:
    engine = create_engine(postgresql_url, execution_options={"schema_translate_map": {None: APART}})
    with engine.begin() as connection:
        connection.execute(CreateSchema(APART))
        ReceivablesBase.metadata.create_all(connection)
    yield engine
    engine.dispose()


def pytest_generate_tests(metafunc: pytest.Metafunc) -> None:
    """Run the modules that name DATABASES on each of them, the others on SQLite, or what the tests run on."""
    if "session" in metafunc.fixturenames:
        metafunc.parametrize("session", getattr(metafunc.module, "DATABASES", (KIND,)), indirect=True)


@pytest.fixture
def session(request: pytest.FixtureRequest) -> Iterator[Session]:
    """A session whose changes vanish after the test."""
    engine = cast("Engine", request.getfixturevalue(f"ledger_on_{request.param}"))
    with engine.connect() as connection:
        transaction = connection.begin()
        with Session(connection, join_transaction_mode="create_savepoint") as session:
            yield session
        transaction.rollback()


@pytest.fixture
def books(session: Session) -> Books:
    return Books(session)
