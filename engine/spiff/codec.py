"""Store a parked instance as a shape, shared by all instances that stand alike, and its own bindings.

Shape: the tree's form as JSON (element, state, links). Bindings: JSON of [data dicts, bound values, workflow data],
where a bound value is what differs per instance: a timer's due date, a user task's token.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import orjson
from SpiffWorkflow.bpmn import BpmnWorkflow
from SpiffWorkflow.bpmn.specs.mixins.events.event_types import CatchingEvent
from SpiffWorkflow.bpmn.specs.mixins.unstructured_join import UnstructuredJoin
from SpiffWorkflow.bpmn.util.subworkflow import BpmnBaseWorkflow, BpmnSubWorkflow
from SpiffWorkflow.task import Task
from SpiffWorkflow.util.task import TaskState

from engine.spiff.parsing import Specification
from engine.spiff.workflow import forget_removed

BOUND = ("event_value", "token")
OF_FINISHED = {"key_or_index", "item", "iteration", "merged", "remaining", "cardinality", "current"}
NOTHING: tuple[tuple[str, Any], ...] = (
    ("seen_events", []),
    ("event_fired", False),
)  # what the library sets and reads alike when absent


@dataclass(slots=True)
class _Bindings:
    datas: list[dict[str, Any]]
    values: list[dict[str, Any]]

    def data(self, data: dict[str, Any]) -> int:
        if not data:
            return -1
        if data not in self.datas:
            self.datas.append(data)
        return self.datas.index(data)

    def value(self, value: dict[str, Any]) -> int:
        self.values.append(value)
        return len(self.values) - 1


def dump(workflow: BpmnWorkflow) -> tuple[bytes, bytes]:
    """Give (shape, bindings) of a collapsed workflow."""
    bindings = _Bindings([], [])
    numbers: dict[int, int] = {}
    trees = [_dump_tree(tree, bindings, numbers) for tree in (workflow, *workflow.subprocesses.values())]
    subs = [
        [numbers[parent], sub.spec.name, sub.success, sub.completed, _number(sub.last_task, numbers)]
        for parent, sub in workflow.subprocesses.items()
    ]
    top = [_number(workflow.last_task, numbers), workflow.success, workflow.completed]
    plain = [[dict(sub.data), sub.correlations] for sub in (workflow, *workflow.subprocesses.values())]
    own = plain if any(any(pair) for pair in plain) else None
    return orjson.dumps([top, subs, trees]), orjson.dumps([bindings.datas, bindings.values, own])


def _number(task: Task | None, numbers: dict[int, int]) -> int | None:
    return None if task is None else numbers.get(task.id)


def _dump_tree(workflow: BpmnBaseWorkflow, bindings: _Bindings, numbers: dict[int, int]) -> list[list[Any]]:
    base = len(numbers) + 1
    for offset, key in enumerate(workflow.tasks):
        numbers[key] = base + offset
    joins = [task for task in workflow.tasks.values() if isinstance(task.task_spec, UnstructuredJoin)]
    order = sorted(joins, key=lambda task: task.last_state_change)
    ranks = {task.id: rank for rank, task in enumerate(order, start=1)}
    return [_dump_task(task, bindings, numbers, ranks.get(task.id, 0)) for task in workflow.tasks.values()]


def _dump_task(task: Task, bindings: _Bindings, numbers: dict[int, int], rank: int) -> list[Any]:
    internal = _internal(task)
    bound = {key: internal.pop(key) for key in BOUND if key in internal}
    return [
        task.task_spec.name,
        numbers[task.id],
        None if task._parent is None else numbers[task._parent],  # noqa: SLF001 - the property looks up and is slow
        [numbers[child] for child in task._children],  # noqa: SLF001 - as above
        task.state,
        int(task.triggered),
        bindings.data(task.data),
        bindings.value(bound) if bound else -1,
        internal or None,
        rank,
    ]


def _internal(task: Task) -> dict[str, Any]:
    data = task.internal_data
    if task.has_state(TaskState.FINISHED_MASK):
        return {key: value for key, value in data.items() if key in OF_FINISHED}
    return {key: value for key, value in data.items() if (key, value) not in NOTHING}


def restore(specification: Specification, shape: list[Any], bindings: bytes, engine: Any) -> BpmnWorkflow:
    """Build the workflow again from a loaded shape (see `load_shape`) and its bindings."""
    ending, subs, trees = shape
    datas, values, own = orjson.loads(bindings)
    workflow = BpmnWorkflow(specification.process, specification.subprocesses, script_engine=engine, deserializing=True)
    forget_removed(workflow)
    plant = _planter(workflow, datas, values)
    plant(workflow, trees[0])
    _finish(workflow, ending[0], success=ending[1], completed=ending[2])
    for (parent, name, success, completed, last), tree in zip(subs, trees[1:], strict=True):
        sub = _restore_sub(workflow, parent, specification.subprocesses[name])
        plant(sub, tree)
        _finish(sub, last, success=success, completed=completed)
    if own:
        for tree, (data, correlations) in zip((workflow, *workflow.subprocesses.values()), own, strict=True):
            tree.data, tree.correlations = data, correlations
    return workflow


def load_shape(body: bytes) -> list[Any]:
    """Read a stored shape; the result is shared by all restores and never changed."""
    loaded: list[Any] = orjson.loads(body)
    return loaded


def _finish(workflow: BpmnBaseWorkflow, last: int | None, *, success: bool, completed: bool) -> None:
    workflow.success, workflow.completed = success, completed
    workflow.last_task = None if last is None else workflow.tasks.get(last)


def _restore_sub(top: BpmnWorkflow, parent: int, spec: Any) -> BpmnSubWorkflow:
    sub = BpmnSubWorkflow(spec, parent, top, deserializing=True)
    top.subprocesses[parent] = sub
    task = top.get_task_from_id(parent)
    sub.completed_event.connect(task.task_spec._on_subworkflow_completed, task)  # noqa: SLF001 - as the library does
    return sub


def _planter(
    top: BpmnWorkflow, datas: list[dict[str, Any]], values: list[dict[str, Any]]
) -> Callable[[BpmnBaseWorkflow, list[list[Any]]], None]:
    waiting = top.event_manager.tasks

    def plant(workflow: BpmnBaseWorkflow, tree: list[list[Any]]) -> None:
        specs, tasks = workflow.spec.task_specs, workflow.tasks
        for name, number, parent, children, state, triggered, data, value, internal, rank in tree:
            task = Task.__new__(Task)  # the constructor would link and number it anew
            task.id, task.workflow, task.task_spec = number, workflow, specs[name]
            task._parent, task._children, task._state = parent, list(children), state  # noqa: SLF001 - as above
            task.triggered, task.thread_id, task.last_state_change = bool(triggered), 0, float(rank)
            task.data = dict(datas[data]) if data >= 0 else {}
            task.internal_data = {**(internal or {}), **(values[value] if value >= 0 else {})}
            tasks[number] = task
            if state == TaskState.WAITING and isinstance(task.task_spec, CatchingEvent):
                waiting[number] = task
        workflow.task_tree = tasks[tree[0][1]]

    return plant
