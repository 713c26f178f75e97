"""Gateways that join branches: each takes one token from every flow that it waits for, in loops and side by side too.

An arrived branch waits in a task of its own (WAITING) until the join consumes it (CANCELLED, or goes on itself).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from typing import Any

from SpiffWorkflow.bpmn.specs.control import _EndJoin
from SpiffWorkflow.bpmn.specs.defaults import InclusiveGateway, ParallelGateway
from SpiffWorkflow.bpmn.specs.mixins.unstructured_join import UnstructuredJoin
from SpiffWorkflow.bpmn.util.subworkflow import BpmnBaseWorkflow
from SpiffWorkflow.specs.base import TaskSpec
from SpiffWorkflow.task import Task
from SpiffWorkflow.util.task import TaskState

from engine.spiff.collapse import common_path

SEVERAL = 2
MOVING = TaskState.WAITING | TaskState.READY | TaskState.STARTED


def changed(data: Mapping[str, Any], base: Mapping[str, Any]) -> dict[str, Any]:
    """Give what differs from `base`."""
    return {key: value for key, value in data.items() if key not in base or base[key] != value}


def merged(base: Mapping[str, Any], branches: Iterable[Mapping[str, Any]]) -> dict[str, Any]:
    """Merge branches that began with `base`: what a branch left alone undoes nothing, of two changes the later wins.

    Values are taken whole: the library's own merge mixes lists up.
    """
    result = dict(base)
    for branch in branches:
        result.update(changed(branch, base))
    return result


class _Join(UnstructuredJoin):
    """The common part; subclasses say which of the waiting branches may go on together."""

    def _update_hook(self, my_task: Task) -> bool | None:
        if my_task.state != TaskState.WAITING:
            my_task._set_state(TaskState.WAITING)  # noqa: SLF001 - as the library's own joins do
        waiting = [task for task in my_task.workflow.tasks.values() if task.task_spec is self and _waits(task)]
        together = self._together(my_task, sorted(waiting, key=lambda task: task.last_state_change))
        if my_task not in together:
            return None
        fork = common_path(my_task.workflow, together)[-1] if len(together) > 1 else my_task.parent
        my_task.data = merged(fork.data, [task.parent.data for task in together])
        for task in together:
            if task is not my_task:
                task.cancel()
        return True

    def _together(self, my_task: Task, waiting: list[Task]) -> list[Task]:
        raise NotImplementedError

    def _run_hook(self, my_task: Task) -> bool:  # noqa: ARG002 - the library's signature
        return True


def _waits(task: Task) -> bool:
    return bool(task.state == TaskState.WAITING)


def _first_of_each(waiting: Iterable[Task]) -> dict[str, Task]:
    """Give the branch that came first by each incoming flow."""
    first: dict[str, Task] = {}
    for task in waiting:
        first.setdefault(task.parent.task_spec.name, task)
    return first


class ParallelJoin(_Join, ParallelGateway):
    """A parallel gateway: goes on with one branch from every incoming flow."""

    def _together(self, my_task: Task, waiting: list[Task]) -> list[Task]:
        if len(self.inputs) < SEVERAL:
            return [my_task]  # it only forks: also what was put there by a person goes on
        first = _first_of_each(waiting)
        return list(first.values()) if {spec.name for spec in self.inputs} <= first.keys() else []


class InclusiveJoin(_Join, InclusiveGateway):
    """An inclusive gateway: goes on once no token is left that could still arrive by a flow that nothing came by.

    BPMN 2.0, 13.4.3: a token that can also reach a flow by which something came is not waited for.
    """

    def _together(self, my_task: Task, waiting: list[Task]) -> list[Task]:
        if len(self.inputs) < SEVERAL:
            return [my_task]  # as above
        first = _first_of_each(waiting)
        empty = {spec.name for spec in self.inputs} - first.keys()
        awaited = (
            {task.task_spec.name for task in my_task.workflow.tasks.values() if self._moves(task)} if empty else ()
        )
        for name in awaited:
            reached = self._reached_from(name)
            if reached & empty and not reached & first.keys():
                return []
        return list(first.values())

    def _moves(self, task: Task) -> bool:
        """Tell whether the task is a token on its way; what follows a step that has just ended is one already."""
        if task.task_spec is self:
            return False
        follows = task.state == TaskState.FUTURE and task.parent.state == TaskState.COMPLETED
        return bool(follows or task.has_state(MOVING))

    def _reached_from(self, name: str) -> frozenset[str]:
        """Give the steps just before this gateway that can be reached from a step without passing the gateway."""
        table: dict[str, frozenset[str]] | None = self.__dict__.get("_reach")
        if table is None:
            table = self._reach = self._reach_table()
        return table.get(name, frozenset())

    def _reach_table(self) -> dict[str, frozenset[str]]:
        found: dict[str, set[str]] = {}
        for before in self.inputs:
            stack: list[TaskSpec] = [before]
            while stack:
                spec = stack.pop()
                if spec is not self and before.name not in found.setdefault(spec.name, set()):
                    found[spec.name].add(before.name)
                    stack.extend(spec.inputs)
        return {name: frozenset(inputs) for name, inputs in found.items()}

    def _run_hook(self, my_task: Task) -> bool:
        holding, default = self._get_matching_outputs(my_task)
        my_task._sync_children(holding or default, TaskState.FUTURE)  # noqa: SLF001 - as the library's own gateway does
        for child in my_task.children:
            child.task_spec._predict(child, mask=TaskState.FUTURE | TaskState.PREDICTED_MASK)  # noqa: SLF001 - as above
        return True


class EndJoin(_Join, _EndJoin):
    """The library's hidden join before the end of a process: goes on when nothing else is left.

    What arrives takes over from what had arrived before, so that nothing piles up.
    """

    def _update_hook(self, my_task: Task) -> bool | None:
        if my_task.state != TaskState.WAITING:
            my_task._set_state(TaskState.WAITING)  # noqa: SLF001 - as above
            self._take_over(my_task)
        return None if self._others(my_task.workflow) else True

    def _take_over(self, my_task: Task) -> None:
        my_task.data = dict(my_task.parent.data)
        for task in list(my_task.workflow.tasks.values()):
            if task.task_spec is self and task is not my_task and _waits(task):
                fork = common_path(my_task.workflow, [task, my_task])[-1]
                my_task.data = merged(fork.data, [task.data, my_task.data])
                task.cancel()

    def _others(self, workflow: BpmnBaseWorkflow) -> bool:
        return any(
            task.has_state(TaskState.NOT_FINISHED_MASK) and task.task_spec is not self and not _beyond(task, self)
            for task in workflow.tasks.values()
        )

    def _run_hook(self, my_task: Task) -> bool:
        my_task.workflow.data.update(my_task.data)
        return True


def _beyond(task: Task, join: TaskSpec) -> bool:
    """Tell whether the task is what the library expects behind the join."""
    return bool(task.task_spec in join.outputs)
