"""What people ordered for one advance of a case: step over an element, put its token elsewhere, change a variable.

A step that failed left nothing behind: the case is redone from where it was saved. An order for a stuck case therefore
names the element at which it failed (`at`) and is carried out when the case gets there, or first of all where the case
stands at that element or nobody knows it. The token of a case that runs is moved in its turn among the messages.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

from SpiffWorkflow.bpmn import BpmnWorkflow
from SpiffWorkflow.bpmn.specs.mixins.events.intermediate_event import EventBasedGateway
from SpiffWorkflow.specs.MultiChoice import MultiChoice
from SpiffWorkflow.task import Task
from SpiffWorkflow.util.task import TaskState

from engine.errors import NotFound, Unusable
from engine.interventions import CHANGE, MOVE, TAKE_OVER
from engine.spiff.placing import entry_of, place
from engine.spiff.workflow import all_tasks, at_rest

DONE, NOT_NEEDED, REFUSED = "delivered", "not_awaited", "refused"
UNTOUCHED = TaskState.PREDICTED_MASK | TaskState.FUTURE


@dataclass(frozen=True, slots=True)
class Order:
    """A person's order: the message that brought it, what to do, with what."""

    id: int
    kind: str
    payload: Mapping[str, Any]

    @property
    def at(self) -> str:
        return str(self.payload.get("at", ""))


class Interventions:
    """The orders for one advance, in the order in which they were given."""

    def __init__(self, orders: Sequence[Order], refused: Callable[[Order, str], None]) -> None:
        self._open = list(orders)
        self._refused = refused
        self.results = {order.id: NOT_NEEDED for order in orders}

    def begin(self, workflow: BpmnWorkflow) -> bool:
        """Change variables, whatever may read them first, and move what is to move first; tell whether any did."""
        for order in self._open:
            if order.kind == CHANGE:
                self._change(workflow, order)
        standing = {_drawn(task) for task in at_rest(workflow)} | {""}
        first = [order for order in self._open if order.payload.get("first") and order.at in standing]
        moved = [self._move(workflow, order, None) for order in first]
        return any(moved)

    def in_turn(self, workflow: BpmnWorkflow, number: int) -> bool:
        """Move the token of a case that runs, if that is what the message says; tell whether it was."""
        order = next((each for each in self._open if each.id == number and each.kind == MOVE and not each.at), None)
        return order is not None and not workflow.is_completed() and self._move(workflow, order, None)

    @property
    def since(self) -> date | None:
        """Since when the case waits where it is put: it stood there in another system already."""
        found = (order.payload["since"] for order in self._open if order.kind == TAKE_OVER)
        return next((date.fromisoformat(since) for since in found), None)

    def drop(self, why: str) -> None:
        """Give up what was not carried out and say why; changes of variables stay, and where a case is to begin."""
        for order in [order for order in self._open if order.kind not in {CHANGE, TAKE_OVER}]:
            self._open.remove(order)
            self._refused(order, why)

    def takes(self, task: Task) -> bool:
        """Do what was ordered for the step that is about to be run; True where it shall not be run itself."""
        here = [order for order in self._open if order.at and order.at == _drawn(task)]
        for order in here:
            if order.kind == CHANGE:
                self._close(order)
                self._change(task.workflow.top_workflow, order)
        return any(self._instead(task, order) for order in here if order.kind != CHANGE)

    def passes(self, task: Task, element: str) -> bool:
        """Tell whether a wait that is about to begin is stepped over or left; its expression is then not asked."""
        here = [order for order in self._open if order.at in {element, _drawn(task)}]
        for order in here:
            if order.kind == CHANGE:
                self._change(task.workflow.top_workflow, order)
        return any(order.kind != CHANGE for order in here)

    def _instead(self, task: Task, order: Order) -> bool:
        if order.kind == MOVE:
            return self._move(task.workflow.top_workflow, order, dict(task.data))
        self._close(order)
        _complete(task, str(order.payload.get("to", "")))
        return True

    def _move(self, workflow: BpmnWorkflow, order: Order, data: Mapping[str, Any] | None) -> bool:
        self._close(order)
        try:
            place(workflow, order.payload["to"], data)
        except (NotFound, Unusable) as refusal:
            if order.kind == TAKE_OVER:
                raise  # else it would begin anew, and send again what was sent
            self.results[order.id] = REFUSED
            self._refused(order, str(refusal))
            return False
        return True

    def _change(self, workflow: BpmnWorkflow, order: Order) -> None:
        self.results[order.id] = DONE
        for task in all_tasks(workflow):
            if not task.has_state(UNTOUCHED):
                task.data[order.payload["name"]] = order.payload["value"]

    def _close(self, order: Order) -> None:
        self._open.remove(order)
        self.results[order.id] = DONE


def _drawn(task: Task) -> str | None:
    drawn: str | None = getattr(task.task_spec, "bpmn_id", None)
    return drawn


def _complete(task: Task, to: str) -> None:
    """Let a step count as done without running it; where several flows lead on, by the one to the element `to`."""
    spec = task.task_spec
    if isinstance(spec, MultiChoice | EventBasedGateway):
        chosen = next((each for each in spec.outputs if to in {each.name, _behind(each)}), spec.outputs[0])
        task._sync_children([chosen], TaskState.FUTURE)  # noqa: SLF001 - as the library's own gateways do
        for child in task.children:
            child.task_spec._predict(child, mask=UNTOUCHED)  # noqa: SLF001 - as above
    task.complete()


def _behind(split: Any) -> str:
    return next((each.name for each in split.outputs if entry_of(each) is split), "")
