"""The whole application on a fresh database, and somebody of each role to open its pages."""

import threading
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import TypeAlias

import pytest
from flask import Flask
from flask.testing import FlaskClient
from playwright.sync_api import Page
from sqlalchemy import select
from werkzeug.serving import make_server

from engine.clock import VirtualClock
from engine.unit_of_work import Database
from receivables.staff import Person, Role
from tests import databases
from web import schema
from web.app import create_app
from web.beginnings import first_rows
from web.composition import build_context
from web.context import Context
from web.security.rights import Role as RoleName
from web.settings import Settings

MONDAY = datetime(2026, 3, 2, 9, 0, tzinfo=UTC)
SignIn: TypeAlias = Callable[[str], FlaskClient]
OpenAs: TypeAlias = Callable[[str, str], Page]


@pytest.fixture(scope="session")
def made_database(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database as `duly init` leaves it, without strategies, with a person of each role named like it."""
    path = tmp_path_factory.mktemp("made") / "duly.sqlite"
    database = Database(databases.make(path))
    schema.upgrade(database)
    with database.unit_of_work() as session:
        first_rows(session)
        roles = {role.name: role for role in session.scalars(select(Role))}
        session.add_all(person(name, roles[name]) for name in RoleName)
    database.dispose()
    return path


def person(name: str, role: Role) -> Person:
    return Person(
        username=name, name=name.title(), email=f"{name}@firm.test", fs_uniquifier=f"unique-{name}", roles=[role]
    )


@pytest.fixture
def clock() -> VirtualClock:
    return VirtualClock(MONDAY)


@pytest.fixture
def parts(made_database: Path, tmp_path: Path, clock: VirtualClock) -> Iterator[Context]:
    """Every part of the system, on a home folder of its own and a clock that stands on a Monday morning."""
    home = tmp_path / "home"
    home.mkdir()
    databases.copy(made_database, home / "duly.sqlite")
    built = build_context(settings_of(home), clock=clock)
    yield built
    built.database.dispose()
    databases.drop(home / "duly.sqlite")


def settings_of(home: Path) -> Settings:
    """Give the settings by which a home folder and its database are found."""
    return Settings(home=str(home), secret_key="for tests only", database_url=databases.option(home / "duly.sqlite"))


@pytest.fixture
def app(parts: Context) -> Flask:
    app = create_app(parts)
    app.config.update(TESTING=True, WTF_CSRF_ENABLED=False, PROPAGATE_EXCEPTIONS=False)
    return app


@pytest.fixture
def sign_in(app: Flask) -> SignIn:
    """`sign_in("collector")` gives a client whose requests are that person's."""

    def client_of(username: str) -> FlaskClient:
        client = app.test_client()
        with client.session_transaction() as session:
            session["_user_id"] = f"unique-{username}"
            session["_fresh"] = True
            session["fs_paa"] = time.time()  # Flask-Security: when the password was last given
        return client

    return client_of


@pytest.fixture
def served(app: Flask) -> Iterator[str]:
    """The application behind a real port; gives its address. Forms carry their tokens, as in life."""
    app.config["WTF_CSRF_ENABLED"] = True
    server = make_server("127.0.0.1", 0, app, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.server_port}"
    server.shutdown()
    thread.join()


@pytest.fixture
def open_as(served: str, sign_in: SignIn, page: Page) -> OpenAs:
    """`open_as("collector", "/worklist/")` gives the browser's page, signed in as that person."""

    def opened(username: str, path: str) -> Page:
        cookie = sign_in(username).get_cookie("duly")
        assert cookie is not None
        page.context.add_cookies([{"name": "duly", "value": cookie.value, "url": served}])
        page.goto(served + path)
        return page

    return opened
