"""Advance one instance: restore it, give it what happened, let it run to rest, save it again. Pure computing."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from SpiffWorkflow.bpmn import BpmnWorkflow
from SpiffWorkflow.bpmn.specs.mixins.events.intermediate_event import BoundaryEvent
from SpiffWorkflow.task import Task

from engine.catalogue import Call
from engine.spiff.codec import dump, restore
from engine.spiff.collapse import collapse
from engine.spiff.parsing import Specification
from engine.spiff.scripting import Programme, Scripting, Tables
from engine.spiff.timers import as_moment, stored
from engine.spiff.workflow import (
    at_rest,
    deliver,
    due_of,
    fire_timers,
    is_open,
    next_due,
    overdue,
    settle,
    watches_people,
)

TASK_DONE = "$task_done"
INSTANT = timedelta(microseconds=1)
NEVER = datetime.min.replace(tzinfo=UTC)


@dataclass(frozen=True, slots=True)
class Stimulus:
    """Something that happened to a case: a message, or a person's finished task (TASK_DONE)."""

    id: int
    name: str
    payload: Mapping[str, Any]


@dataclass(frozen=True, slots=True)
class Parked:
    """An instance at rest as it is stored."""

    shape: list[Any]
    bindings: bytes


@dataclass(frozen=True, slots=True)
class OpenTask:
    """A task that began to wait for a person."""

    token: str
    element: str
    name: str
    form: str
    role: str
    stage: str
    instructions: str
    due_at: datetime | None
    annotation_required: bool
    four_eyes: str | None


@dataclass(slots=True)
class Advanced:
    """What came of an advance; `shape` and `bindings` are None once the instance has ended."""

    shape: bytes | None = None
    bindings: bytes | None = None
    due_at: datetime | None = None
    ended: bool = False
    stage: str = ""
    element: str = ""
    steps: int = 0
    opened: list[OpenTask] = field(default_factory=list)
    closed: set[str] = field(default_factory=set)
    results: dict[int, str] = field(default_factory=dict)


class Execution:
    """One advance of one instance."""

    def __init__(
        self,
        specification: Specification,
        programme: Programme,
        call: Call,
        zone: ZoneInfo,
        latest: Tables | None = None,
    ) -> None:
        self.specification = specification
        self.programme = programme
        self.call = call
        self.scripting = Scripting(programme, call.facts, call, zone, latest)
        self.result = Advanced(stage=call.stage, element=call.element)
        self._path: list[str] = []
        self._workflow: BpmnWorkflow | None = None
        self._held: tuple[datetime, set[int]] = (NEVER, set())

    @property
    def workflow(self) -> BpmnWorkflow:
        if self._workflow is None:
            message = "the instance was neither started nor restored"
            raise RuntimeError(message)
        return self._workflow

    @property
    def failed_at(self) -> str:
        """The element whose step was run last: where an error came from."""
        return getattr(self.scripting.running, "bpmn_id", None) or ""

    def start(self) -> None:
        """Begin a new instance and run it to its first rest."""
        self.scripting.horizon = NEVER
        self._workflow = BpmnWorkflow(
            self.specification.process, self.specification.subprocesses, script_engine=self.scripting
        )
        self._settle()
        self._record("started", "")

    def resume(self, parked: Parked) -> set[str]:
        """Restore a parked instance; give the tokens of the people's tasks that were open."""
        self._workflow = restore(self.specification, parked.shape, parked.bindings, self.scripting)
        return self._open_tokens()

    def shift(self, by: timedelta, *, watching_people: bool = False) -> None:
        """Move every running timer on, or those alone that watch people, by the time for which clocks stood still."""
        for task in self.workflow.event_manager.tasks.values():
            due, value = due_of(task), task.internal_data.get("event_value")
            if due is not None and (not watching_people or watches_people(task)):
                moved = stored(due + by)
                task.internal_data["event_value"] = {**value, "next": moved} if isinstance(value, dict) else moved

    def hold(self, until: datetime) -> None:
        """Let nothing fire as long as a timer waits that fell due up to `until`: the case is held back."""
        self._held = (until, overdue(self.workflow, until))

    def take(self, stimulus: Stimulus, *, suspended: bool) -> None:
        """Give the instance a message; it wins over a timer that was overdue but had not fired yet."""
        due = next_due(self.workflow)
        self.scripting.horizon = NEVER if suspended or due is None else min(due - INSTANT, self.scripting.now)
        taken = self._finish(stimulus) if stimulus.name == TASK_DONE else self._deliver(stimulus)
        self.result.results[stimulus.id] = "delivered" if taken else "not_awaited"

    def fire(self) -> None:
        """Fire what is due in the order of time; a wait that begins now is counted from now."""
        while (due := next_due(self.workflow)) is not None and due <= self.scripting.now and not self._holding():
            self.scripting.horizon = due
            fire_timers(self.workflow)
            self._settle()
            self._record("timer", "", {"due": stored(due)})

    def park(self, before: set[str]) -> Advanced:
        """Name the newly opened tasks and save; `before` are the tokens that `resume` gave."""
        result, workflow = self.result, self.workflow
        for number, task in enumerate(task for task in at_rest(workflow) if is_open(task) and not _token(task)):
            task.internal_data["token"] = f"{self.call.token}.t{number}"
            result.opened.append(self._opened(task))
        result.closed = before - self._open_tokens()
        result.ended = workflow.is_completed()
        if not result.ended:
            result.due_at = next_due(workflow)
            collapse(workflow)
            result.shape, result.bindings = dump(workflow)
        return result

    def _holding(self) -> bool:
        until, held = self._held
        return bool(held) and not held.isdisjoint(overdue(self.workflow, until))

    def _deliver(self, stimulus: Stimulus) -> bool:
        taken = deliver(self.workflow, stimulus.name, dict(stimulus.payload))
        self._settle()
        if taken:
            self._record("message", stimulus.name, {"payload": dict(stimulus.payload)})
        return taken

    def _finish(self, stimulus: Stimulus) -> bool:
        wanted = stimulus.payload["token"]
        task = next((task for task in at_rest(self.workflow) if is_open(task) and _token(task) == wanted), None)
        if task is None:
            return False
        task.data.update(stimulus.payload["result"], done_by=stimulus.payload["by"])
        task.run()
        self._seen(task)
        self._settle()
        detail = {"result": stimulus.payload["result"]}
        self._record("task_done", task.task_spec.bpmn_name or "", detail, who=stimulus.payload["by"])
        return True

    def _settle(self) -> None:
        settle(self.workflow, self._seen)

    def _seen(self, task: Task) -> None:
        self.result.steps += 1
        if drawn := getattr(task.task_spec, "bpmn_id", None):
            self._path.append(drawn)

    def _record(self, kind: str, text: str, detail: Mapping[str, Any] | None = None, who: str | None = None) -> None:
        """Put an advance on record with its path, and each stage that it entered."""
        standing = self._standing()
        more = {**(detail or {}), "path": self._path, "waiting": [task.task_spec.bpmn_id for task in standing]}
        first = self._path[0] if self._path else ""
        write = self.call.write
        write.history(kind=kind, text=text, detail=more, element=first, stage=self.result.stage)
        if who is not None:
            write.record[-1]["who"] = who
        self._enter(standing)
        self._path = []

    def _standing(self) -> list[Task]:
        """Give where the instance stands, what a person would point at first: a task, then a wait."""
        resting = [task for task in at_rest(self.workflow) if not isinstance(task.task_spec, BoundaryEvent)]
        return sorted(resting, key=lambda task: not is_open(task))

    def _enter(self, standing: Sequence[Task]) -> None:
        element = standing[0].task_spec.bpmn_id if standing else (self._path or [""])[-1]
        self.result.element = element
        stage = self.programme.stage_of(element)
        if stage and stage != self.result.stage:
            self.result.stage = stage
            self.call.write.history(kind="stage", text=stage, element=element, stage=stage)

    def _open_tokens(self) -> set[str]:
        return {token for task in at_rest(self.workflow) if is_open(task) and (token := _token(task))}

    def _opened(self, task: Task) -> OpenTask:
        spec = task.task_spec
        drawn = self.programme.properties(spec.bpmn_id)
        text = (self.programme.elements.get(spec.bpmn_id) or {}).get("instructionsForEndUser") or ""
        return OpenTask(
            token=_token(task) or "",
            element=spec.bpmn_id,
            name=spec.bpmn_name or spec.bpmn_id,
            form=drawn.get("form", ""),
            role=drawn.get("role", ""),
            stage=drawn.get("stage", ""),
            instructions=self.scripting.fill(task, text),
            due_at=self._due(task, drawn.get("due")),
            annotation_required=drawn.get("annotation") == "required",
            four_eyes=drawn.get("four_eyes"),
        )

    def _due(self, task: Task, expression: str | None) -> datetime | None:
        return as_moment(self.scripting.evaluate(task, expression), self.scripting) if expression else None


def _token(task: Task) -> str | None:
    token: str | None = task.internal_data.get("token")
    return token
