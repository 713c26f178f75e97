"""Live through the log on the virtual clock: from one day on which something happens or falls due to the next."""

from __future__ import annotations

import resource
import tempfile
import time
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import func, select

from connectors.event_logs import FineEvent
from engine.clock import VirtualClock, local_date
from engine.deployments import deploy
from engine.tables import EngineBase, Instance
from engine.unit_of_work import Database
from engine.worker import Worker
from service_tasks.examples.road_fine.catalogue import CATALOGUE
from service_tasks.examples.road_fine.facts import FinesPort
from service_tasks.examples.road_fine.ledger import ExampleBase
from service_tasks.examples.road_fine.office import STRATEGY, call_collection_day, take_in
from web.bundles import PROJECT, read_bundle
from web.replay.road_fines import log
from web.replay.road_fines.comparison import Comparison, compare

ZONE = ZoneInfo("Europe/Rome")
FOLDER = PROJECT / "processes/examples" / STRATEGY
Progress = Callable[[str, int], None]


def _quiet(_what: str, _count: int) -> None:
    """Tell nobody."""


@dataclass(slots=True)
class Replayed:
    """What came of a replay, and what it took."""

    comparison: Comparison
    days: int = 0
    steps: int = 0
    advanced: int = 0
    incidents: int = 0
    seconds: float = 0.0

    def as_json(self) -> dict[str, Any]:
        """Give all figures as `--json` prints them; memory is the whole process's peak, in MB of 2^20 bytes."""
        return {
            **self.comparison.as_json(),
            "days": self.days,
            "advanced": self.advanced,
            "steps": self.steps,
            "incidents": self.incidents,
            "seconds": round(self.seconds, 1),
            "cases_per_s": round(self.comparison.cases / self.seconds, 1) if self.seconds else None,
            "peak_mb": round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024),
        }


def replay(events: Iterable[FineEvent], *, limit: int | None = None, progress: Progress = _quiet) -> Replayed:
    """Replay a log in a database that is thrown away; see `live_through`."""
    with tempfile.TemporaryDirectory(prefix="duly-replay-") as folder:
        database = Database(f"sqlite:///{Path(folder) / 'replay.sqlite'}")
        try:
            return live_through(database, events, limit=limit, progress=progress)
        finally:
            database.dispose()


def live_through(
    database: Database, events: Iterable[FineEvent], *, limit: int | None = None, progress: Progress = _quiet
) -> Replayed:
    """Let the process live through a log (or its first `limit` cases) in an empty database, and compare.

    Raises Unusable where the log cannot be used. `progress` is told "read" with each lot of events read, then "live"
    with the number of events of each day lived through.
    """
    for metadata in (EngineBase.metadata, ExampleBase.metadata):
        metadata.create_all(database.engine)
    with database.unit_of_work() as session:
        log.store(session, events, limit=limit, seen=lambda count: progress("read", count))
    started = time.monotonic()
    life = _Life(database)
    life.run(progress)
    with database.reading() as session:
        life.result.comparison = compare(session)
    life.result.seconds = time.monotonic() - started
    return life.result


class _Life:
    """The days of a replay, one after the other."""

    def __init__(self, database: Database) -> None:
        self.database = database
        self.clock = VirtualClock(datetime(1970, 1, 1, tzinfo=UTC))
        self.worker = Worker(database, CATALOGUE, self.clock, ZONE, FinesPort(ZONE))
        self.result = Replayed(Comparison())

    def run(self, progress: Progress) -> None:
        """Live from the first to the last day of the log; what would fall due after it stays open."""
        with self.database.reading() as session:
            event_days, batches = log.days(session), set(log.days(session, "handed_over"))
        self.clock.set(_midnight(event_days[0]))
        self._deploy()
        for next_event in event_days:
            while (due := self._next_due()) is not None and due < next_event:
                self._live(due, batch=False)
            progress("live", self._live(next_event, batch=next_event in batches))

    def _deploy(self) -> None:
        bundle = read_bundle(FOLDER)
        with self.database.unit_of_work() as session:
            deploy(
                session,
                key=STRATEGY,
                files=bundle.files,
                name="Road fine",
                by="replay",
                note="",
                now=self.clock.now(),
                catalogue=CATALOGUE,
            )

    def _next_due(self) -> date | None:
        with self.database.reading() as session:
            due = session.scalar(select(func.min(Instance.due_at)).where(Instance.due_at.is_not(None)))
        return None if due is None else local_date(due, ZONE)

    def _live(self, day: date, *, batch: bool) -> int:
        """Live through one day: book what happened, let the processes act; a batch of collection comes last."""
        now = _midnight(day)
        self.clock.set(now)
        self.result.days += 1
        with self.database.unit_of_work() as session:
            happened = log.happenings(session, day)
            take_in(session, happened, day=day, now=now)
        self._advance()
        if batch:
            with self.database.unit_of_work() as session:
                call_collection_day(session, day=day, now=now)
            self._advance()
        return len(happened)

    def _advance(self) -> None:
        counts = self.worker.run_due()
        self.result.steps += counts.steps
        self.result.advanced += counts.advanced
        self.result.incidents += counts.incidents


def _midnight(day: date) -> datetime:
    return datetime(day.year, day.month, day.day, tzinfo=ZONE)
