"""Let an instance that was carried over to another version of its diagram stand there: predicted again, waits kept."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import datetime
from typing import Any

from SpiffWorkflow.bpmn.specs.mixins.events.intermediate_event import BoundaryEvent
from SpiffWorkflow.util.task import TaskState

from engine.spiff.advance import Advanced, Event, OpenTask, Parked, open_task
from engine.spiff.collapse import ALIVE
from engine.spiff.execution import NEVER, Execution
from engine.spiff.timers import as_moment
from engine.spiff.workflow import all_tasks, at_rest, due_of, is_open, set_due


class Relocation(Execution):
    """One move of one instance: restore it on the other version, start chosen waits anew, save it."""

    def arrive(self, parked: Parked) -> set[str]:
        """Restore the moved shape with its bindings and predict again; give the tokens of its open tasks."""
        before = self.resume(parked)
        predict_again(self.workflow)
        return before

    def recompute(self, element: str, since: datetime, earliest: datetime) -> None:
        """Count the element's wait anew from `since`; it ends at `earliest` the soonest."""
        self.scripting.horizon = NEVER
        found = [task for task in self.workflow.event_manager.tasks.values() if task.task_spec.bpmn_id == element]
        with self.scripting.counting_from(since):
            for task in found:
                task.internal_data.pop("event_value", None)
                task.task_spec._update(task)  # noqa: SLF001 - as `fire_timers` does; before the horizon nothing fires
        for task in found:
            due = due_of(task)
            if due is not None and due < earliest:
                set_due(task, earliest)

    def timed(self) -> Iterator[tuple[str, str]]:
        """Give each running wait for time: (element, the element that people see the case stand at)."""
        for task in self.workflow.event_manager.tasks.values():
            if due_of(task) is not None:
                spec = task.task_spec
                host = getattr(spec.event_definition, "host", "")
                yield spec.bpmn_id, host or spec.bpmn_id

    def open_tasks(self) -> dict[str, OpenTask]:
        """Describe the open tasks by their tokens as this version has them."""
        tasks = [task for task in at_rest(self.workflow) if is_open(task)]
        return {
            token: open_task(self.scripting, task, token) for task in tasks if (token := task.internal_data["token"])
        }

    def task_due(self, element: str, since: datetime, earliest: datetime) -> datetime | None:
        """Give until when a person should have done the element, counted from `since`."""
        expression = self.programme.properties(element).get("due")
        task = next((task for task in at_rest(self.workflow) if task.task_spec.bpmn_id == element), None)
        if expression is None or task is None:
            return None
        with self.scripting.counting_from(since):
            return max(as_moment(self.scripting.evaluate(task, expression), self.scripting), earliest)

    def settle_down(self, before: set[str], event: Event) -> Advanced:
        """Put the move on record and save the instance where it stands now."""
        self._record(event)
        return self.park(before)


def predict_again(workflow: Any) -> None:
    """Add what may follow each living step, as the workflow's version has it."""
    for task in all_tasks(workflow):
        if task.has_state(ALIVE):
            state, possible = task.state, isinstance(task.task_spec, BoundaryEvent)
            if possible:  # what follows an event that may never come is not on its way: no join waits for it
                task._state = TaskState.MAYBE  # noqa: SLF001 - for the prediction alone
            mask = TaskState.NOT_FINISHED_MASK
            task.task_spec._predict(task, looked_ahead=int(possible), mask=mask)  # noqa: SLF001 - as when it is entered
            task._state = state  # noqa: SLF001 - as above
