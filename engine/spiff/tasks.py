"""Service and decision tasks as Duly runs them: a business error leads to its boundary event or is said aloud."""

from __future__ import annotations

from typing import Any

from SpiffWorkflow.bpmn import BpmnEvent
from SpiffWorkflow.bpmn.specs.defaults import ExclusiveGateway
from SpiffWorkflow.spiff.parser.task_spec import BusinessRuleTaskParser
from SpiffWorkflow.spiff.specs.defaults import ServiceTask
from SpiffWorkflow.spiff.specs.event_definitions import ErrorEventDefinition
from SpiffWorkflow.spiff.specs.spiff_task import SpiffBpmnTask
from SpiffWorkflow.task import Task

from engine.errors import BusinessError
from engine.spiff.watching import Kind


class OperatorTask(ServiceTask):
    """A service task: makes its decision, evaluates its parameters, calls the operator, keeps the result."""

    def _run_hook(self, task: Task) -> bool | None:
        engine = task.workflow.script_engine
        try:
            self.act(task)
        except BusinessError as error:
            engine.note(Kind.CHANGES, self.act, task, error.code)
            throw(task, error)
            return None
        engine.note(Kind.CHANGES, self.act, task)
        return True

    def act(self, task: Any) -> None:
        """Call the operator on the task's data; raises the BusinessError with which it refuses."""
        engine = task.workflow.script_engine
        asked = engine.asked(task, self.bpmn_id)
        values = {name: engine.evaluate(task, given["value"], asked) for name, given in self.operation_params.items()}
        result = engine.call_operator(task, self.operation_name, values)
        if result is not None:
            task.data[self.result_variable] = result


class DecisionTask(SpiffBpmnTask):
    """A business rule task: evaluates a decision of the deployment, keeps its outcome under the decision's id."""

    def __init__(self, spec: Any, name: str, decision: str, **attributes: Any) -> None:
        super().__init__(spec, name, **attributes)
        self.decision = decision

    def _run_hook(self, task: Task) -> bool:
        self.act(task)
        task.workflow.script_engine.note(Kind.CHANGES, self.act, task)
        return True

    def act(self, task: Any) -> None:
        """Make the decision on the task's data."""
        task.data[self.decision] = task.workflow.script_engine.decide(task, self.decision)


class DecisionTaskParser(BusinessRuleTaskParser):
    """Read a business rule task's decision by name only: the tables are read by Duly's own reader."""

    def create_task(self) -> DecisionTask:
        return DecisionTask(self.spec, self.bpmn_id, self.get_decision_ref(self.node), **self.bpmn_attributes)


class Gateway(ExclusiveGateway):
    """An exclusive gateway: the first flow whose condition holds, else the default."""

    def _run_hook(self, task: Task) -> bool:
        chosen: bool = super()._run_hook(task)  # raises where no flow fits
        task.workflow.script_engine.note(Kind.CHOOSES, self.fitting, task, task.children[0].task_spec.name)
        return chosen

    def fitting(self, task: Any) -> str | None:
        """Give the name of the step to which the data of the task lead; None where no flow fits."""
        leading = (name for condition, name in self.cond_task_specs if condition and condition._matches(task))  # noqa: SLF001 - as the library asks
        chosen: str | None = next(leading, self.default_task_spec)
        return chosen


def throw(task: Task, error: BusinessError) -> None:
    """Throw a business error at the boundary events around `task`, which stays started until one interrupts it.

    SpiffWorkflow drops an error that nobody catches; here it is raised, and becomes an incident.
    """
    top = task.workflow.top_workflow
    event = BpmnEvent(ErrorEventDefinition(error.code, code=error.code), payload={}, target=task.workflow)
    top.catch(event)
    if top.get_events():
        raise error
