"""Advance one instance: restore it, give it what happened, let it run to rest, save it again. Pure computing."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from typing import Any
from zoneinfo import ZoneInfo

import orjson
from SpiffWorkflow.bpmn import BpmnWorkflow
from SpiffWorkflow.bpmn.specs.mixins.events.intermediate_event import BoundaryEvent
from SpiffWorkflow.task import Task

from engine.catalogue import Call, Retry
from engine.clock import start_of_tomorrow
from engine.spiff.advance import TASK_DONE, Advanced, Event, Parked, Stimulus, open_task, record
from engine.spiff.codec import dump, restore
from engine.spiff.collapse import collapse
from engine.spiff.interventions import Interventions, Order
from engine.spiff.parsing import Specification
from engine.spiff.recording import Recording, answer
from engine.spiff.replaying import Foreseen, proven
from engine.spiff.scripting import Programme, Scripting, Tables
from engine.spiff.timers import as_moment, stored
from engine.spiff.transitions import Leaf, Transitions
from engine.spiff.watching import Kind, unmarked
from engine.spiff.workflow import (
    at_rest,
    deliver,
    due_of,
    fire_timers,
    forget_removed,
    hold_until,
    is_open,
    next_due,
    overdue,
    set_due,
    settle,
    watches_people,
)

INSTANT = timedelta(microseconds=1)
NEVER = datetime.min.replace(tzinfo=UTC)


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
        self._recording: Recording | None = None
        self._course: dict[str, Any] = {}  # what the record says of the advance
        self._opened: Sequence[Task] = ()
        self._interventions: Interventions | None = None
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
        return "" if self.scripting.running is None else self.scripting.running.task_spec.bpmn_id or ""

    @property
    def failed_with(self) -> dict[str, Any]:
        """The variables at the step that was run last."""
        return {} if self.scripting.running is None else unmarked(self.scripting.running.data)

    @property
    def retry(self) -> Retry:
        """How often, and after which pauses, the step that was run last may be tried."""
        name = getattr(self.scripting.running and self.scripting.running.task_spec, "operation_name", None)
        return self.programme.catalogue.operators[name].retry if name else Retry()

    def heed(self, orders: Sequence[Order], *, suspended: bool) -> None:
        """Be ready to do what people ordered; call it before the instance is started or restored."""
        self._interventions = self.scripting.interventions = Interventions(orders, self._dropped)
        if suspended:
            self._interventions.drop("the case is suspended; resume it first")

    def watch(self) -> None:
        """Record the advance that begins now, so that it can be learnt."""
        self._recording = self.scripting.recording = Recording()

    def start(self) -> None:
        """Begin a new instance and run it to its first rest."""
        self._workflow = BpmnWorkflow(
            self.specification.process, self.specification.subprocesses, script_engine=self.scripting
        )
        day = None if self._interventions is None else self._interventions.since
        since = None if day is None else as_moment(day, self.scripting)
        with self.scripting.counting_from(since):
            self._intervene()
            forget_removed(self._workflow)
            if self._recording is not None:
                self._recording.begin(self._workflow, None)
            self._settle()
        if since is not None:
            hold_until(self._workflow, start_of_tomorrow(self.scripting.now, self.scripting.zone))
        self._record(Event("started", "", {} if since is None else {"since": since.isoformat()}))

    def resume(self, parked: Parked) -> set[str]:
        """Restore a parked instance; give the tokens of the people's tasks that were open."""
        self._workflow = restore(self.specification, parked.shape, parked.bindings, self.scripting)
        if self._recording is not None:
            self._recording.begin(self._workflow, parked.shape)
        before = self._open_tokens()
        if self._intervene():
            self._placed()
        return before

    def obey(self, number: int) -> None:
        """Do what a message ordered (see `heed`), where it is its turn now."""
        self.scripting.horizon = NEVER
        if self._interventions is not None and self._interventions.in_turn(self.workflow, number):
            self._placed()

    def shift(self, by: timedelta, *, watching_people: bool = False) -> None:
        """Move every running timer on, or those alone that watch people, by the time for which clocks stood still."""
        for task in self.workflow.event_manager.tasks.values():
            due = due_of(task)
            if due is not None and (not watching_people or watches_people(task)):
                set_due(task, due + by)

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
            self._record(Event("timer", "", {"due": stored(due)}))

    def park(self, before: set[str]) -> Advanced:
        """Name the newly opened tasks and save; `before` are the tokens that `resume` gave."""
        result, workflow = self.result, self.workflow
        if self._interventions is not None:
            self._interventions.drop("the case went on without it")
            result.results |= self._interventions.results
        opened = [task for task in at_rest(workflow) if is_open(task) and not _token(task)]
        for number, task in enumerate(opened):
            self.scripting.running = task
            task.internal_data["token"] = f"{self.call.token}.t{number}"
            result.opened.append(open_task(self.scripting, task, task.internal_data["token"]))
        result.closed = before - self._open_tokens()
        result.ended = workflow.is_completed()
        if not result.ended:
            result.due_at = next_due(workflow)
            collapse(workflow)
        if self._recording is not None:
            self._recording.take_marks(workflow)
        if not result.ended:
            result.shape, result.bindings = dump(workflow)
        self._opened = opened
        return result

    def learn(self, foreseen: Foreseen, transitions: Transitions) -> None:
        """Add the recorded advance to what is known, if a replay gives the very same."""
        recording, leaf = self._recording, self._leaf(foreseen)
        if recording is None or leaf is None:
            transitions.refuse(foreseen.key)
            return
        course = Transitions()
        course.learn(foreseen.key, recording.steps, leaf)
        if proven(foreseen, course, self.scripting, self.call, self.result):
            transitions.learn(foreseen.key, [(step.fresh(), outcome) for step, outcome in recording.steps], leaf)
        else:
            transitions.refuse(foreseen.key)

    def _leaf(self, foreseen: Foreseen) -> Leaf | None:
        own = self.result.bindings is not None and orjson.loads(self.result.bindings)[2]
        if self._recording is None or own:
            return None
        closed = [slot for slot, value in enumerate(foreseen.values) if value.get("token") in self.result.closed]
        course = {"taken": False, "text": "", "path": (), "waiting": (), **self._course, "steps": self.result.steps}
        return self._recording.leaf(self.workflow, self.result.shape, self._opened, closed, course)

    def _holding(self) -> bool:
        until, held = self._held
        return bool(held) and not held.isdisjoint(overdue(self.workflow, until))

    def _deliver(self, stimulus: Stimulus) -> bool:
        taken = deliver(self.workflow, stimulus.name, dict(stimulus.payload))
        self._settle()
        if taken:
            self._record(Event("message", stimulus.name, {"payload": dict(stimulus.payload)}))
        return taken

    def _finish(self, stimulus: Stimulus) -> bool:
        wanted = stimulus.payload["token"]
        task = next((task for task in at_rest(self.workflow) if is_open(task) and _token(task) == wanted), None)
        if task is None:
            return False
        self.scripting.answers = stimulus.answers
        answer(task)
        self.scripting.note(Kind.CHANGES, answer, task)
        task.run()
        self._seen(task)
        self._settle()
        detail, who = {"result": stimulus.payload["result"]}, stimulus.payload["by"]
        self._record(Event("task_done", task.task_spec.bpmn_name or "", detail, who))
        return True

    def _intervene(self) -> bool:
        self.scripting.horizon = NEVER
        return self._interventions is not None and self._interventions.begin(self.workflow)

    def _placed(self) -> None:
        self._settle()
        self._record(Event("placed", ""))

    def _dropped(self, order: Order, why: str) -> None:
        detail = {"ordered": order.kind.removeprefix("$"), **order.payload}
        self.call.write.history(
            kind="order_dropped", text=why, detail=detail, element=order.at, stage=self.result.stage
        )

    def _settle(self) -> None:
        settle(self.workflow, self._seen)

    def _seen(self, task: Task) -> None:
        self.result.steps += 1
        if self._recording is not None:
            self._recording.seen(task)
        if drawn := getattr(task.task_spec, "bpmn_id", None):
            self._path.append(drawn)

    def _record(self, event: Event) -> None:
        """Put an advance on record with its path, and each stage that it entered."""
        waiting = self._standing()
        record(self.scripting, self.result, event, path=self._path, waiting=waiting)
        self._course = {"taken": True, "text": event.text, "path": tuple(self._path), "waiting": tuple(waiting)}
        self._path = []

    def _standing(self) -> list[str]:
        """Give where the instance stands, what a person would point at first: a task, then a wait."""
        resting = [task for task in at_rest(self.workflow) if not isinstance(task.task_spec, BoundaryEvent)]
        return [task.task_spec.bpmn_id for task in sorted(resting, key=lambda task: not is_open(task))]

    def _open_tokens(self) -> set[str]:
        return {token for task in at_rest(self.workflow) if is_open(task) and (token := _token(task))}


def _token(task: Task) -> str | None:
    token: str | None = task.internal_data.get("token")
    return token
