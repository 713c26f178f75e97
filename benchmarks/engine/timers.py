"""Let timers that all fell due at eight in the morning fire while eight collectors finish tasks: how long they wait.

The day run goes on in a process of its own over the same SQLite file; the collectors are the threads of one web
process, as in life. `SIZE=small` is a quick look. Fails where a task's p99 reaches 100 ms, a timer fires twice or the
work does not catch up.
"""

from __future__ import annotations

import json
import multiprocessing
import os
import random
import sys
import threading
import time
from dataclasses import dataclass, field
from datetime import timedelta
from multiprocessing.process import BaseProcess
from multiprocessing.synchronize import Event

from sqlalchemy import func, select
from world import MORNING, WEEK, World, world

from engine import worklist
from engine.clock import SystemClock
from engine.errors import Conflict
from engine.measures import Measures, measure
from engine.tables import HistoryRow, OutboxRow
from engine.unit_of_work import Database

TIMERS, TASKS = (5_000, 1_000) if os.environ.get("SIZE") == "small" else (100_000, 4_000)
COLLECTORS = 8
PAUSE_S = 1.0  # a collector finishes a task every second: more than anybody does
LIMIT_MS = 100
LONGEST_S = 1800


@dataclass
class Seen:
    """What was measured: each task's wait in milliseconds, and the lag in seconds as it went up and down."""

    waits: list[float] = field(default_factory=list)
    lags: list[float] = field(default_factory=list)
    told: int = 0
    caught_up_s: float | None = None


def living(office: World) -> World:
    """Let the office's clock run from a second before eight on, a week after its cases began to wait."""
    office.worker.clock = office.dispatcher.clock = clock = SystemClock(MORNING + WEEK - SystemClock().now())
    clock.offset -= timedelta(seconds=1)
    return office


def day_run(url: str, offset: timedelta, until: Event) -> None:
    """Do what is due, and send, until told to stop."""
    office = World(Database(url))
    office.worker.clock = office.dispatcher.clock = SystemClock(offset)
    while not until.is_set():
        if not office.worker.run_due().advanced + office.dispatcher.run_due().total:
            time.sleep(0.1)


def collect(office: World, tasks: list[tuple[int, str]], seen: Seen, until: threading.Event) -> None:
    """Finish one task after the other; a wait is the finishing and what comes of it, both committed."""
    dice = random.Random(tasks[0][0])  # noqa: S311 - pauses
    for turn, (number, key) in enumerate(tasks):
        if until.wait(dice.uniform(0, 2 * PAUSE_S)):
            return
        started = time.perf_counter()
        try:
            with office.database.people_first():  # as the page does (web/turn.py)
                finish(office, number, key)
        except Conflict:
            seen.told += 1
        if turn:  # a process's first statements are slower, once
            seen.waits.append((time.perf_counter() - started) * 1000)


def finish(office: World, number: int, key: str) -> None:
    with office.database.unit_of_work() as session:
        worklist.complete(session, number, by="anna", result={"promised": False}, now=office.worker.clock.now())
    office.worker.wake(key)


def watch(office: World, seen: Seen, beside: BaseProcess) -> None:
    """Note the lag until nothing is overdue or unheard, or the day run died."""
    began = time.monotonic()
    while seen.caught_up_s is None and beside.is_alive() and time.monotonic() - began < LONGEST_S:
        time.sleep(0.5)
        found = look(office)
        seen.lags.append(found.overdue.oldest_s)
        if office.worker.clock.now() > MORNING + WEEK and not found.overdue.count + found.inbox.count:
            seen.caught_up_s = round(time.monotonic() - began, 1)


def look(office: World) -> Measures:
    with office.database.reading() as session:
        return measure(session, now=office.worker.clock.now(), wall=SystemClock().now())


def fired_twice(office: World) -> int:
    """Count the cases whose timer fired more than once, or that were reminded of the same thing twice."""
    fired = select(HistoryRow.business_key).where(HistoryRow.kind == "timer").group_by(HistoryRow.business_key)
    reminded = select(OutboxRow.business_key).group_by(OutboxRow.business_key)
    with office.database.reading() as session:
        twice = session.scalars(fired.having(func.count() > 1)).all()
        return len(twice) + len(session.scalars(reminded.having(func.count() > 2)).all())


def prepare(office: World) -> list[tuple[int, str]]:
    """Let the timers' cases wait for eight o'clock in a week, and others for collectors; give the collectors' tasks."""
    office.start(TIMERS)
    office.clock.advance(timedelta(days=1))
    office.start(TASKS, after=TIMERS)
    with office.database.reading() as session:
        rows = session.execute(worklist.open_tasks(office.clock.now()).order_by(None))
        return [(task.id, task.business_key) for (task,) in rows if int(task.business_key[5:]) >= TIMERS]


def measured(office: World) -> Seen:
    tasks, seen, done = prepare(office), Seen(), threading.Event()
    living(office)
    context = multiprocessing.get_context("spawn")
    stop, offset = context.Event(), office.worker.clock.offset  # type: ignore[attr-defined]
    beside = context.Process(target=day_run, args=(office.database.url, offset, stop))
    beside.start()
    threads = [
        threading.Thread(target=collect, args=(office, tasks[number::COLLECTORS], seen, done))
        for number in range(COLLECTORS)
    ]
    for thread in threads:
        thread.start()
    watch(office, seen, beside)
    done.set()
    for thread in threads:
        thread.join()
    stop.set()
    beside.join()
    return seen


def main() -> int:
    with world() as office:
        seen = measured(office)
        twice = fired_twice(office)
    waits = sorted(seen.waits)
    result = {
        "timers": TIMERS,
        "caught_up_s": seen.caught_up_s,
        "lag_max_s": round(max(seen.lags), 1),
        "lag_end_s": round(seen.lags[-1], 1),
        "fired_twice": twice,
        "tasks": len(waits),
        "tasks_told": seen.told,
        "task_p50_ms": round(waits[len(waits) // 2], 1),
        "task_p99_ms": round(waits[int(len(waits) * 0.99)], 1),
        "task_max_ms": round(waits[-1], 1),
    }
    print(json.dumps(result))
    return 0 if not twice and seen.caught_up_s is not None and result["task_p99_ms"] < LIMIT_MS else 1


if __name__ == "__main__":
    sys.exit(main())
