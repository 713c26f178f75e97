"""Advance the instances of a batch in memory, each on its own: what fails is one case's failure."""

from __future__ import annotations

import traceback
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from engine.catalogue import Call, Facts
from engine.gaps import STOOD_STILL
from engine.holds import Held
from engine.instances import RESUME
from engine.programmes import Loaded, Programmes
from engine.spiff.execution import TASK_DONE, Advanced, Execution, Parked, Stimulus
from engine.spiff.scripting import Tables
from engine.tables import InboxRow, Instance
from engine.write_buffer import WriteBuffer


@dataclass(slots=True)
class Case:
    """One claimed instance with its mail and facts."""

    instance: Instance
    loaded: Loaded
    mail: Sequence[InboxRow]
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
            return self._advance(case, execution, write)
        except Exception as error:  # noqa: BLE001 - one bad case never stops its neighbours: it becomes an incident
            return Failed(case, error, execution.failed_at, traceback.format_exc(limit=-6))

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
        before = self._restore(instance, execution)
        resumed = self._resumes(case)
        suspended = instance.suspended_at is not None
        if suspended and instance.suspended_at:
            # Running waits move on by the time passed; what is still suspended counts on from now.
            execution.shift(self.now - instance.suspended_at)
        self._give_back(case, execution, write)
        if self.held is not None and self._is_held(instance, self.held):
            execution.hold(self.held.until)
        still = suspended and resumed is None
        if resumed is not None:
            write.history(kind="resumed", text=resumed[1])
            write.record[-1]["who"] = resumed[0]
        self._deliver(case, execution, suspended=still)
        if not still:
            execution.fire()
        return self._result(case, execution.park(before), write, suspended=still)

    def _restore(self, instance: Instance, execution: Execution) -> set[str]:
        if instance.shape_id is None or instance.bindings is None:
            execution.start()
            return set()
        return execution.resume(Parked(self.programmes.shape(instance.shape_id), instance.bindings))

    def _give_back(self, case: Case, execution: Execution, write: WriteBuffer) -> None:
        """Move the timers that watch people by the time for which nothing was done."""
        for row in case.mail:
            if row.name == STOOD_STILL:
                execution.shift(timedelta(seconds=row.payload["seconds"]), watching_people=True)
                execution.result.results[row.id] = "delivered"
                write.history(kind="deadlines_moved", detail=row.payload)

    def _is_held(self, instance: Instance, held: Held) -> bool:
        """Tell whether a case that has mail is held: then it hears it, and what was due in the gap goes on waiting."""
        parked = instance.shape_id is not None
        return parked and (instance.due_at is None or held.covers(instance.due_at, instance.id))

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
            elif row.name != STOOD_STILL:
                execution.take(Stimulus(row.id, row.name, row.payload), suspended=suspended)

    def _result(self, case: Case, advanced: Advanced, write: WriteBuffer, *, suspended: bool) -> Computed:
        if advanced.ended:
            return Computed(case, "ended", advanced, write)
        if not suspended:
            return Computed(case, "running", advanced, write)
        advanced.due_at = case.instance.suspended_until
        return Computed(case, "suspended", advanced, write, self.now, case.instance.suspended_until)


def mail_by_key(rows: Sequence[InboxRow]) -> Mapping[str, list[InboxRow]]:
    """Group messages by case, finished tasks and messages in the order in which they came."""
    grouped: dict[str, list[InboxRow]] = {}
    for row in rows:
        grouped.setdefault(row.business_key, []).append(row)
    return grouped


__all__ = ["TASK_DONE", "Case", "Computed", "Computing", "Failed", "mail_by_key"]
