"""A small world on each kind of database in turn."""

import pytest

from engine.unit_of_work import Database
from tests.engine.toys import World


@pytest.fixture
def world(any_database: Database) -> World:
    return World(any_database)
