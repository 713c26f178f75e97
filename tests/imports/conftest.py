from pathlib import Path

import pytest

from engine.unit_of_work import Database
from tests.imports.importer import Importer


@pytest.fixture
def importer(database: Database, tmp_path: Path) -> Importer:
    return Importer(database, tmp_path / "refused")
