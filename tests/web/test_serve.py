import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from tests import databases
from web.clock import StoredClock
from web.context import Context
from web.jobs.run import start
from web.jobs.table import FAILED, Job

PATIENCE_S = 60


@pytest.fixture
def address(parts: Context) -> Iterator[str]:
    """`duly serve` in a process of its own, with its worker, on a free port."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    environment = {**os.environ, **databases.environment(parts.settings.folder), "DULY_PORT": str(port)}
    root = Path(__file__).parents[2]
    server = subprocess.Popen([sys.executable, "-m", "web.commands", "serve"], env=environment, cwd=root)
    yield f"http://127.0.0.1:{port}"
    server.send_signal(signal.SIGTERM)  # what starts a test in the background may have it ignore SIGINT
    assert server.wait(timeout=PATIENCE_S) in (0, 130)


def answers(address: str) -> bool:
    try:
        with urllib.request.urlopen(f"{address}/health", timeout=2) as answer:  # noqa: S310 - our own server
            return bool(answer.status == 200)
    except OSError:
        return False


def patiently(happened: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        if happened():
            return True
        time.sleep(0.3)
    return False


def test_the_server_answers_and_its_worker_works(parts: Context, address: str) -> None:
    assert patiently(lambda: answers(address))
    with parts.unit_of_work() as session:
        number = start(session, parts, "unknown", "Nobody knows how", {}, by="administrator").id

    def tried() -> bool:
        with parts.reading() as session:
            job = session.get(Job, number)
            return job is not None and job.status == FAILED

    assert patiently(tried)


def test_a_moved_clock_is_seen_by_every_process(parts: Context) -> None:
    one, other = StoredClock(parts.database), StoredClock(parts.database)
    one.move_to(parts.now())
    other.reload()
    assert abs((other.now() - parts.now()).total_seconds()) < 5
