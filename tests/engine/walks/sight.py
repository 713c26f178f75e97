"""What can be seen of a running instance: where its tokens stand, since when they wait, what they carry."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import orjson
from SpiffWorkflow.bpmn import BpmnWorkflow
from SpiffWorkflow.bpmn.specs.mixins.unstructured_join import UnstructuredJoin
from SpiffWorkflow.task import Task
from SpiffWorkflow.util.task import TaskState

from engine.spiff.workflow import next_due

STANDING = TaskState.WAITING | TaskState.READY | TaskState.STARTED


@dataclass(frozen=True, slots=True)
class Sight:
    """One look at an instance. Tokens are (element, state, which of several, due, data)."""

    tokens: tuple[tuple[str, str, str, str, str], ...]
    due: datetime | None
    ended: bool


def look(workflow: BpmnWorkflow) -> Sight:
    """Look at a workflow at rest, stock or restored."""
    ended = bool(workflow.is_completed())
    return Sight(() if ended else tuple(sorted(_tokens(workflow))), None if ended else next_due(workflow), ended)


def open_tasks(workflow: BpmnWorkflow) -> list[Task]:
    """Give the tasks that wait for a person, in an order that does not depend on the engine."""
    found = [task for task in _standing(workflow) if task.state == TaskState.READY and task.task_spec.manual]
    return sorted(found, key=lambda task: (task.task_spec.bpmn_id, _which(task), _carried(task)))


def _standing(workflow: BpmnWorkflow) -> Iterator[Task]:
    for tree in (workflow, *workflow.subprocesses.values()):
        for task in tree.tasks.values():
            if task.has_state(STANDING) and getattr(task.task_spec, "bpmn_id", None):
                yield task


def _tokens(workflow: BpmnWorkflow) -> Iterator[tuple[str, str, str, str, str]]:
    arrived = set()
    for task in _standing(workflow):
        element, state = task.task_spec.bpmn_id, TaskState.get_name(task.state)
        if isinstance(task.task_spec, UnstructuredJoin):
            arrived.add((element, str(task.workflow.parent_task_id is not None), state))
        else:
            yield element, state, _which(task), str(task.internal_data.get("event_value", "")), _carried(task)
    yield from ((element, state, scope, "", "") for element, scope, state in arrived)


def _which(task: Task) -> str:
    """Tell which of several instances it belongs to, from the outside in."""
    own = task.internal_data.get("key_or_index", task.internal_data.get("item", ""))
    around = task.workflow.parent_task_id
    return str(own) if around is None else f"{_which(task.workflow.top_workflow.get_task_from_id(around))}/{own}"


def _carried(task: Task) -> str:
    data: dict[str, Any] = task.data
    return orjson.dumps(data, option=orjson.OPT_SORT_KEYS).decode()
