"""Start long work, and do what waits; every transition is one transaction."""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any

from sqlalchemy import CursorResult, select, update
from sqlalchemy.orm import Session

from engine.errors import Conflict, DulyError, NotFound
from engine.lease import is_dead, new_token
from receivables.errors import ReceivablesError
from web.context import Context
from web.jobs.kind import Order, Work
from web.jobs.progress import Progress, progress_file
from web.jobs.table import DONE, FAILED, RUNNING, WAITING, Job

log = logging.getLogger("duly.jobs")
BUG = "Something went wrong on our side; the log has the details. Nothing of the last step was kept."
INTERRUPTED = "The server was stopped while this ran. Start it again: what was finished is not done twice."


def start(session: Session, parts: Context, kind: str, title: str, arguments: Mapping[str, Any], *, by: str) -> Job:
    """Order work; it begins within a second or two. `arguments` must be JSON."""
    job = Job(kind=kind, title=title, arguments=dict(arguments), by=by, created_at=parts.now())
    session.add(job)
    session.flush()
    return job


def repeat(session: Session, parts: Context, number: int, *, by: str) -> Job:
    """Order failed work once more; raise `Conflict` while it has not failed."""
    job = session.get(Job, number)
    if job is None:
        raise NotFound(f"There is no background work {number}.")
    if job.status != FAILED:
        raise Conflict(f"“{job.title}” has not failed: it is {job.status}.")
    return start(session, parts, job.kind, job.title, job.arguments, by=by)


def run_waiting(parts: Context, kinds: Mapping[str, Work]) -> int:
    """Do everything that waits, the oldest first; give how many were done."""
    count = 0
    while (order := _claim(parts)) is not None:
        _run(parts, kinds, *order)
        count += 1
    return count


def give_up_interrupted(parts: Context) -> None:
    """Mark what a worker that died on this machine left running; called when a worker starts."""
    with parts.unit_of_work() as session:
        for job in session.scalars(select(Job).where(Job.status == RUNNING)):
            if job.lease_token is None or is_dead(job.lease_token):
                job.status, job.error, job.finished_at = FAILED, INTERRUPTED, parts.now()


def _claim(parts: Context) -> tuple[str, Order] | None:
    with parts.unit_of_work() as session:
        job = session.scalar(select(Job).where(Job.status == WAITING).order_by(Job.id).limit(1))
        if job is None:
            return None
        mine = update(Job).where(Job.id == job.id, Job.status == WAITING)
        result = session.execute(mine.values(status=RUNNING, started_at=parts.now(), lease_token=new_token()))
        taken = isinstance(result, CursorResult) and result.rowcount == 1
    return (job.kind, Order(job.id, job.arguments, job.by)) if taken else _claim(parts)


def _run(parts: Context, kinds: Mapping[str, Work], kind: str, order: Order) -> None:
    progress = Progress(progress_file(parts.settings, order.id))
    try:
        result = kinds[kind](parts, order, progress)
    except (DulyError, ReceivablesError) as refused:
        _finish(parts, order.id, status=FAILED, error=str(refused))
    except Exception:
        log.exception("job %s (%s) failed", order.id, kind)
        _finish(parts, order.id, status=FAILED, error=BUG)
    else:
        _finish(parts, order.id, status=DONE, result=result)


def _finish(parts: Context, number: int, **values: Any) -> None:
    with parts.unit_of_work() as session:
        session.execute(update(Job).where(Job.id == number).values(finished_at=parts.now(), **values))
    progress_file(parts.settings, number).unlink(missing_ok=True)
