"""Watch one advance by SpiffWorkflow, so that the next case that stands alike can be replayed.

While it is watched, each task's data carry marks that the library copies along with them: which of the old bindings
they began as, and which steps changed them. So it is known, not guessed, where the new bindings come from.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any

import orjson
from SpiffWorkflow.bpmn import BpmnWorkflow
from SpiffWorkflow.bpmn.specs.event_definitions.simple import NoneEventDefinition, TerminateEventDefinition
from SpiffWorkflow.bpmn.specs.mixins.events.event_types import ThrowingEvent
from SpiffWorkflow.bpmn.specs.mixins.inclusive_gateway import InclusiveGateway
from SpiffWorkflow.bpmn.specs.mixins.multiinstance_task import LoopTask
from SpiffWorkflow.bpmn.specs.mixins.unstructured_join import UnstructuredJoin
from SpiffWorkflow.task import Task
from SpiffWorkflow.util.task import TaskState

from engine.spiff.transitions import Leaf, Lineage, Opened, Source, Step
from engine.spiff.watching import MARK, Kind, unmarked

ORIGIN, CHANGED = f"{MARK}origin", f"{MARK}step"
SILENT = (NoneEventDefinition, TerminateEventDefinition)


class Recording:
    """One watched advance. `fit` turns false when something happened that a replay cannot do."""

    def __init__(self) -> None:
        self.steps: list[tuple[Step, str]] = []
        self.fit = True
        self._waits: dict[int, int] = {}
        self._old_values: dict[int, int] = {}
        self._lineages: dict[int, Lineage] = {}

    def begin(self, workflow: BpmnWorkflow, shape: Sequence[Any] | None) -> None:
        """Mark the data of a workflow that was just restored from `shape`, or made (None)."""
        entries = {} if shape is None else {entry[1]: entry for tree in shape[2] for entry in tree}
        for task in _tasks(workflow):
            if not task.has_state(TaskState.PREDICTED_MASK | TaskState.FUTURE):  # these inherit theirs when reached
                origin = entries[task.id][6] if task.id in entries else -1
                task.data[f"{ORIGIN}{origin}"] = True
        self._old_values = {number: entry[7] for number, entry in entries.items() if entry[7] >= 0}

    def note(self, kind: Kind, does: Callable[[Any], Any], task: Task, outcome: str = "") -> None:
        """Note a step of `task` that was done, with its outcome."""
        lineage = self._lineage(task.data)
        if lineage is None:
            return
        number = len(self.steps)
        self.steps.append((Step(kind, does, task.task_spec, lineage, number), outcome))
        if kind is Kind.WAITS:
            self._waits[task.id] = number
        if kind is Kind.CHANGES and not outcome:
            task.data[f"{CHANGED}{number}"] = True

    def seen(self, task: Task) -> None:
        """Look at a task that was run: a replay cannot do what steps and shapes do not tell all of."""
        spec = task.task_spec
        throws = isinstance(spec, ThrowingEvent) and not isinstance(spec.event_definition, SILENT)
        loops = isinstance(spec, LoopTask | InclusiveGateway) or "key_or_index" in task.internal_data
        joins = isinstance(spec, UnstructuredJoin) and _arrivals(task) > 1
        scripts = getattr(spec, "prescript", None) or getattr(spec, "postscript", None)
        maps = spec.data_input_associations or spec.data_output_associations or spec.io_specification
        if throws or loops or joins or scripts or maps:
            self.fit = False

    def take_marks(self, workflow: BpmnWorkflow) -> None:
        """Take the marks out of the data before they are stored."""
        for task in _tasks(workflow):
            lineage = self._lineage(task.data)
            if lineage is not None:
                self._lineages[task.id] = lineage
            task.data = unmarked(task.data)

    def leaf(
        self,
        workflow: BpmnWorkflow,
        shape: bytes | None,
        opened: Sequence[Task],
        closed: Sequence[int],
        course: Mapping[str, Any],
    ) -> Leaf | None:
        """Give the end of the transition; None where it cannot be replayed.

        `opened` are the people's tasks in the order of their tokens; `course` has what the record says of it.
        """
        entries = [] if shape is None else [entry for tree in orjson.loads(shape)[2] for entry in tree]
        pairs = list(zip(entries, _tasks(workflow), strict=True)) if entries else []
        for _, task in pairs:
            loops = isinstance(task.task_spec, LoopTask) or "key_or_index" in task.internal_data
            if loops or isinstance(task.internal_data.get("event_value"), dict) or task.id not in self._lineages:
                self.fit = False
        if not self.fit:
            return None
        tokens = {task.id: number for number, task in enumerate(opened)}
        return Leaf(
            shape=shape,
            datas=self._datas(pairs),
            empty=tuple({self._lineages[task.id] for entry, task in pairs if entry[6] < 0}),
            values=tuple(tuple(self._sources(task, tokens)) for entry, task in pairs if entry[7] >= 0),
            clocks=tuple(entry[7] for entry, task in pairs if _ticks(task)),
            opened=tuple(Opened(task.task_spec, self._lineages[task.id]) for task in opened),
            closed=tuple(closed),
            **course,
        )

    def _datas(self, pairs: Sequence[tuple[Any, Task]]) -> tuple[tuple[Lineage, ...], ...]:
        found: dict[int, dict[Lineage, None]] = {}
        for entry, task in pairs:
            if entry[6] >= 0:
                found.setdefault(entry[6], {})[self._lineages[task.id]] = None
        return tuple(tuple(found[number]) for number in sorted(found))

    def _sources(self, task: Task, tokens: Mapping[int, int]) -> Iterator[tuple[str, Source]]:
        if "event_value" in task.internal_data:
            waits = task.id in self._waits
            yield "event_value", ("wait", self._waits[task.id]) if waits else ("old", self._old_values[task.id])
        if "token" in task.internal_data:
            opened = task.id in tokens
            yield "token", ("token", tokens[task.id]) if opened else ("old", self._old_values[task.id])

    def _lineage(self, data: Mapping[str, Any]) -> Lineage | None:
        """Read the marks; data that come from several tokens, or from nowhere, are not fit for a replay."""
        origins = [int(key.removeprefix(ORIGIN)) for key in data if key.startswith(ORIGIN)]
        changed = sorted(int(key.removeprefix(CHANGED)) for key in data if key.startswith(CHANGED))
        if len(origins) > 1 or (data and not origins and not changed):
            self.fit = False
            return None
        return (origins[0] if origins else -1), tuple(changed)


def answer(task: Any) -> None:
    """Give a person's answers to the data of the task: the step by which a finished task begins."""
    task.data.update(task.workflow.script_engine.answers)


def _tasks(workflow: BpmnWorkflow) -> Iterator[Task]:
    """Give the tasks of all trees in the order in which they are stored."""
    for tree in (workflow, *workflow.subprocesses.values()):
        yield from tree.tasks.values()


def _arrivals(task: Task) -> int:
    return sum(other.task_spec is task.task_spec for other in task.workflow.tasks.values())


def _ticks(task: Task) -> bool:
    """Tell whether a timer runs at the task."""
    top = task.workflow.top_workflow
    return (
        "event_value" in task.internal_data and task.state == TaskState.WAITING and task.id in top.event_manager.tasks
    )
