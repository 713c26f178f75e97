"""What happens by itself, every few seconds, in the worker process; the only module that knows APScheduler."""

from __future__ import annotations

import logging
import os
import signal
from collections.abc import Callable
from dataclasses import dataclass
from functools import partial

from apscheduler.executors.pool import ThreadPoolExecutor
from apscheduler.schedulers.blocking import BlockingScheduler

from engine import duties, processes
from engine.clock import SystemClock
from engine.errors import TemporaryError
from engine.lease import this_process
from engine.measures import take_census
from web import catch_up
from web.context import Context
from web.day_run import begin_today, resting_since
from web.jobs.kinds import KINDS
from web.jobs.run import give_up_interrupted, run_waiting

log = logging.getLogger("duly.scheduler")
WALL = SystemClock()
WATCH_SECONDS = 2


@dataclass(frozen=True)
class Routine:
    """Something done every `seconds`; never twice at once in one process."""

    name: str
    seconds: float
    run: Callable[[Context], object]
    rests: bool = True  # left out while Duly waits to be woken after a long rest
    alone: bool = False  # done by one of several worker processes: the one that holds the duty of this name


def do_jobs(parts: Context) -> object:
    """Do the long work that pages ordered."""
    return run_waiting(parts, KINDS)


def do_due(parts: Context) -> object:
    """Let every case that is due take its steps."""
    counts = parts.worker.run_due(lambda _count: catch_up.worked(parts))
    catch_up.worked(parts)
    return counts


def do_outbox(parts: Context) -> object:
    """Send what waits to be sent."""
    return parts.dispatcher.run_due(lambda _count: catch_up.worked(parts))


def do_day(parts: Context) -> object:
    """Begin the day once it has come: open cases for what fell overdue, hear what was paid."""
    return begin_today(parts.database, parts.today(), parts.now())


def do_sign(parts: Context) -> None:
    """Say that this process is alive."""
    with parts.unit_of_work() as session:
        processes.seen(session, this_process(), wall=WALL.now())


def do_census(parts: Context) -> None:
    """Count the cases by status, for the measures."""
    take_census(parts.database, now=parts.now())


ROUTINES = (
    Routine("sign of life", 10, do_sign, rests=False),
    Routine("day", 10, do_day, alone=True),
    Routine("jobs", 1, do_jobs, rests=False),
    Routine("due work", 2, do_due),
    Routine("outbox", 5, do_outbox),
    Routine("census", 60, do_census, rests=False, alone=True),
)


def run_forever(parts: Context, routines: tuple[Routine, ...] = ROUTINES, *, parent: int | None = None) -> None:
    """Run the routines until the process is told to stop or its parent is gone.

    `parent` is the parent's number: by the time one asks the system, the parent may have died.
    """
    do_sign(parts)
    give_up_interrupted(parts)
    parts.recover()
    if since := resting_since(parts.database, parts.today()):
        text = "nothing was run since %s: cases rest and nothing is sent until you start `duly run` or `duly catch-up`"
        log.warning(text, since)
    scheduler = build_scheduler(parts, routines)
    started_by = os.getppid() if parent is None else parent
    threads = ThreadPoolExecutor()
    scheduler.add_executor(threads, "default")
    watch = partial(_watch, parts, scheduler, started_by)
    scheduler.add_job(watch, "interval", seconds=WATCH_SECONDS, id="watch", name="watch")
    signal.signal(signal.SIGTERM, lambda *_: _stop(parts, scheduler))
    try:
        scheduler.start()
    except KeyboardInterrupt:
        _stop(parts, scheduler)
    threads.shutdown(wait=True)
    _say_goodbye(parts)


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
        if routine.rests and not catch_up.watch(parts):
            return
        if routine.alone and not _holds(parts, routine.name):
            return
        routine.run(parts)
    except TemporaryError as passing:
        log.error("%s: %s Tried again in %s s.", routine.name, passing, routine.seconds)  # noqa: TRY400 - said plainly
    except Exception:
        log.exception("%s failed; tried again in %s s", routine.name, routine.seconds)


def _holds(parts: Context, duty: str) -> bool:
    with parts.unit_of_work() as session:
        return duties.hold(session, duty, this_process(), wall=WALL.now())


def _watch(parts: Context, scheduler: BlockingScheduler, parent: int) -> None:
    """Stop with the parent, and where the order to stop came before the scheduler ran."""
    if os.getppid() != parent or parts.worker.stopping.is_set():
        _stop(parts, scheduler)


def _stop(parts: Context, scheduler: BlockingScheduler) -> None:
    """Begin no new routine and no new batch; what is at work ends in good order."""
    parts.worker.stopping.set()
    parts.dispatcher.stopping.set()
    if scheduler.running:
        scheduler.shutdown(wait=False)


def _say_goodbye(parts: Context) -> None:
    """Free this process's duties, so that the others need not wait until they run out."""
    try:
        with parts.unit_of_work() as session:
            processes.gone(session, this_process())
    except TemporaryError as passing:
        log.error("%s", passing)  # noqa: TRY400 - said plainly
    log.info("stopped")
