"""What happens by itself, every few seconds, in the worker process; the only module that knows APScheduler."""

from __future__ import annotations

import logging
import os
import signal
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from apscheduler.schedulers.blocking import BlockingScheduler

from web.catch_up import watch, worked
from web.context import Context
from web.day_run import begin_today, resting_since
from web.jobs.kinds import KINDS
from web.jobs.run import give_up_interrupted, run_waiting

log = logging.getLogger("duly.scheduler")


@dataclass(frozen=True)
class Routine:
    """Something done every `seconds`; never twice at once in one process."""

    name: str
    seconds: float
    run: Callable[[Context], object]
    rests: bool = True  # left out while Duly waits to be woken after a long rest


def do_jobs(parts: Context) -> object:
    """Do the long work that pages ordered."""
    return run_waiting(parts, KINDS)


def do_due(parts: Context) -> object:
    """Let every case that is due take its steps."""
    counts = parts.worker.run_due(lambda _count: worked(parts))
    worked(parts)
    return counts


def do_outbox(parts: Context) -> object:
    """Send what waits to be sent."""
    return parts.dispatcher.run_due(lambda _count: worked(parts))


def do_day(parts: Context) -> object:
    """Begin the day once it has come: open cases for what fell overdue, hear what was paid."""
    return begin_today(parts.database, parts.today(), parts.now())


ROUTINES = (
    Routine("day", 10, do_day),
    Routine("jobs", 1, do_jobs, rests=False),
    Routine("due work", 2, do_due),
    Routine("outbox", 5, do_outbox),
)


def run_forever(parts: Context, routines: tuple[Routine, ...] = ROUTINES, *, parent: int | None = None) -> None:
    """Run the routines until the process is told to stop or its parent is gone.

    `parent` is the parent's number: by the time one asks the system, the parent may have died.
    """
    give_up_interrupted(parts)
    parts.worker.recover()
    if since := resting_since(parts.database, parts.today()):
        text = "nothing was run since %s: cases rest and nothing is sent until you start `duly run` or `duly catch-up`"
        log.warning(text, since)
    scheduler = build_scheduler(parts, routines)
    started_by = os.getppid() if parent is None else parent
    scheduler.add_job(lambda: _stop_with(started_by, scheduler), "interval", seconds=2, id="parent", name="parent")
    signal.signal(signal.SIGTERM, lambda *_: scheduler.shutdown(wait=False))
    try:
        scheduler.start()
    except KeyboardInterrupt:
        log.info("stopped")


def build_scheduler(parts: Context, routines: tuple[Routine, ...]) -> BlockingScheduler:
    """Build what runs the routines. One that is late, or still at work when its next turn comes, is nothing to tell."""
    logging.getLogger("apscheduler").setLevel(logging.ERROR)
    defaults = {"max_instances": 1, "coalesce": True, "misfire_grace_time": None}
    scheduler = BlockingScheduler(timezone=parts.settings.zone, job_defaults=defaults)
    for routine in routines:
        named = {"id": routine.name, "name": routine.name}
        scheduler.add_job(partial(do_routine, routine, parts), "interval", seconds=routine.seconds, **named)
    return scheduler


def do_routine(routine: Routine, parts: Context) -> None:
    """Do a routine once; a failure is logged and tried again, and nothing else stops."""
    try:
        if routine.rests and not watch(parts):
            return
        routine.run(parts)
    except Exception:
        log.exception("%s failed; tried again in %s s", routine.name, routine.seconds)


def _stop_with(parent: int, scheduler: BlockingScheduler) -> None:
    if os.getppid() != parent:
        scheduler.shutdown(wait=False)
