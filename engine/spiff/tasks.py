"""Service and decision tasks as Duly runs them: a business error leads to its boundary event or is said aloud."""

from __future__ import annotations

from typing import Any

from SpiffWorkflow.bpmn import BpmnEvent
from SpiffWorkflow.spiff.parser.task_spec import BusinessRuleTaskParser
from SpiffWorkflow.spiff.specs.defaults import ServiceTask
from SpiffWorkflow.spiff.specs.event_definitions import ErrorEventDefinition
from SpiffWorkflow.spiff.specs.spiff_task import SpiffBpmnTask
from SpiffWorkflow.task import Task

from engine.errors import BusinessError


class OperatorTask(ServiceTask):
    """A service task: makes its decision, evaluates its parameters, calls the operator, keeps the result."""

    def _run_hook(self, task: Task) -> bool | None:
        engine = task.workflow.script_engine
        asked = engine.asked(task, self.bpmn_id)
        values = {name: engine.evaluate(task, given["value"], asked) for name, given in self.operation_params.items()}
        try:
            result = engine.call_operator(task, self.operation_name, values)
        except BusinessError as error:
            throw(task, error)
            return None
        if result is not None:
            task.data[self.result_variable] = result
        return True


class DecisionTask(SpiffBpmnTask):
    """A business rule task: evaluates a decision of the deployment, keeps its outcome under the decision's id."""

    def __init__(self, spec: Any, name: str, decision: str, **attributes: Any) -> None:
        super().__init__(spec, name, **attributes)
        self.decision = decision

    def _run_hook(self, task: Task) -> bool:
        task.data[self.decision] = task.workflow.script_engine.decide(task, self.decision)
        return True


class DecisionTaskParser(BusinessRuleTaskParser):
    """Read a business rule task's decision by name only: the tables are read by Duly's own reader."""

    def create_task(self) -> DecisionTask:
        return DecisionTask(self.spec, self.bpmn_id, self.get_decision_ref(self.node), **self.bpmn_attributes)


def throw(task: Task, error: BusinessError) -> None:
    """Throw a business error at the boundary events around `task`, which stays started until one interrupts it.

    SpiffWorkflow drops an error that nobody catches; here it is raised, and becomes an incident.
    """
    top = task.workflow.top_workflow
    event = BpmnEvent(ErrorEventDefinition(error.code, code=error.code), payload={}, target=task.workflow)
    top.catch(event)
    if top.get_events():
        raise error
