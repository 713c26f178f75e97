"""The two engines of a walk: stock SpiffWorkflow that is never saved, and Duly's, restored after every step."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from importlib.util import find_spec, module_from_spec
from typing import Any
from uuid import uuid4

from SpiffWorkflow import task as spiff_task
from SpiffWorkflow.bpmn import BpmnEvent, BpmnWorkflow
from SpiffWorkflow.spiff.specs.event_definitions import MessageEventDefinition
from SpiffWorkflow.util.task import TaskState

from engine.catalogue import Call, Facts
from engine.spiff.advance import TASK_DONE, Advanced, Parked, Stimulus
from engine.spiff.codec import load_shape, restore
from engine.spiff.execution import INSTANT, NEVER, Execution
from engine.spiff.parsing import Specification, parse
from engine.spiff.replaying import Foreseen, advance_known, foresee
from engine.spiff.scripting import Programme, Scripting, Tables
from engine.spiff.transitions import Transitions
from engine.spiff.workflow import forget_removed, next_due
from engine.write_buffer import WriteBuffer
from tests.engine.toys import ZONE
from tests.engine.walks.catalogue import CATALOGUE
from tests.engine.walks.corrections import parse_stock
from tests.engine.walks.sight import Sight, look, open_tasks


class _Engine:
    """What both share: the operators that were called, and what expressions know."""

    def __init__(self, specification: Specification) -> None:
        self.specification = specification
        self.programme = Programme(CATALOGUE, specification.elements(), Tables(1, {}))
        self.calls: list[tuple[str, str]] = []
        self.round = 0

    def _call(self, now: datetime) -> Call:
        facts = Facts({"round": self.round}, domain=self.calls)
        write = WriteBuffer("walk", now)
        return Call("walk", facts, {}, "", "", f"t{self.round}", now, now.date(), write)


class Stock(_Engine):
    """SpiffWorkflow as it comes, with Duly's expressions and clock; one live object from beginning to end."""

    def __init__(self, diagram: bytes, now: datetime, corrections: tuple[str, ...]) -> None:
        super().__init__(parse_stock(diagram, corrections))
        call = self._call(now)
        self.scripting = Whole(self.programme, call.facts, call, ZONE)
        self.scripting.horizon = NEVER
        with untuned():
            specification = self.specification
            self.workflow = BpmnWorkflow(specification.process, specification.subprocesses, self.scripting)
            if "instances" in corrections:
                forget_removed(self.workflow)
            self._settle()

    def step(self, now: datetime, act: Callable[[Stock], None]) -> None:
        """Let something happen at `now`, before timers that are overdue; then fire those in the order of time."""
        self.round += 1
        self.scripting.facts = Facts({"round": self.round}, domain=self.calls)
        due = next_due(self.workflow)
        self.scripting.now = now
        self.scripting.horizon = NEVER if due is None else min(due - INSTANT, now)
        with untuned():
            act(self)
            self._settle()
            while (due := next_due(self.workflow)) is not None and due <= now:
                self.scripting.horizon = due
                self.workflow.refresh_timers()
                self._settle()

    def tell(self, name: str, payload: dict[str, Any]) -> None:
        self.workflow.event_manager.catch(BpmnEvent(MessageEventDefinition(name), payload=payload), internal=False)

    def finish(self, number: int, answers: Mapping[str, Any]) -> None:
        task = open_tasks(self.workflow)[number]
        task.data.update(answers, done_by="anna")
        task.run()

    def look(self) -> Sight:
        return look(self.workflow)

    def _settle(self) -> None:
        self.workflow.do_engine_steps()
        while self.workflow.get_tasks(state=TaskState.READY, manual=False):
            self.workflow.do_engine_steps()


class Whole(Scripting):
    """FEEL for the library's own classes: they want Python's whole numbers, where FEEL has decimals only."""

    def evaluate(self, task: Any, expression: str, external_context: Mapping[str, Any] | None = None) -> Any:
        value = super().evaluate(task, expression, external_context)
        return int(value) if hasattr(value, "to_integral_value") and value == value.to_integral_value() else value


@dataclass(frozen=True)
class Known:
    """What walks through one diagram share: what one learnt, the next replays."""

    specification: Specification
    transitions: Transitions = field(default_factory=Transitions)
    numbers: dict[bytes, int] = field(default_factory=dict)


class Ours(_Engine):
    """Duly's engine; between two steps nothing is left of an instance but its shape and its bindings."""

    def __init__(self, diagram: bytes, now: datetime, known: Known | None = None) -> None:
        super().__init__(parse(diagram, "walk.bpmn") if known is None else known.specification)
        self.transitions = Transitions() if known is None else known.transitions
        self.numbers: dict[bytes, int] = {} if known is None else known.numbers
        self.replays = 0
        execution = self._execution(now)
        execution.start()
        self._park(execution, set())

    def step(self, now: datetime, stimulus: Stimulus | None = None) -> None:
        """Let something happen at `now` (or only time pass), fire what is due, save; by what is known, where it is."""
        self.round += 1
        foreseen = foresee(self.parked, [stimulus] if stimulus else [], now)
        if foreseen is None or not self._replayed(foreseen, now):
            self._run(foreseen, stimulus, now)

    def _replayed(self, foreseen: Foreseen, now: datetime) -> bool:
        execution, calls = self._execution(now), len(self.calls)
        advanced = advance_known(foreseen, self.transitions, execution.scripting, execution.call)
        if advanced is None:
            del self.calls[calls:]  # the product's operators leave nothing but rows, which are taken back
            return False
        self.replays += 1
        self._keep(advanced)
        return True

    def _run(self, foreseen: Foreseen | None, stimulus: Stimulus | None, now: datetime) -> None:
        """Restore, run, save; learn what came of it."""
        execution = self._execution(now)
        learns = foreseen is not None and self.transitions.learnable(foreseen.key)
        if learns:
            execution.watch()
        before = execution.resume(self.parked)
        if stimulus is not None:
            execution.take(stimulus, suspended=False)
        execution.fire()
        self._park(execution, before)
        if learns and foreseen is not None:
            calls = len(self.calls)
            execution.learn(foreseen, self.transitions)
            del self.calls[calls:]  # the replay that proves it

    def restored(self, now: datetime) -> BpmnWorkflow:
        return restore(self.specification, self.parked.shape, self.parked.bindings, self._execution(now).scripting)

    def look(self, now: datetime) -> Sight:
        return Sight((), None, ended=True) if self.ended else look(self.restored(now))

    def task_done(self, now: datetime, number: int, answers: Mapping[str, Any]) -> Stimulus:
        token = open_tasks(self.restored(now))[number].internal_data["token"]
        return Stimulus(1, TASK_DONE, {"token": token, "by": "anna", "result": dict(answers)})

    def _execution(self, now: datetime) -> Execution:
        return Execution(self.specification, self.programme, self._call(now), ZONE)

    def _park(self, execution: Execution, before: set[str]) -> None:
        self._keep(execution.park(before))

    def _keep(self, advanced: Advanced) -> None:
        self.ended, self.due = advanced.ended, advanced.due_at
        if advanced.shape is not None and advanced.bindings is not None:
            self.size = len(advanced.shape)
            number = self.numbers.setdefault(advanced.shape, len(self.numbers))
            self.parked = Parked(load_shape(advanced.shape), advanced.bindings, number)


def _own_set_state() -> Any:
    """Take the library's own method from a fresh copy of its module: Duly's stands in the live one."""
    found = find_spec("SpiffWorkflow.task")
    assert found is not None
    assert found.loader is not None
    fresh = module_from_spec(found)
    found.loader.exec_module(fresh)
    return fresh.Task._set_state


OWN_SET_STATE = _own_set_state()


@contextmanager
def untuned() -> Iterator[None]:
    """Take back, for a moment, what `engine.spiff.tuning` changes in the library."""
    tuned = spiff_task.Task._set_state, spiff_task.uuid4
    spiff_task.Task._set_state, spiff_task.uuid4 = OWN_SET_STATE, uuid4
    try:
        yield
    finally:
        spiff_task.Task._set_state, spiff_task.uuid4 = tuned
