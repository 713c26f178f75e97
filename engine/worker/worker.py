"""The worker: one batch after the other until nothing is due; one case at once when a person waits for it."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from zoneinfo import ZoneInfo

from sqlalchemy import bindparam, select
from sqlalchemy.exc import SQLAlchemyError
from sqlalchemy.orm import Session

from engine import totals
from engine.catalogue import Catalogue, Facts
from engine.clock import Clock, SystemClock, local_date
from engine.errors import Conflict, DatabaseTrouble
from engine.holds import CASES, Held, held
from engine.incidents import Failure, report
from engine.programmes import Programmes
from engine.spiff.scripting import Tables
from engine.tables import InboxRow, Instance
from engine.unit_of_work import Database
from engine.worker.claim import claim, close_mail_of_ended, has_work, is_held, release, release_dead
from engine.worker.compute import Case, Claimed, Computed, Computing, Failed, Mail, mail_by_key
from engine.worker.write import refuse_unheard, write_batch

BATCH = 100  # what a batch writes keeps people waiting on SQLite: some milliseconds
WAKE_PATIENCE_S = 5.0
# Put together once; plain rows, since objects that nobody changes cost three times as much.
CLAIMED = (
    select(*(getattr(Instance, name) for name in Claimed._fields))
    .where(Instance.id.in_(bindparam("claimed", expanding=True)))
    .order_by(Instance.id)
)
UNHEARD = (
    select(*(getattr(InboxRow, name) for name in Mail._fields))
    .where(InboxRow.business_key.in_(bindparam("keys", expanding=True)))
    .where(InboxRow.handled_at.is_(None), InboxRow.not_before <= bindparam("now"))
    .order_by(InboxRow.id)
)
COUNTED = ("advanced", "steps", "started", "ended", "tasks_opened")
LoadFacts = Callable[[Session, Sequence[str], datetime], Mapping[str, Facts]]


@dataclass(slots=True)
class Counts:
    """What a run did."""

    advanced: int = 0
    steps: int = 0
    started: int = 0
    ended: int = 0
    tasks_opened: int = 0
    incidents: int = 0
    elements: dict[str, int] = field(default_factory=dict)

    def add(self, each: Computed) -> None:
        """Count one written case."""
        self.advanced += 1
        self.steps += each.advanced.steps
        self.started += each.case.instance.status == "new"
        self.ended += each.advanced.ended
        self.tasks_opened += len(each.advanced.opened)


class Worker:
    """A process's share of the work; any number of workers may share a database."""

    def __init__(
        self, database: Database, catalogue: Catalogue, clock: Clock, zone: ZoneInfo, load_facts: LoadFacts
    ) -> None:
        self.database, self.clock, self.zone = database, clock, zone
        self.programmes = Programmes(catalogue)
        self.stopping = threading.Event()  # once set, no new batch is begun
        self._given_up: list[str] = []  # tokens of batches that the database's absence cut short
        self._load_facts = load_facts
        self._wall = SystemClock()

    def forget(self) -> None:
        """Drop what is remembered of the database: it was put back to an earlier state (a restored backup)."""
        self.programmes = Programmes(self.programmes.catalogue)

    def recover(self) -> None:
        """Take back the leases of processes that died on this machine; call it once at the beginning."""
        with self.database.unit_of_work() as session:
            release_dead(session)

    def run_due(self, progress: Callable[[int], None] = lambda _count: None) -> Counts:
        """Advance everything that is due now, batch by batch, until nothing is or the worker is to stop."""
        counts = Counts()
        while not self.stopping.is_set() and (done := self._batch(counts, limit=BATCH)):
            progress(done)
        with self.database.unit_of_work() as session:
            close_mail_of_ended(session, self.clock.now())
        return counts

    def wake(self, key: str) -> Counts:
        """Advance one case at once: a person has just done something and waits for what comes of it."""
        counts, deadline = Counts(), time.monotonic() + WAKE_PATIENCE_S
        while self._awaits(key) and time.monotonic() < deadline:
            with self.database.people_first():
                claimed = self._batch(counts, limit=1, key=key)
            if not claimed:
                time.sleep(0.005)  # another worker has just claimed it: it is quick, if it is let
        return counts

    def _awaits(self, key: str) -> bool:
        """Tell whether there is anything to do for a case; what another worker does is not done yet."""
        with self.database.reading() as session:
            return has_work(session, key, now=self.clock.now(), held=held(session, CASES))

    def _batch(self, counts: Counts, *, limit: int, key: str | None = None) -> int:
        now = self.clock.now()
        with self.database.unit_of_work(batch=key is None) as session:
            while self._given_up:
                release(session, self._given_up.pop())
            kept = held(session, CASES)
            token, claimed = claim(session, now=now, wall=self._wall.now(), limit=limit, key=key, held=kept)
        if claimed:
            try:
                self._advance(claimed, token, now, kept, counts)
            except DatabaseTrouble:
                self._given_up.append(token)
                raise
        return len(claimed)

    def _advance(self, claimed: Sequence[int], token: str, now: datetime, kept: Held | None, counts: Counts) -> None:
        """Load, compute and write what was claimed; what could not be done becomes an incident."""
        cases, latest = self._load(claimed, now)
        computing = Computing(self.programmes, now, local_date(now, self.zone), self.zone, latest, held=kept)
        results = [computing.advance(case) for case in cases]
        good = [each for each in results if isinstance(each, Computed)]
        bad = [each for each in results if isinstance(each, Failed)]
        before = counts.advanced
        bad += self._write(good, token, now, counts)
        if counts.advanced - before < len(claimed):  # what was written gave its lease back
            self._report(bad, token, now, counts)

    def _load(self, claimed: Sequence[int], now: datetime) -> tuple[list[Case], Tables | None]:
        with self.database.reading() as session:
            instances = [Claimed._make(row) for row in session.execute(CLAIMED, {"claimed": claimed})]
            keys = [instance.business_key for instance in instances]
            mail = mail_by_key(Mail._make(row) for row in session.execute(UNHEARD, {"keys": keys, "now": now}))
            facts = self._load_facts(session, keys, now)
            self.programmes.load_shapes(session, {each.shape_id for each in instances if each.shape_id is not None})
            cases = [
                Case(
                    instance,
                    self.programmes.of(session, instance.deployment_id),
                    mail.get(instance.business_key, ()),
                    facts.get(instance.business_key) or Facts({}),
                )
                for instance in instances
            ]
            return cases, self.programmes.latest(session)

    def _write(self, batch: Sequence[Computed], token: str, now: datetime, counts: Counts) -> list[Failed]:
        """Write the batch at once; if that fails, in halves, so that one bad case never stops its neighbours."""
        if not batch:
            return []
        try:
            with self.database.unit_of_work(batch=len(batch) > 1) as session:
                write_batch(session, batch, self.programmes, token, now)
                refuse_unheard(session, batch, self.clock.now())
                totals.add(session, _happened(batch))
        except (Conflict, SQLAlchemyError) as error:
            if len(batch) > 1:
                half = len(batch) // 2
                return self._write(batch[:half], token, now, counts) + self._write(batch[half:], token, now, counts)
            return [] if isinstance(error, Conflict) else [Failed(batch[0].case, error)]
        for each in batch:
            counts.add(each)
        return []

    def _report(self, failures: Sequence[Failed], token: str, now: datetime, counts: Counts) -> None:
        """Give back what is still held, and record what failed of it: a lease that ran out is somebody else's now."""
        with self.database.unit_of_work() as session:
            held = [failed for failed in failures if is_held(session, failed.case.instance.id, token)]
            for failed in held:
                instance = failed.case.instance
                failure = Failure(failed.error, failed.element, failed.trace, failed.data, failed.retry)
                report(session, instance.id, failure, now=now)
            release(session, token)
            totals.add(session, {"incidents": len(held)})
        counts.incidents += len(held)


def _happened(batch: Sequence[Computed]) -> dict[str, int]:
    counts = Counts()
    for each in batch:
        counts.add(each)
    return {name: getattr(counts, name) for name in COUNTED}
