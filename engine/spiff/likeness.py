"""Which element of one version is which of another, and what makes it the same."""

from __future__ import annotations

from typing import Any

from SpiffWorkflow.bpmn.specs.bpmn_process_spec import BpmnProcessSpec
from SpiffWorkflow.bpmn.specs.mixins.events.intermediate_event import BoundaryEvent
from SpiffWorkflow.bpmn.specs.mixins.multiinstance_task import LoopTask
from SpiffWorkflow.spiff.specs.event_definitions import MessageEventDefinition

from engine.spiff.parsing import Specification
from engine.spiff.timers import CycleTimer

SPLIT, CHILD = ".BoundaryEventSplit", " [child]"
AROUND = (SPLIT, ".BoundaryEventJoin", CHILD)  # what the library adds around an element, named after it
WORDS = {
    "UserTask": "a user task",
    "OperatorTask": "a service task",
    "DecisionTask": "a business rule task",
    "ReceiveTask": "a receive task",
    "IntermediateCatchEvent": "a catch event",
    "BoundaryEvent": "a boundary event",
    "EventBasedGateway": "an event-based gateway",
    "Gateway": "an exclusive gateway",
    "InclusiveJoin": "an inclusive gateway",
    "ParallelJoin": "a parallel gateway",
    "SubWorkflowTask": "a sub-process",
    "StartEvent": "a start event",
    "EndEvent": "an end event",
}


def draft(old: Specification, new: Specification) -> dict[str, str | None]:
    """Say for every element of `old` which of `new` it is: by id, else the only one of the same type and name."""
    ours, theirs = drawn(old), drawn(new)
    free = [identifier for identifier in theirs if identifier not in ours]
    found: dict[str, str | None] = {}
    for identifier, spec in ours.items():
        alike = [each for each in free if spec.bpmn_name and _likeness(theirs[each]) == _likeness(spec)]
        found[identifier] = identifier if identifier in theirs else alike[0] if len(alike) == 1 else None
    given = list(found.values())
    return {identifier: each if given.count(each) == 1 else None for identifier, each in found.items()}


def name_of(specification: Specification, element: str) -> str:
    """Give an element as people know it: its name as drawn and its id; the id alone where there is no such element."""
    spec = drawn(specification).get(element)
    return f"“{spec.bpmn_name}” ({element})" if spec is not None and spec.bpmn_name else element


def drawn(specification: Specification) -> dict[str, Any]:
    """Give the elements of the diagram by their ids."""
    processes = (specification.process, *specification.subprocesses.values())
    specs = (spec for process in processes for spec in process.task_specs.values())
    return {spec.bpmn_id: spec for spec in specs if spec.bpmn_id and not spec.name.endswith(CHILD)}


def _likeness(spec: Any) -> tuple[Any, ...]:
    return (*kind_of(spec), spec.bpmn_name)


def kind_of(spec: Any) -> tuple[str, str]:
    """Give what an element is; a wait for a day and one for a duration are the same: a due date."""
    event = getattr(spec, "event_definition", None)
    kind = "due" if hasattr(event, "expression") and not isinstance(event, CycleTimer) else type(event).__name__
    return type(spec).__name__, kind


def message_of(spec: Any) -> str | None:
    """Give the name of the message that an element waits for."""
    event = getattr(spec, "event_definition", None)
    return event.name if isinstance(event, MessageEventDefinition) else None


def boundaries_of(process: BpmnProcessSpec, name: str) -> set[str]:
    """Give the boundary events of an element."""
    split = process.task_specs.get(f"{name}{SPLIT}")
    return {spec.name for spec in split.outputs if isinstance(spec, BoundaryEvent)} if split else set()


def loop_of(process: BpmnProcessSpec, spec: LoopTask) -> tuple[str, ...]:
    """Give what makes a loop the same loop: how often it runs, over what, and what it runs."""
    names = ("cardinality", "condition", "maximum", "test_before")
    data = [getattr(getattr(spec, name, None), "bpmn_id", None) for name in ("data_input", "data_output", "input_item")]
    inner = type(process.task_specs[spec.task_spec]).__name__
    return (inner, *(str(getattr(spec, name, None)) for name in names), *map(str, data))
