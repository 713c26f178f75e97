"""Drop the finished part of an instance's tree before it is saved, so that cost and size do not grow with age.

The audit trail lives in the history table; the tree keeps what is alive, the immediate parents of that (their data is
inherited), where live branches part (what they began with), and the hosts of live boundary events.
"""

from __future__ import annotations

from SpiffWorkflow.bpmn import BpmnWorkflow
from SpiffWorkflow.bpmn.specs.control import BoundaryEventJoin, BoundaryEventSplit
from SpiffWorkflow.bpmn.specs.mixins.events.intermediate_event import BoundaryEvent
from SpiffWorkflow.bpmn.util.subworkflow import BpmnBaseWorkflow
from SpiffWorkflow.task import Task
from SpiffWorkflow.util.task import TaskState

GONE = TaskState.COMPLETED | TaskState.CANCELLED
ALIVE = TaskState.WAITING | TaskState.READY | TaskState.STARTED | TaskState.ERROR


def collapse(workflow: BpmnWorkflow) -> None:
    """Collapse the workflow and each of its live sub-processes in place; of those that ended nothing stays."""
    trees: list[BpmnBaseWorkflow] = [workflow]
    for number, sub in list(workflow.subprocesses.items()):
        host = next((tree.tasks[number] for tree in trees if number in tree.tasks), None)
        if host is None or host._state & GONE:  # noqa: SLF001 - the property is slow
            del workflow.subprocesses[number]
        else:
            trees.append(sub)
    for tree in trees:
        _collapse_one(tree)


def _collapse_one(workflow: BpmnBaseWorkflow) -> None:
    kept = _needed(workflow)
    if len(kept) == len(workflow.tasks):
        return
    _splice(workflow, kept)
    workflow.tasks = {key: task for key, task in workflow.tasks.items() if key in kept}
    if workflow.last_task is not None and workflow.last_task.id not in kept:
        workflow.last_task = None


def _needed(workflow: BpmnBaseWorkflow) -> set[int]:
    """Give the ids of what must stay, but for where branches part.

    A step with events is kept with what came before it: there the turns of a repeating timer begin (`timers.py`).
    """
    tasks, kept = workflow.tasks, {workflow.task_tree.id}
    for task in tasks.values():
        if task._state & GONE or _is_idle(workflow, task):  # noqa: SLF001 - the properties look up and are slow
            continue
        kept.add(task.id)
        parent = tasks.get(task._parent)  # noqa: SLF001 - as above
        if parent is not None and isinstance(parent.task_spec, BoundaryEventSplit):
            kept.update((parent.id, parent._parent, *parent._children))  # noqa: SLF001 - as above
        elif parent is not None and task._state & ALIVE:  # noqa: SLF001 - as above
            kept.add(parent.id)
    return kept


def _is_idle(workflow: BpmnBaseWorkflow, task: Task) -> bool:
    """Tell whether this only waits beside an event that interrupted nothing: its host has the same, and acts itself."""
    if not isinstance(task.task_spec, BoundaryEventJoin):
        return False
    event = workflow.tasks[task._parent].task_spec  # noqa: SLF001 - as above
    return isinstance(event, BoundaryEvent) and not event.cancel_activity


def _splice(workflow: BpmnBaseWorkflow, kept: set[int]) -> None:
    """Join what is kept over what is not; `kept` grows by the places where branches part."""
    tasks, heads = workflow.tasks, dict[int, list[int]]()
    for task in reversed(from_the_root(workflow)):
        below = [head for child in task._children for head in heads[child]]  # noqa: SLF001 - see _needed
        if task.id in kept or len(below) > 1:
            kept.add(task.id)
            task._children, heads[task.id] = below, [task.id]  # noqa: SLF001 - as above
            for child in below:
                tasks[child]._parent = task.id  # noqa: SLF001 - as above
        else:
            heads[task.id] = below


def from_the_root(workflow: BpmnBaseWorkflow) -> list[Task]:
    """Give all tasks, each after its parent, branch by branch."""
    found, stack = [], [workflow.task_tree]
    while stack:
        task = stack.pop()
        found.append(task)
        stack.extend(workflow.tasks[child] for child in reversed(task._children))  # noqa: SLF001 - see _needed
    return found


def common_path(workflow: BpmnBaseWorkflow, tasks: list[Task]) -> list[Task]:
    """Give the path from the root down to the lowest common ancestor of `tasks`."""
    common = _path(workflow, tasks[0])
    for task in tasks[1:]:
        pairs = zip(common, _path(workflow, task), strict=False)
        common = [ours for ours, theirs in pairs if ours is theirs]
    return common


def _path(workflow: BpmnBaseWorkflow, task: Task) -> list[Task]:
    path = [task]
    while (parent := path[-1]._parent) is not None:  # noqa: SLF001 - see _needed
        path.append(workflow.tasks[parent])
    return path[::-1]
