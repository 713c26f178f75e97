"""`duly worker --processes 2`: both live, a killed one is replaced, and all end in good order."""

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy import select

from engine.tables import Duty, WorkerProcess
from tests import databases
from web.context import Context

PATIENCE_S = 60


@pytest.fixture
def workers(parts: Context) -> Iterator[subprocess.Popen[bytes]]:
    environment = {**os.environ, **databases.environment(parts.settings.folder)}
    command = [sys.executable, "-m", "web.commands", "worker", "--processes", "2"]
    with subprocess.Popen(command, env=environment, cwd=Path(__file__).parents[2]) as started:
        yield started
        if started.poll() is None:
            started.kill()


def tokens(parts: Context) -> set[str]:
    with parts.reading() as session:
        return set(session.scalars(select(WorkerProcess.token)))


def patiently(happened: Callable[[], bool]) -> bool:
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline and not happened():
        time.sleep(0.1)
    return happened()


def process_of(token: str) -> int:
    return int(token.split(":")[1])


def is_running(process: int) -> bool:
    return Path(f"/proc/{process}").exists()


def test_two_processes_share_the_work_and_a_killed_one_is_replaced(
    parts: Context, workers: subprocess.Popen[bytes]
) -> None:
    assert patiently(lambda: len(tokens(parts)) == 2)
    killed, survivor = sorted(tokens(parts))
    os.kill(process_of(killed), signal.SIGKILL)
    assert patiently(lambda: len(tokens(parts)) == 2 and killed not in tokens(parts))
    assert survivor in tokens(parts)
    children = [process_of(token) for token in tokens(parts)]
    workers.send_signal(signal.SIGTERM)
    assert workers.wait(timeout=PATIENCE_S) == 0
    assert not any(map(is_running, children))
    assert tokens(parts) == set()
    with parts.reading() as session:
        assert session.scalars(select(Duty)).all() == []
