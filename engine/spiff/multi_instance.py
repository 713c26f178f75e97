"""Steps that are repeated for each member of a list, or a number of times: side by side or one after the other."""

from __future__ import annotations

from typing import Any

from SpiffWorkflow.bpmn.specs.mixins.multiinstance_task import MultiInstanceTask
from SpiffWorkflow.bpmn.util.subworkflow import BpmnBaseWorkflow
from SpiffWorkflow.spiff.specs.spiff_task import SpiffBpmnTask
from SpiffWorkflow.task import Task
from SpiffWorkflow.util.task import TaskState

from engine.spiff.joins import changed


class SideBySide(MultiInstanceTask, SpiffBpmnTask):
    """All instances at once. What is kept while it runs: how many there are, have begun and have ended."""

    at_once: int | None = None

    def _update_hook(self, my_task: Task) -> bool | None:
        super()._update_hook(my_task)
        if self.data_output is not None:
            self.data_output.set(my_task, [])
        count = self._count(my_task)
        my_task.internal_data.update(count=count, begun=0, ended=0)
        if not count:
            return True
        my_task._set_state(TaskState.STARTED)  # noqa: SLF001 - before its turns: what is only predicted may have none
        for _ in range(self.at_once or count):
            self._begin(my_task)
        return None

    def _count(self, my_task: Task) -> int:
        if self.data_input is None:
            return int(my_task.workflow.script_engine.evaluate(my_task, self.cardinality))
        members = self.data_input.get(my_task)
        if members is None or isinstance(members, list):
            return len(members or ())
        message = f"{self.bpmn_id} repeats for each member of {self.data_input.bpmn_id!r}, which is no list"
        raise TypeError(message)

    def _begin(self, my_task: Task) -> None:
        index = my_task.internal_data["begun"]
        my_task.internal_data["begun"] += 1
        for left in (self.input_item, self.output_item):
            if left is not None:
                my_task.data.pop(left.bpmn_id, None)
        item = index if self.data_input is None else self.data_input.get(my_task)[index]
        self.create_child(my_task, item, index)

    def merge_child(self, workflow: BpmnBaseWorkflow, child: Task) -> None:  # noqa: ARG002 - the library's signature
        """Take over what an instance that ended leaves behind, and go on."""
        my_task, counted = child.parent, child.parent.internal_data
        self._keep(my_task, child)
        counted["ended"] += 1
        enough = self.condition is not None and my_task.workflow.script_engine.evaluate(child, self.condition) is True
        if enough:
            for other in list(self._instances(my_task)):
                other.cancel()
        if enough or counted["ended"] == counted["count"]:
            my_task._set_state(TaskState.READY)  # noqa: SLF001 - as the library's own classes do
        elif counted["begun"] < counted["count"]:
            self._begin(my_task)

    def _keep(self, my_task: Task, child: Task) -> None:
        if self.data_output is not None and self.output_item is not None:
            gathered: list[Any] = self.data_output.get(my_task)
            self.data_output.set(my_task, [*gathered, child.data.get(self.output_item.bpmn_id)])
            return
        began_with = my_task.parent.data if self.at_once is None else my_task.data
        left = changed(child.data, began_with)
        if self.input_item is not None:
            left.pop(self.input_item.bpmn_id, None)
        my_task.data.update(left)


class OneByOne(SideBySide):
    """Each instance begins when the one before it has ended."""

    at_once = 1
