"""Stock SpiffWorkflow for the walks, and where Duly differs from it on purpose.

Two things hold in every walk: messages come before timers that were overdue, and timers fire in the order of time, what
begins late counting from then on (`engines.Stock.step` plays the clock that way). The timers are Duly's own, on the
injected clock; a repeating one keeps what its earlier turns began when its host ends. All other differences are the
named corrections below; a diagram lists those that its walks need, everything else is the library's own.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from SpiffWorkflow.bpmn.parser.task_parsers import ConditionalGatewayParser, GatewayParser
from SpiffWorkflow.bpmn.parser.util import full_tag
from SpiffWorkflow.bpmn.specs.defaults import BoundaryEvent, IntermediateCatchEvent, StartEvent
from SpiffWorkflow.bpmn.specs.mixins.multiinstance_task import MultiInstanceTask
from SpiffWorkflow.spiff.parser.process import SpiffBpmnParser
from SpiffWorkflow.spiff.parser.task_spec import ServiceTaskParser, SubWorkflowParser, UserTaskParser
from SpiffWorkflow.spiff.specs.defaults import (
    ParallelMultiInstanceTask,
    SequentialMultiInstanceTask,
    SubWorkflowTask,
    UserTask,
)
from SpiffWorkflow.task import Task
from SpiffWorkflow.util.task import TaskState

from engine.spiff.joins import InclusiveJoin, ParallelJoin, changed
from engine.spiff.parsing import Specification, _Boundary, _Catch, _Start
from engine.spiff.tasks import OperatorTask
from engine.xml import parse_xml

Parsers = dict[str, tuple[Any, Any]]


class _BehindEvents(MultiInstanceTask):
    """Directly behind a boundary event the library fails with "non-predicted child"."""

    def _update_hook(self, my_task: Task) -> Any:
        if my_task.has_state(TaskState.PREDICTED_MASK):
            my_task._set_state(TaskState.FUTURE)
        return super()._update_hook(my_task)


class _InLoops(MultiInstanceTask):
    """An item left over from the last time is an error in the library, and so are answers gathered before."""

    def create_child(self, my_task: Task, item: Any, key_or_index: Any = None) -> None:
        for name in (self.input_item, self.output_item):
            if name is not None:
                my_task.data.pop(name.bpmn_id, None)
        super().create_child(my_task, item, key_or_index)

    def init_data_output_with_input_data(self, my_task: Task, input_data: Any) -> None:
        self.data_output.set(my_task, [])
        super().init_data_output_with_input_data(my_task, input_data)


class _LeftAlone(MultiInstanceTask):
    """In the library an instance that left a value alone sets it back; and it leaves its item to all that follows."""

    one_by_one = False

    def merge_child(self, workflow: Any, child: Task) -> None:
        my_task = child.parent
        kept = my_task.data | changed(child.data, my_task.data if self.one_by_one else my_task.parent.data)
        super().merge_child(workflow, child)
        if self.data_output is None:
            my_task.data = kept
            if self.input_item is not None:
                kept.pop(self.input_item.bpmn_id, None)


class _SideBySide(_BehindEvents, _InLoops, _LeftAlone, ParallelMultiInstanceTask): ...


class _OneByOne(_BehindEvents, _InLoops, _LeftAlone, SequentialMultiInstanceTask):
    one_by_one = True


class _Repeating:
    PARALLEL_MI_CLASS, SEQUENTIAL_MI_CLASS = _SideBySide, _OneByOne


class _User(_Repeating, UserTaskParser): ...


class _Service(_Repeating, ServiceTaskParser): ...


class _SubProcess(_Repeating, SubWorkflowParser): ...


def _instances() -> Parsers:
    """Correct multi-instances behind boundary events and in loops, and what they leave behind."""
    return {
        "userTask": (_User, UserTask),
        "serviceTask": (_Service, OperatorTask),
        "subProcess": (_SubProcess, SubWorkflowTask),
    }


def _joins_in_loops() -> Parsers:
    """Let parallel joins wait for all branches in the second turn of a loop too, and keep what one branch changed."""
    return {"parallelGateway": (GatewayParser, ParallelJoin)}


def _inclusive_joins() -> Parsers:
    """Let inclusive joins wait for sub-processes, and in the second turn of a loop."""
    return {"inclusiveGateway": (ConditionalGatewayParser, InclusiveJoin)}


CORRECTIONS: dict[str, Callable[[], Parsers]] = {
    "instances": _instances,
    "joins in loops": _joins_in_loops,
    "inclusive joins": _inclusive_joins,
}


def parse_stock(diagram: bytes, allowed: tuple[str, ...] = ()) -> Specification:
    """Parse with the library's own classes but for the corrections that are allowed."""
    own: Parsers = {
        "startEvent": (_Start, StartEvent),
        "intermediateCatchEvent": (_Catch, IntermediateCatchEvent),
        "boundaryEvent": (_Boundary, BoundaryEvent),
        "serviceTask": (ServiceTaskParser, OperatorTask),
    }
    for name in allowed:
        own |= CORRECTIONS[name]()
    parser = SpiffBpmnParser()
    parser.OVERRIDE_PARSER_CLASSES = parser.OVERRIDE_PARSER_CLASSES | {full_tag(tag): pair for tag, pair in own.items()}
    parser.add_bpmn_xml(parse_xml(diagram, "walk.bpmn"), "walk.bpmn")
    process_id = next(iter(parser.get_process_ids()))
    process: Any = parser.get_spec(process_id)
    return Specification(process, parser.get_subprocess_specs(process_id))
