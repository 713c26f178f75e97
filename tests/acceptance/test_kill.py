"""Kill -9 at any moment, start again: the same end state as if nothing had happened, no message missing, none twice."""

from __future__ import annotations

import random
import shutil
import signal
import subprocess
import time
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path

import pytest

from engine.unit_of_work import Database
from tests import databases
from tests.acceptance.checks import check_everything
from tests.acceptance.duly import BEGIN, begin, command, duly, parts_of, run_arguments, write_invoices
from tests.acceptance.end_state import differences, end_state
from web.day_run import last_day

OPEN_ITEMS = Path(__file__).parents[3] / "shared/data/invoices/open_items.csv"
POLL_S = 0.02
DICE = random.Random(4)  # noqa: S311 - the same moments in every test
NOTHING_MORE_S = 900


def test_a_run_that_is_killed_ends_as_if_nothing_had_happened(tmp_path: Path) -> None:
    invoices = write_invoices(tmp_path / "invoices.csv", debtors=12)
    mails_and_letters = (1, 8, 16)  # the days on which most of them leave
    compare(tmp_path, invoices, last=BEGIN + timedelta(days=19), days=mails_and_letters)


@pytest.mark.soak
@pytest.mark.skipif(not OPEN_ITEMS.exists(), reason="the large portfolio is not here")
def test_killed_twenty_times_on_the_large_portfolio(tmp_path: Path) -> None:
    last = date(2020, 9, 30)
    days = sorted(DICE.randrange((last - BEGIN).days * 2 // 3) for _ in range(20))
    compare(tmp_path, OPEN_ITEMS, last=last, days=days)


def compare(folder: Path, invoices: Path, *, last: date, days: Sequence[int]) -> None:
    """Run once undisturbed and once killed soon after each of the days began; both end alike, and as a run should."""
    undisturbed, disturbed = folder / "undisturbed", folder / "disturbed"
    undisturbed.mkdir()
    begin(undisturbed, invoices)
    shutil.copytree(undisturbed, disturbed)
    databases.copy(undisturbed / "duly.sqlite", disturbed / "duly.sqlite")
    arguments = run_arguments(last, "--staff", "robot")
    duly(undisturbed, *arguments)
    for day in days:
        kill(disturbed, arguments, BEGIN + timedelta(days=day), DICE.random() / 4)
    duly(disturbed, *arguments)
    found = differences(end_state(undisturbed), end_state(disturbed))
    assert not found, "\n".join(found[:40])
    check_everything(parts_of(disturbed), last)


def kill(home: Path, arguments: Sequence[str], day: date, delay: float) -> None:
    """Start a run and kill it some seconds after it began a day (or after its start, where it is past that day)."""
    words, environment = command(home, *arguments)
    with subprocess.Popen(words, env=environment, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL) as running:
        wait_for(home, day, running)
        time.sleep(delay)
        running.send_signal(signal.SIGKILL)
    assert running.returncode == -signal.SIGKILL, "the run ended before it was killed"


def wait_for(home: Path, day: date, running: subprocess.Popen[bytes]) -> None:
    """Wait until the run has begun the day."""
    deadline, database = time.monotonic() + NOTHING_MORE_S, Database(databases.url_of(home / "duly.sqlite"))
    while time.monotonic() < deadline and running.poll() is None and (last_day(database) or date.min) < day:
        time.sleep(POLL_S)
    database.dispose()
