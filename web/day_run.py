"""The day run: open cases, let them advance, send what may leave; the same steps live and on the virtual clock."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from datetime import date, datetime, time, timedelta
from typing import Any

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from engine.clock import VirtualClock
from engine.errors import Unusable
from engine.outbox import Dispatcher
from engine.settings_table import get_setting, set_setting
from engine.tables import Setting
from engine.unit_of_work import Database
from engine.upsert import insert_into
from engine.worker import Worker
from receivables.case import Case
from receivables.letter import Letter
from service_tasks.events import begin_day
from web.heartbeat import beat

HOURS = (8, 11, 14, 17)  # of the business time zone: a day is lived in four sittings
PROGRESS = "day_run"
LONGEST_REST = timedelta(days=31)
Staff = Callable[[], int]


@dataclass(slots=True)
class Totals:
    """What a run did, as `duly run --json` prints it."""

    as_of: str = ""
    days: int = 0
    cases_opened: int = 0
    cases_closed: int = 0
    steps: int = 0
    messages_sent: int = 0
    letters_drafted: int = 0
    tasks_opened: int = 0
    tasks_completed: int = 0
    incidents: int = 0

    def as_json(self) -> dict[str, Any]:
        return asdict(self)


@dataclass(frozen=True, slots=True)
class Moment:
    """One sitting of the run: which day, and which of its HOURS."""

    day: date
    sitting: int

    def at(self, run: DayRun) -> datetime:
        """Give the moment on the clock."""
        return datetime.combine(self.day, time(HOURS[self.sitting]), tzinfo=run.worker.zone)


class DayRun:
    """Live through days on a virtual clock; what was done before a crash is not done again."""

    def __init__(
        self,
        database: Database,
        clock: VirtualClock,
        worker: Worker,
        dispatcher: Dispatcher,
        staff: Staff | None = None,
    ) -> None:
        self.database, self.clock, self.worker, self.dispatcher, self.staff = database, clock, worker, dispatcher, staff
        self.totals = Totals()

    def run(self, first: date, last: date, progress: Callable[[date], None] = lambda _day: None) -> Totals:
        """Live through `first`..`last`; raises Unusable when all of it has been lived through before."""
        self.worker.recover()
        before = self._stored()
        for moment in self._moments(first, last):
            if moment.sitting == 0 or not self.totals.days:
                self.totals.days += 1
                progress(moment.day)
            self._sit(moment)
        self._count(before)
        self.totals.as_of = last.isoformat()
        return self.totals

    def _moments(self, first: date, last: date) -> Iterator[Moment]:
        """Give the sittings that are still to be done; the one that was cut short is done again."""
        done = last_sitting(self.database)
        if done is not None and last < done.day:
            message = f"{last} has been run: the last day that was run is {done.day}; give a later day"
            raise Unusable(message)
        for number in range((last - first).days + 1):
            day = first + timedelta(days=number)
            for sitting in range(len(HOURS)):
                if done is None or (day, sitting) >= (done.day, done.sitting):
                    yield Moment(day, sitting)

    def _sit(self, moment: Moment) -> None:
        self.clock.set(moment.at(self))
        with self.database.unit_of_work() as session:
            stored = {"day": moment.day.isoformat(), "sitting": moment.sitting}
            set_setting(session, PROGRESS, stored, by="duly", now=self.clock.now())
            beat(session, moment.day, self.clock.now())
        if moment.sitting == 0:
            with self.database.unit_of_work() as session:
                begin_day(session, today=moment.day, now=self.clock.now())
        while self._step():
            pass

    def _step(self) -> int:
        """Advance, send and work once; give how much was done."""
        counts, sent = self.worker.run_due(), self.dispatcher.run_due()
        finished = self.staff() if self.staff else 0
        self.totals.steps += counts.steps
        self.totals.tasks_opened += counts.tasks_opened
        self.totals.incidents += counts.incidents
        self.totals.messages_sent += sent.total
        self.totals.tasks_completed += finished
        return counts.advanced + sent.total + sent.withdrawn + finished

    def _stored(self) -> tuple[int, int, int]:
        with self.database.reading() as session:
            return _cases(session), _cases(session, closed=True), _letters(session)

    def _count(self, before: tuple[int, int, int]) -> None:
        opened, closed, drafted = (now - then for now, then in zip(self._stored(), before, strict=True))
        self.totals.cases_opened, self.totals.cases_closed, self.totals.letters_drafted = opened, closed, drafted


def last_sitting(database: Database) -> Moment | None:
    """Give the sitting that was begun last, None where no day was ever run."""
    with database.reading() as session:
        stored = get_setting(session, PROGRESS)
    return None if stored is None else Moment(date.fromisoformat(stored["day"]), stored["sitting"])


def _wait_for_turn(session: Session, now: datetime) -> None:
    """Lock the row of the days run, made where there is none: of two processes the second sees what the first did."""
    before_all = {"day": date.min.isoformat(), "sitting": 0}
    row = insert_into(session, Setting).values(key=PROGRESS, value=before_all, by="duly", at=now)
    session.execute(row.on_conflict_do_nothing())
    session.get(Setting, PROGRESS, with_for_update=True)


def _was_begun(session: Session, today: date) -> bool:
    stored = get_setting(session, PROGRESS)
    return stored is not None and date.fromisoformat(stored["day"]) >= today


def last_day(database: Database) -> date | None:
    """Give the last day that was run, None where none was."""
    sitting = last_sitting(database)
    return None if sitting is None else sitting.day


def _cases(session: Session, *, closed: bool = False) -> int:
    query = select(func.count(Case.id))
    return session.scalar(query.where(Case.closed_on.is_not(None)) if closed else query) or 0


def _letters(session: Session) -> int:
    return session.scalar(select(func.count(Letter.id))) or 0


def begin_today(database: Database, today: date, now: datetime) -> bool:
    """Begin the present day on a living clock unless it was begun before; say whether it was begun now."""
    with database.reading() as session:
        if _was_begun(session, today):
            return False
    with database.unit_of_work() as session:
        _wait_for_turn(session, now)
        if _was_begun(session, today):
            return False
        begin_day(session, today=today, now=now)
        set_setting(session, PROGRESS, {"day": today.isoformat(), "sitting": 0}, by="duly", now=now)
    return True


def resting_since(database: Database, today: date) -> date | None:
    """Give the last day that was run when it lies so far back that a person must wake Duly (`duly run`), else None.

    After a long rest, or on a portfolio of long ago, every timer would fire at once and every debtor be written to.
    """
    done = last_day(database)
    return done if done is not None and today - done > LONGEST_REST else None
