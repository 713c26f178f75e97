"""Drop the finished part of an instance's tree before it is saved, so that cost and size do not grow with age.

The audit trail lives in the history table; the tree keeps what SpiffWorkflow still asks its ancestors for: the root,
the token's immediate parent, and everything below the lowest common ancestor of what is alive. While a parallel or
inclusive join is half-arrived the whole tree stays.
"""

from __future__ import annotations

from SpiffWorkflow.bpmn import BpmnWorkflow
from SpiffWorkflow.bpmn.specs.control import _EndJoin
from SpiffWorkflow.bpmn.specs.mixins.unstructured_join import UnstructuredJoin
from SpiffWorkflow.bpmn.util.subworkflow import BpmnBaseWorkflow
from SpiffWorkflow.task import Task
from SpiffWorkflow.util.task import TaskState

ALIVE = TaskState.WAITING | TaskState.READY | TaskState.STARTED | TaskState.ERROR


def collapse(workflow: BpmnWorkflow) -> None:
    """Collapse the workflow and each of its live sub-processes in place."""
    _collapse_one(workflow, workflow)
    for sub in list(workflow.subprocesses.values()):
        if sub.parent_task_id is not None:
            _collapse_one(sub, workflow)


def _collapse_one(workflow: BpmnBaseWorkflow, top: BpmnWorkflow) -> None:
    alive = [task for task in workflow.tasks.values() if task._state & ALIVE]  # noqa: SLF001 - the property is slow
    if not alive:
        return
    trunk = _common_path(workflow, alive)
    if trunk[-1] is workflow.task_tree or not _joins_settled(workflow, trunk):
        return
    token = trunk[-1]
    parent = trunk[-2] if token._state & ALIVE else None  # noqa: SLF001 - as above
    _replant(workflow, top, token, None if parent is workflow.task_tree else parent)


def _common_path(workflow: BpmnBaseWorkflow, tasks: list[Task]) -> list[Task]:
    """Give the path from the root down to the lowest common ancestor of `tasks`."""
    common = _path(workflow, tasks[0])
    for task in tasks[1:]:
        pairs = zip(common, _path(workflow, task), strict=False)
        common = [ours for ours, theirs in pairs if ours is theirs]
    return common


def _path(workflow: BpmnBaseWorkflow, task: Task) -> list[Task]:
    path = [task]
    while (parent := path[-1]._parent) is not None:  # noqa: SLF001 - the property looks up and is slow
        path.append(workflow.tasks[parent])
    return path[::-1]


def _joins_settled(workflow: BpmnBaseWorkflow, trunk: list[Task]) -> bool:
    """Tell whether no join is half-arrived: a cancelled join counts as arrived until it fired above the live tokens."""
    for task in workflow.tasks.values():
        if not isinstance(task.task_spec, UnstructuredJoin) or isinstance(task.task_spec, _EndJoin):
            continue
        if task.state == TaskState.WAITING:
            return False
        if task.state == TaskState.CANCELLED and not any(_fired_after(above, task) for above in trunk):
            return False
    return True


def _fired_after(task: Task, arrival: Task) -> bool:
    same_join = task.task_spec is arrival.task_spec and task.state == TaskState.COMPLETED
    return same_join and task.last_state_change >= arrival.last_state_change


def _replant(workflow: BpmnBaseWorkflow, top: BpmnWorkflow, token: Task, parent: Task | None) -> None:
    root: Task = workflow.task_tree
    kept = {root.id: root} | ({parent.id: parent} if parent else {}) | _below(workflow, token)
    anchor = parent or token
    source = parent or workflow.tasks.get(token._parent) or token  # noqa: SLF001 - see _path
    root.data, root.internal_data = dict(source.data), {}
    root._children, anchor._parent = [anchor.id], root.id  # noqa: SLF001 - see _path
    if parent is not None:
        parent._children, parent.internal_data = [token.id], {}  # noqa: SLF001 - see _path
    for gone in workflow.tasks.keys() - kept.keys():
        top.subprocesses.pop(gone, None)
        top.event_manager.tasks.pop(gone, None)
    workflow.tasks = {key: task for key, task in workflow.tasks.items() if key in kept}
    if workflow.last_task is not None and workflow.last_task.id not in workflow.tasks:
        workflow.last_task = None


def _below(workflow: BpmnBaseWorkflow, task: Task) -> dict[int, Task]:
    found, stack = {}, [task]
    while stack:
        current = stack.pop()
        found[current.id] = current
        stack.extend(workflow.tasks[child] for child in current._children)  # noqa: SLF001 - see _path
    return found
