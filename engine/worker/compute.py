"""Advance the instances of a batch in memory, each on its own: what fails is one case's failure."""

from __future__ import annotations

import traceback
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any, NamedTuple
from zoneinfo import ZoneInfo

from engine.catalogue import Call, Facts, Retry
from engine.gaps import STOOD_STILL
from engine.holds import Held
from engine.instances import RESUME
from engine.interventions import ORDERS
from engine.programmes import Loaded, Programmes
from engine.spiff.advance import Advanced, Parked, Stimulus
from engine.spiff.execution import Execution
from engine.spiff.interventions import Order
from engine.spiff.replaying import Foreseen, advance_known, foresee
from engine.spiff.scripting import Tables
from engine.write_buffer import WriteBuffer

TO_THE_ENGINE = ORDERS | {RESUME, STOOD_STILL}  # messages for the engine itself: no transition is known for these


class Claimed(NamedTuple):
    """A claimed instance as it was read: the columns of Instance that an advance needs."""

    id: int
    business_key: str
    deployment_id: int
    status: str
    stage: str
    element: str
    due_at: datetime | None
    shape_id: int | None
    bindings: bytes | None
    revision: int
    history_seq: int
    history_head: str
    suspended_at: datetime | None
    suspended_until: datetime | None
    suspend_code: str | None
    suspend_reason: str | None


class Mail(NamedTuple):
    """An unheard message: the columns of InboxRow that an advance needs."""

    id: int
    business_key: str
    name: str
    payload: dict[str, Any]


@dataclass(slots=True)
class Case:
    """One claimed instance with its mail and facts."""

    instance: Claimed
    loaded: Loaded
    mail: Sequence[Mail]
    facts: Facts


@dataclass(slots=True)
class Computed:
    """One advanced instance, not yet written."""

    case: Case
    status: str
    advanced: Advanced
    write: WriteBuffer
    suspended_at: datetime | None = None
    suspended_until: datetime | None = None


@dataclass(slots=True)
class Failed:
    """One instance that could not be advanced: nothing of the attempt is kept."""

    case: Case
    error: Exception
    element: str = ""
    trace: str = field(default="")
    data: Mapping[str, Any] = field(default_factory=dict)  # the variables at that moment
    retry: Retry = Retry()  # noqa: RUF009 - it is immutable


class Computing:
    """The computing of one batch at one moment; `latest` and `held` are the shared decisions and the hold then."""

    def __init__(
        self,
        programmes: Programmes,
        now: datetime,
        today: date,
        zone: ZoneInfo,
        latest: Tables | None = None,
        *,
        held: Held | None = None,
    ) -> None:
        self.programmes, self.now, self.today, self.zone, self.latest = programmes, now, today, zone, latest
        self.held = held

    def advance(self, case: Case) -> Computed | Failed:
        """Advance one case; every error of the attempt is caught here, and nowhere below."""
        write = WriteBuffer(case.instance.business_key, self.now)
        loaded, call = case.loaded, self._call(case, write)
        execution = Execution(loaded.specification, loaded.programme, call, self.zone, self.latest)
        try:
            foreseen = self._foreseen(case)
            if foreseen is None:
                return self._advance(case, execution, write)
            advanced = advance_known(foreseen, loaded.transitions, execution.scripting.afresh(call), call)
            if advanced is not None:
                return self._result(case, advanced, write, suspended=False)
            return self._learnt(foreseen, case, execution, write)
        except Exception as error:  # noqa: BLE001 - one bad case never stops its neighbours: it becomes an incident
            trace = traceback.format_exc(limit=-6)
            return Failed(case, error, execution.failed_at, trace, execution.failed_with, execution.retry)

    def _foreseen(self, case: Case) -> Foreseen | None:
        """Say which known transition the case may take: only where one thing happened to it, and its clocks run."""
        instance = case.instance
        if instance.suspended_at is not None or self._is_held(instance):
            return None
        if any(row.name in TO_THE_ENGINE for row in case.mail):
            return None
        stimuli = [Stimulus(row.id, row.name, row.payload) for row in case.mail]
        return foresee(self._parked(instance), stimuli, self.now)

    def _learnt(self, foreseen: Foreseen, case: Case, execution: Execution, write: WriteBuffer) -> Computed:
        transitions = case.loaded.transitions
        learns = transitions.learnable(foreseen.key)
        if learns:
            execution.watch()
        computed = self._advance(case, execution, write)
        if learns:
            execution.learn(foreseen, transitions)
        return computed

    def _parked(self, instance: Claimed) -> Parked | None:
        if instance.shape_id is None or instance.bindings is None:
            return None
        return Parked(self.programmes.shape(instance.shape_id), instance.bindings, instance.shape_id)

    def _call(self, case: Case, write: WriteBuffer) -> Call:
        instance = case.instance
        return Call(
            key=instance.business_key,
            facts=case.facts,
            data={},
            element=instance.element,
            stage=instance.stage,
            token=f"{instance.business_key}/{instance.id}.{instance.history_seq}",
            now=self.now,
            today=self.today,
            write=write,
        )

    def _advance(self, case: Case, execution: Execution, write: WriteBuffer) -> Computed:
        instance = case.instance
        resumed = self._resumes(case)
        suspended = instance.suspended_at is not None
        still = suspended and resumed is None
        if orders := [Order(row.id, row.name, row.payload) for row in case.mail if row.name in ORDERS]:
            execution.heed(orders, suspended=still)
        before = self._restore(instance, execution)
        if suspended and instance.suspended_at:
            # Running waits move on by the time passed, at most to the agreed end, however late it is noticed; what is
            # still suspended counts on from now.
            end = min(self.now, instance.suspended_until or self.now)
            execution.shift(max(end - instance.suspended_at, timedelta()))
        self._give_back(case, execution, write)
        if self.held is not None and self._is_held(instance):
            execution.hold(self.held.until)
        if resumed is not None:
            write.history(kind="resumed", text=resumed[1])
            write.record[-1]["who"] = resumed[0]
        self._deliver(case, execution, suspended=still)
        if not still:
            execution.fire()
        return self._result(case, execution.park(before), write, suspended=still)

    def _restore(self, instance: Claimed, execution: Execution) -> set[str]:
        parked = self._parked(instance)
        if parked is None:
            execution.start()
            return set()
        return execution.resume(parked)

    def _give_back(self, case: Case, execution: Execution, write: WriteBuffer) -> None:
        """Move the timers that watch people by the time for which nothing was done."""
        for row in case.mail:
            if row.name == STOOD_STILL:
                execution.shift(timedelta(seconds=row.payload["seconds"]), watching_people=True)
                execution.result.results[row.id] = "delivered"
                write.history(kind="deadlines_moved", detail=row.payload)

    def _is_held(self, instance: Claimed) -> bool:
        """Tell whether a case that has mail is held: then it hears it, and what was due in the gap goes on waiting."""
        if self.held is None or instance.shape_id is None:
            return False
        return instance.due_at is None or self.held.covers(instance.due_at, instance.id)

    def _resumes(self, case: Case) -> tuple[str, str] | None:
        """Tell who lets a suspended case go on, and why: a person's message, or the agreed end of the suspension."""
        for row in case.mail:
            if row.name == RESUME:
                return row.payload["by"], row.payload["reason"]
        until = case.instance.suspended_until
        return ("duly", "the agreed end of the suspension") if until is not None and until <= self.now else None

    def _deliver(self, case: Case, execution: Execution, *, suspended: bool) -> None:
        for row in case.mail:
            if row.name == RESUME:
                execution.result.results[row.id] = "delivered"
            elif row.name in ORDERS:
                execution.obey(row.id)
            elif row.name != STOOD_STILL:
                execution.take(Stimulus(row.id, row.name, row.payload), suspended=suspended)

    def _result(self, case: Case, advanced: Advanced, write: WriteBuffer, *, suspended: bool) -> Computed:
        if advanced.ended:
            return Computed(case, "ended", advanced, write)
        if not suspended:
            return Computed(case, "running", advanced, write)
        advanced.due_at = case.instance.suspended_until
        return Computed(case, "suspended", advanced, write, self.now, case.instance.suspended_until)


def mail_by_key(rows: Iterable[Mail]) -> Mapping[str, list[Mail]]:
    """Group messages by case, finished tasks and messages in the order in which they came."""
    grouped: dict[str, list[Mail]] = {}
    for row in rows:
        grouped.setdefault(row.business_key, []).append(row)
    return grouped
