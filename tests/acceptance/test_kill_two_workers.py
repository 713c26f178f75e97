"""Two workers share a day run and are killed -9 at random moments: it ends as if one had done it undisturbed."""

from __future__ import annotations

import multiprocessing
import random
import shutil
import signal
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date, datetime, timedelta
from pathlib import Path

import pytest

from engine.clock import VirtualClock
from tests import databases
from tests.acceptance.checks import check_everything
from tests.acceptance.duly import BEGIN, begin, parts_of, write_invoices
from tests.acceptance.end_state import differences, end_state
from tests.acceptance.test_kill import OPEN_ITEMS
from web.composition import build_context
from web.context import Context
from web.day_run import DayRun
from web.robot import staff_robot
from web.settings import Settings

PROCESSES = multiprocessing.get_context("fork")
DICE = random.Random(5)  # noqa: S311 - the same moments in every test
PATIENCE_S = 300


def test_two_workers_that_are_killed_lose_nothing_and_double_nothing(tmp_path: Path) -> None:
    invoices = write_invoices(tmp_path / "invoices.csv", debtors=12)
    kills = Counter({BEGIN + timedelta(days=day): 1 for day in (1, 8)})
    assert compare(tmp_path, invoices, BEGIN + timedelta(days=9), kills, longest_s=0.1) == 2


@pytest.mark.soak
@pytest.mark.skipif(not OPEN_ITEMS.exists(), reason="the large portfolio is not here")
def test_two_workers_killed_two_hundred_times_on_the_large_portfolio(tmp_path: Path) -> None:
    last = date(2020, 7, 31)
    kills = Counter(BEGIN + timedelta(days=DICE.randrange((last - BEGIN).days // 2)) for _ in range(200))
    assert compare(tmp_path, OPEN_ITEMS, last, kills, longest_s=0.4) == 200


def compare(folder: Path, invoices: Path, last: date, kills: Counter[date], *, longest_s: float) -> int:
    """Live through the days undisturbed and with kills; both end alike, and as a run should. Gives how many hit."""
    undisturbed, disturbed = folder / "undisturbed", folder / "disturbed"
    undisturbed.mkdir()
    begin(undisturbed, invoices)
    shutil.copytree(undisturbed, disturbed)
    databases.copy(undisturbed / "duly.sqlite", disturbed / "duly.sqlite")
    with run_on(undisturbed, Counter(), 0) as run:
        run.run(BEGIN, last)
    with run_on(disturbed, kills, longest_s) as run:
        run.run(BEGIN, last)
    found = differences(end_state(undisturbed), end_state(disturbed))
    assert not found, "\n".join(found[:40])
    check_everything(parts_of(disturbed), last)
    return run.killed


class KilledRun(DayRun):
    """A day run that two processes do, and that has them killed on some days."""

    def __init__(self, parts: Context, clock: VirtualClock, kills: Counter[date], longest_s: float) -> None:
        super().__init__(parts.database, clock, parts.worker, parts.dispatcher, staff_robot(parts))
        self.parts, self.kills, self.longest_s, self.killed, self.pending = parts, kills, longest_s, 0, 0

    def _step(self) -> int:
        """Let two processes do what is due until both have ended by themselves, then the staff."""
        self.pending += self.kills.pop(self.parts.today(), 0)
        if self.pending:
            self.database.dispose()  # nothing is open when a process is forked
            workers = [self._started(), self._started()]
            while self.pending and self._kills(workers[0]):
                workers = [workers[1], self._started()]  # as whoever keeps workers does
            for worker in workers:
                worker.join(PATIENCE_S)
                assert worker.exitcode == 0
        return super()._step()

    def _started(self) -> multiprocessing.context.ForkProcess:
        process = PROCESSES.Process(target=work, args=(self.parts.settings, self.clock.now()))
        process.start()
        return process

    def _kills(self, worker: multiprocessing.context.ForkProcess) -> bool:
        """Kill a worker at some moment; False where it had ended its work before: the next one may be hit."""
        time.sleep(DICE.random() * self.longest_s)
        worker.kill()
        worker.join(PATIENCE_S)
        hit = worker.exitcode == -signal.SIGKILL
        self.killed, self.pending = self.killed + hit, self.pending - hit
        return hit


def work(settings: Settings, now: datetime) -> None:
    """Do what is due at a moment, as one worker of several."""
    parts = build_context(settings, clock=VirtualClock(now))
    parts.recover()
    while parts.worker.run_due().advanced + parts.dispatcher.run_due().total:
        pass


@contextmanager
def run_on(home: Path, kills: Counter[date], longest_s: float) -> Iterator[KilledRun]:
    clock = VirtualClock(datetime.combine(BEGIN, datetime.min.time()).astimezone())
    settings = Settings(home=str(home), database_url=databases.option(home / "duly.sqlite"))
    parts = build_context(settings, clock=clock)
    yield KilledRun(parts, clock, kills, longest_s)
    parts.database.dispose()
