from collections.abc import Iterator
from pathlib import Path

import pytest

from engine.unit_of_work import Database
from tests import databases
from tests.processes.founding import found
from tests.processes.world import World


@pytest.fixture(scope="session")
def founded(empty_database_file: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with the strategies deployed, to be copied: checking them takes longer than living through them."""
    path = tmp_path_factory.mktemp("founded") / "duly.db"
    database = Database(databases.copy(empty_database_file, path))
    with database.unit_of_work() as session:
        found(session)
    database.dispose()
    return path


@pytest.fixture
def world(founded: Path, tmp_path: Path) -> Iterator[World]:
    path = tmp_path / "world.db"
    database = Database(databases.copy(founded, path))
    world = World(database, tmp_path)
    yield world
    assert world.incidents() == []
    database.dispose()
    databases.drop(path)
