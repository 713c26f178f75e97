"""A served office per process, set back before each test, and its people in browsers of their own."""

from __future__ import annotations

import logging
import re
import shutil
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing
from dataclasses import dataclass, field
from http import HTTPStatus
from pathlib import Path
from typing import TypeAlias

import pytest
import waitress
from flask import Flask
from playwright.sync_api import (
    Browser,
    BrowserContext,
    ConsoleMessage,
    Page,
    Request,
    Response,
    ViewportSize,
    WebError,
    expect,
)
from sqlalchemy import select

from engine.clock import VirtualClock
from receivables.staff import Person
from tests.browser import world
from tests.databases import ON_POSTGRESQL, copy
from web.app import create_app
from web.composition import build_context
from web.context import Context
from web.jobs.kinds import KINDS
from web.jobs.run import run_waiting

WIDE, PHONE = ViewportSize(width=1440, height=900), ViewportSize(width=390, height=844)
log = logging.getLogger("duly.tests")
PATIENCE_MS = 20_000
"""A busy machine takes its time; whoever waits goes on at once."""
REFUSED = re.compile(r"status of 4\d\d|Failed to fetch")
"""What Chromium says of every refusal, and of a page that was left early: whether it may be is for the test to say."""


@dataclass
class Office:
    """The running office: its parts, its address, and the clock on its wall."""

    parts: Context
    app: Flask
    clock: VirtualClock
    pristine: Path
    address: str = ""
    cookies: dict[str, str] = field(default_factory=dict)

    def set_back(self) -> None:
        """Let it be this morning again, with nothing done yet."""
        home = self.parts.settings.folder
        for name in ("documents", "mail", "uploads"):
            shutil.rmtree(home / name, ignore_errors=True)
        shutil.copytree(self.pristine, home, ignore=shutil.ignore_patterns("*.sqlite*"), dirs_exist_ok=True)
        self._set_back_database()
        self.parts.worker.forget()
        self.clock.set(world.NOW)

    def _set_back_database(self) -> None:
        pristine, used = (folder / "duly.sqlite" for folder in (self.pristine, self.parts.settings.folder))
        if ON_POSTGRESQL:
            copy(pristine, used)  # connections that are open break and are made anew
            return
        with closing(sqlite3.connect(pristine)) as made, closing(sqlite3.connect(used)) as file:
            made.backup(file)  # into the very file: connections that are open stay good

    def work(self) -> None:
        """Do what waits in the background, and what is due."""
        run_waiting(self.parts, KINDS)
        self.parts.worker.run_due()
        self.parts.dispatcher.run_due()

    def cookie(self, username: str) -> str:
        """Give the session cookie of a person who signed in."""
        if username not in self.cookies:
            self.cookies[username] = self._sign_in(username)
        return self.cookies[username]

    def _sign_in(self, username: str) -> str:
        with self.parts.reading() as session:
            unique = session.scalars(select(Person.fs_uniquifier).where(Person.username == username)).one()
        client = self.app.test_client()
        with client.session_transaction() as kept:
            kept.update({"_user_id": unique, "_fresh": True, "fs_paa": time.time()})
        cookie = client.get_cookie("duly")
        assert cookie is not None
        return cookie.value


OpenAs: TypeAlias = Callable[..., Page]


@pytest.fixture(scope="session")
def running(tmp_path_factory: pytest.TempPathFactory, worker_id: str) -> Iterator[Office]:
    """The office behind a real port."""
    expect.set_options(timeout=PATIENCE_MS)
    base = tmp_path_factory.getbasetemp()
    pristine = world.world(base if worker_id == "master" or ON_POSTGRESQL else base.parent)
    home = tmp_path_factory.mktemp("office") / "home"
    shutil.copytree(pristine, home)
    copy(pristine / "duly.sqlite", home / "duly.sqlite")
    clock = VirtualClock(world.NOW)
    parts = build_context(world.settings(home), clock=clock)
    app = create_app(parts)
    server = waitress.create_server(app, host="127.0.0.1", port=0, threads=6)
    threading.Thread(target=server.run, daemon=True).start()
    yield Office(parts, app, clock, pristine, f"http://127.0.0.1:{server.effective_port}")
    server.close()
    parts.database.dispose()


@pytest.fixture
def office(running: Office) -> Office:
    """The office as it is in the morning."""
    running.set_back()
    return running


class Desks:
    """Browsers of the office's people; they are kept from test to test, since opening one takes long."""

    def __init__(self, browser: Browser, office: Office) -> None:
        self._browser, self._office = browser, office
        self._contexts: dict[str, BrowserContext] = {}
        self.complaints: list[str] = []

    def page(self, username: str = "") -> Page:
        """Give a new page in the browser of a person; without a name, of somebody who has not signed in."""
        context = self._contexts.get(username)
        if context is None:
            context = self._contexts[username] = self._browser.new_context(viewport=WIDE, locale="en-GB")
            context.set_default_timeout(PATIENCE_MS)
            context.on("console", self._said)
            context.on("weberror", self._failed)
            context.on("requestfailed", _tell_unanswered)
            context.on("response", _tell_refusal)
        context.clear_cookies()
        if username:
            value = self._office.cookie(username)
            context.add_cookies([{"name": "duly", "value": value, "url": self._office.address}])
        return context.new_page()

    def clear(self) -> None:
        """Close every page."""
        for context in self._contexts.values():
            for page in context.pages:
                page.close()
        self.complaints.clear()

    def close(self) -> None:
        for context in self._contexts.values():
            context.close()

    def _failed(self, error: WebError) -> None:
        if not REFUSED.search(str(error.error)):
            self.complaints.append(str(error.error))

    def _said(self, message: ConsoleMessage) -> None:
        if message.type == "error" and not REFUSED.search(message.text):
            self.complaints.append(f"{message.text} ({message.location})")


def _tell_unanswered(request: Request) -> None:
    log.warning("not answered: %s (%s)", request.url, request.failure)


def _tell_refusal(response: Response) -> None:
    """Say what was refused; shown where a test fails, since a script may have swallowed it."""
    if response.status >= HTTPStatus.BAD_REQUEST:
        log.warning("refused: %s %s", response.status, response.url)


@pytest.fixture(scope="session")
def desks(browser: Browser, running: Office) -> Iterator[Desks]:
    made = Desks(browser, running)
    yield made
    made.close()


@pytest.fixture
def open_as(desks: Desks, office: Office) -> Iterator[OpenAs]:
    """`open_as("anna", "/worklist/")` gives her page there; errors in a console and broken policies fail the test."""

    def opened(username: str, path: str = "/", size: ViewportSize = WIDE) -> Page:
        page = desks.page(username)
        page.set_viewport_size(size)
        page.goto(office.address + path)
        return page

    yield opened
    complaints = list(desks.complaints)
    desks.clear()
    assert complaints == []
