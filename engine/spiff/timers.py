"""Timers on the injected clock: due dates are computed from `now`, and fire up to the `horizon`."""

from __future__ import annotations

from calendar import monthrange
from datetime import UTC, date, datetime, time, timedelta, tzinfo
from typing import Any

from SpiffWorkflow.bpmn.parser.util import first
from SpiffWorkflow.bpmn.parser.ValidationException import ValidationException
from SpiffWorkflow.bpmn.specs.control import BoundaryEventJoin
from SpiffWorkflow.bpmn.specs.event_definitions import timer as spiff_timer
from SpiffWorkflow.task import Task
from SpiffWorkflow.util.task import TaskState

from engine.feel import YearsMonths
from engine.spiff.watching import Kind

EACH = "each"


def stored(moment: datetime) -> str:
    """Print a due date as it is kept with an instance: ISO 8601 in UTC."""
    return moment.astimezone(UTC).isoformat()


def as_moment(value: Any, engine: Any) -> datetime:
    """Turn what a timer's expression gave into a moment; a day begins at midnight of the business time zone."""
    if isinstance(value, str):
        value = datetime.fromisoformat(value) if "T" in value else date.fromisoformat(value)
    if isinstance(value, datetime):
        return value if value.tzinfo else value.replace(tzinfo=engine.zone)
    if isinstance(value, date):
        return datetime.combine(value, time(), tzinfo=engine.zone)
    if isinstance(value, timedelta):
        return _later(engine.now, value, engine.zone)
    if isinstance(value, YearsMonths):
        return _months_later(engine.now, value.months, engine.zone)
    message = f"a timer needs a date, a time or a duration, not {value!r}"
    raise ValueError(message)


def _later(moment: datetime, duration: timedelta, zone: tzinfo) -> datetime:
    """Add a duration; whole days keep the hour on the wall through a change of daylight saving."""
    days = timedelta(days=duration.days)
    return (moment.astimezone(zone) + days).astimezone(UTC) + (duration - days)


def _months_later(moment: datetime, months: int, zone: tzinfo) -> datetime:
    """Add calendar months; the 31st becomes the last day of a shorter month."""
    local = moment.astimezone(zone)
    year, month = divmod(local.year * 12 + local.month - 1 + months, 12)
    day = min(local.day, monthrange(year, month + 1)[1])
    return local.replace(year=year, month=month + 1, day=day)


class _Drawn:
    """A timer as it is drawn: its expression, the event that carries it, and what a boundary event is attached to."""

    expression: str
    element = ""
    host = ""

    def value(self, task: Task) -> Any:
        """Evaluate the expression as the wait begins."""
        return task.workflow.script_engine.wait(task, self.expression, self.element, self.host)

    def due(self, task: Task) -> str:
        """Compute until when the wait lasts that begins now, as it is stored."""
        return stored(as_moment(self.value(task), task.workflow.script_engine))


class _OneShot(_Drawn):
    """A timer that fires once, when the horizon reaches its due date."""

    def has_fired(self, task: Task) -> bool:
        data, engine = task.internal_data, task.workflow.script_engine
        if data.get("event_value") is None:
            data["event_value"] = self.due(task)
            engine.note(Kind.WAITS, self.due, task)
        if not data.get("event_fired") and datetime.fromisoformat(data["event_value"]) <= engine.horizon:
            data["event_fired"] = True
        return bool(data.get("event_fired", False))


class DateTimer(_OneShot, spiff_timer.TimeDateEventDefinition):
    """`timeDate`: due at a moment."""


class DurationTimer(_OneShot, spiff_timer.DurationTimerEventDefinition):
    """`timeDuration`: due that long after the element is entered."""


class CycleTimer(_Drawn, spiff_timer.CycleTimerEventDefinition):
    """`timeCycle` such as "R3/P7D": due again and again, counted from when the element is entered.

    Turns that were missed are made up for by one (the property `missed` is `once`, or is left out) or each (`each`).
    """

    def cycle_complete(self, task: Task) -> bool:
        engine = task.workflow.script_engine
        value = task.internal_data.get("event_value") or self._first(self.value(task), engine)
        fired = value["cycles"] != 0 and datetime.fromisoformat(value["next"]) <= engine.horizon
        if fired:
            value = self._following(value, engine)
            if engine.programme.properties(self.element).get("missed") != EACH:
                while value["cycles"] != 0 and datetime.fromisoformat(value["next"]) <= engine.now:
                    value = self._following(value, engine)
        if value["cycles"] == 0:
            task.internal_data["event_fired"] = True
        task.internal_data["event_value"] = value
        return bool(fired)

    def update_task(self, my_task: Task) -> None:
        if self.cycle_complete(my_task):
            self._tick(my_task)

    def _tick(self, my_task: Task) -> None:
        """Begin what is drawn behind the event, beside the host: below the event it would end together with the host.

        The library does that, and so loses the tokens that an earlier turn has put on their way.
        """
        tick = my_task.parent.parent._add_child(my_task.task_spec, TaskState.FUTURE)  # noqa: SLF001 - as it does itself
        tick.triggered, tick.data = True, dict(my_task.data)
        tick._set_state(TaskState.COMPLETED)  # noqa: SLF001 - as above
        for output in my_task.task_spec.outputs:
            if not isinstance(output, BoundaryEventJoin):
                child = tick._add_child(output, TaskState.FUTURE)  # noqa: SLF001 - as above
                child.task_spec._predict(child, mask=TaskState.NOT_FINISHED_MASK)  # noqa: SLF001 - as above
                child.task_spec._update(child)  # noqa: SLF001 - as above

    def _first(self, expression: str, engine: Any) -> dict[str, Any]:
        repetitions, _, every = str(expression).upper().partition("/")
        cycles = int(repetitions.removeprefix("R") or -1)
        return {"cycles": cycles, "next": self._after(engine.now, every, engine), "every": every}

    def _following(self, value: dict[str, Any], engine: Any) -> dict[str, Any]:
        following = self._after(datetime.fromisoformat(value["next"]), value["every"], engine)
        return {**value, "next": following, "cycles": value["cycles"] - 1}

    def _after(self, moment: datetime, every: str, engine: Any) -> str:
        parts = self.parse_iso_duration(every)
        months = parts.pop("years", 0) * 12 + parts.pop("months", 0)
        following = _later(_months_later(moment, months, engine.zone), timedelta(**parts), engine.zone)
        if following <= moment:
            message = f"a timer cannot repeat every {every}: that is no time at all"
            raise ValueError(message)
        return stored(following)


KINDS = (("timeDate", DateTimer), ("timeDuration", DurationTimer), ("timeCycle", CycleTimer))


class TimerParsing:
    """Parse timers into the classes above (mixed into the parsers of the events that carry them)."""

    node: Any
    filename: Any

    def parse_timer_event(self, event: Any) -> Any:
        description, name = self.get_event_description(event), self.node.get("name", self.node.get("id"))  # type: ignore[attr-defined]
        for tag, kind in KINDS:
            found = first(self.xpath(f".//bpmn:{tag}"))  # type: ignore[attr-defined]
            if found is not None:
                timer = kind(name, (found.text or "").strip(), description=description)
                timer.element, timer.host = self.node.get("id", ""), self.node.get("attachedToRef", "")
                return timer
        message = "a timer needs a date, a duration or a cycle"
        raise ValidationException(message, node=self.node, file_name=self.filename)
