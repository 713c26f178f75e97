"""Run a plan over all its cases, batch by batch: computed outside of any lock, written in one short transaction."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import replace
from zoneinfo import ZoneInfo

from sqlalchemy import func, select

from engine.clock import Clock
from engine.migration.computing import Computing
from engine.migration.plan import Outcome, Plan
from engine.migration.route import Move, Route, read_standings, route_of, version_of
from engine.migration.writing import write_moves
from engine.programmes import Programmes
from engine.spiff.likeness import draft
from engine.spiff.transfer import Refusal
from engine.tables import Instance
from engine.unit_of_work import Database
from engine.worker.worker import LoadFacts

BATCH = 200
TRIES = 3  # a case that changes each time while it is moved is left for the next run
BUSY = Refusal("busy", "", "it changed each time while it was being moved; move it again later")
Progress = Callable[[int, int], None]


class Migration:
    """Moves the cases of one database."""

    def __init__(
        self, database: Database, programmes: Programmes, clock: Clock, zone: ZoneInfo, load_facts: LoadFacts
    ) -> None:
        self.database, self.programmes, self.clock, self.zone = database, programmes, clock, zone
        self._load_facts = load_facts

    def draft(self, strategy: str, source: int, target: int) -> dict[str, str | None]:
        """Say for every element of version `source` which it is in `target`, or None: by id, else by type and name."""
        with self.database.reading() as session:
            sides = [version_of(session, self.programmes, strategy, number) for number in (source, target)]
            return draft(sides[0].loaded.specification, sides[1].loaded.specification)

    def dry_run(
        self, plan: Plan, keys: Collection[str] | None = None, progress: Progress = lambda _done, _total: None
    ) -> list[Outcome]:
        """Say for every case of the plan whether it can move, where it would stand and what would change.

        `keys` narrows it to these cases; `progress` is told (cases done, cases in all) after each batch.
        """
        route, outcomes = self._route(plan), list[Outcome]()
        for ids, total in self._batches(route, keys):
            outcomes += [move.outcome for move in self._computed(route, ids)]
            progress(len(outcomes), total)
        return outcomes

    def run(
        self,
        plan: Plan,
        *,
        by: str,
        reason: str,
        keys: Collection[str] | None = None,
        progress: Progress = lambda _done, _total: None,
    ) -> list[Outcome]:
        """Move what can move, each batch in a transaction; one that was stopped goes on when it is run again."""
        route, outcomes = self._route(plan), list[Outcome]()
        for ids, total in self._batches(route, keys):
            outcomes += self._moved(route, ids, by, reason)
            progress(len(outcomes), total)
        return outcomes

    def _route(self, plan: Plan) -> Route:
        with self.database.reading() as session:
            return route_of(session, self.programmes, plan)

    def _batches(self, route: Route, keys: Collection[str] | None) -> Iterator[tuple[list[int], int]]:
        """Give the instances on the old version, some at a time and each once, with how many there are."""
        there, last = (Instance.deployment_id == route.old.deployment.id, Instance.status != "ended"), 0
        with self.database.reading() as session:
            total = len(keys) if keys is not None else session.scalar(select(func.count()).where(*there)) or 0
        while True:
            query = select(Instance.id, Instance.business_key).where(*there, Instance.id > last)
            with self.database.reading() as session:
                found = session.execute(query.order_by(Instance.id).limit(BATCH)).all()
            if not found:
                return
            last = found[-1].id
            if ids := [row.id for row in found if keys is None or row.business_key in keys]:
                yield ids, total

    def _computed(self, route: Route, ids: Sequence[int]) -> list[Move]:
        now = self.clock.now()
        with self.database.reading() as session:
            standings = read_standings(session, route, self.programmes, self._load_facts, ids, now=now)
        computing = Computing(route, self.programmes, now, self.zone)
        return [computing.move(standing) for standing in standings]

    def _moved(self, route: Route, ids: Sequence[int], by: str, reason: str) -> list[Outcome]:
        outcomes: list[Outcome] = []
        left: list[Move] = []
        for _ in range(TRIES):
            moves = self._computed(route, ids)
            outcomes += [move.outcome for move in moves if not move.outcome.can_move]
            able = [move for move in moves if move.outcome.can_move]
            with self.database.unit_of_work() as session:
                written = write_moves(session, route, self.programmes, able, by=by, reason=reason)
            outcomes += [move.outcome for move in able if move.number in written]
            left = [move for move in able if move.number not in written]
            ids = [move.number for move in left]
            if not ids:
                break
        return outcomes + [replace(move.outcome, refusals=(BUSY,)) for move in left]
