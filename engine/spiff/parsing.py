"""Turn a checked diagram into specifications that are parsed once per version and shared by all its instances."""

from __future__ import annotations

import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from threading import Lock
from typing import Any

from SpiffWorkflow.bpmn.parser.event_parsers import EventBasedGatewayParser
from SpiffWorkflow.bpmn.parser.task_parsers import ConditionalGatewayParser, GatewayParser
from SpiffWorkflow.bpmn.parser.util import full_tag
from SpiffWorkflow.bpmn.specs.bpmn_process_spec import BpmnProcessSpec
from SpiffWorkflow.bpmn.specs.defaults import BoundaryEvent, EventBasedGateway, IntermediateCatchEvent, StartEvent
from SpiffWorkflow.bpmn.specs.mixins.multiinstance_task import LoopTask
from SpiffWorkflow.spiff.parser.event_parsers import (
    SpiffBoundaryEventParser,
    SpiffIntermediateCatchEventParser,
    SpiffStartEventParser,
)
from SpiffWorkflow.spiff.parser.process import SpiffBpmnParser
from SpiffWorkflow.spiff.parser.task_spec import ServiceTaskParser, SpiffTaskParser, SubWorkflowParser, UserTaskParser
from SpiffWorkflow.spiff.specs.defaults import SubWorkflowTask, UserTask

from engine.spiff.joins import EndJoin, InclusiveJoin, ParallelJoin
from engine.spiff.multi_instance import OneByOne, SideBySide
from engine.spiff.tasks import DecisionTask, DecisionTaskParser, Gateway, OperatorTask
from engine.spiff.timers import TimerParsing
from engine.spiff.tuning import tune
from engine.xml import parse_xml

DEEPEST = 4_000  # calls within calls: three for each step of the longest chain that is allowed, and as many again
ONE_AT_A_TIME = Lock()  # the limit is the whole process's


class _Start(TimerParsing, SpiffStartEventParser): ...


class _Catch(TimerParsing, SpiffIntermediateCatchEventParser): ...


class _Boundary(TimerParsing, SpiffBoundaryEventParser): ...


class _Race(EventBasedGatewayParser, SpiffTaskParser):
    """Where a case stands while it waits for the first of several events: the library drops its properties."""


class _Repeating:
    """Parse multi-instance markers into Duly's own (mixed into the parsers of the steps that may carry them)."""

    PARALLEL_MI_CLASS, SEQUENTIAL_MI_CLASS = SideBySide, OneByOne


class _User(_Repeating, UserTaskParser): ...


class _Service(_Repeating, ServiceTaskParser): ...


class _SubProcess(_Repeating, SubWorkflowParser): ...


class _Parser(SpiffBpmnParser):
    OVERRIDE_PARSER_CLASSES = {  # noqa: RUF012 - the library's hook
        **SpiffBpmnParser.OVERRIDE_PARSER_CLASSES,
        full_tag("startEvent"): (_Start, StartEvent),
        full_tag("intermediateCatchEvent"): (_Catch, IntermediateCatchEvent),
        full_tag("boundaryEvent"): (_Boundary, BoundaryEvent),
        full_tag("eventBasedGateway"): (_Race, EventBasedGateway),
        full_tag("userTask"): (_User, UserTask),
        full_tag("serviceTask"): (_Service, OperatorTask),
        full_tag("businessRuleTask"): (DecisionTaskParser, DecisionTask),
        full_tag("exclusiveGateway"): (ConditionalGatewayParser, Gateway),
        full_tag("subProcess"): (_SubProcess, SubWorkflowTask),
        full_tag("parallelGateway"): (GatewayParser, ParallelJoin),
        full_tag("inclusiveGateway"): (ConditionalGatewayParser, InclusiveJoin),
    }


@dataclass(frozen=True, slots=True)
class Specification:
    """A strategy's process and its sub-processes, ready to run; never changed after preparation."""

    process: BpmnProcessSpec
    subprocesses: dict[str, BpmnProcessSpec]

    def elements(self) -> dict[str, Any]:
        """Give every drawn element's extensions by its BPMN id."""
        return {
            spec.bpmn_id: getattr(spec, "extensions", None) or {}
            for process in (self.process, *self.subprocesses.values())
            for spec in process.task_specs.values()
            if getattr(spec, "bpmn_id", None)
        }


def parse(diagram: bytes, what: str) -> Specification:
    """Parse BPMN XML; raises Unusable for dangerous XML and the library's ValidationException for the rest."""
    tune()
    parser = _Parser()
    parser.add_bpmn_xml(parse_xml(diagram, what), what)
    process_id = next(iter(parser.get_process_ids()))
    with _room_for_chains():
        process = parser.get_spec(process_id)
        specification = Specification(process, parser.get_subprocess_specs(process_id))
    for spec in (process, *specification.subprocesses.values()):
        _connect_loops(spec)
        spec.end.__class__ = EndJoin  # the library names its own class in the constructor of a process
    return specification


@contextmanager
def _room_for_chains() -> Iterator[None]:
    """Let the library's parser go down a chain of steps, one within the other; the check limits how long a chain is."""
    with ONE_AT_A_TIME:
        before = sys.getrecursionlimit()
        sys.setrecursionlimit(max(before, DEEPEST))
        try:
            yield
        finally:
            sys.setrecursionlimit(before)


def _connect_loops(process: BpmnProcessSpec) -> None:
    # The library connects this lazily, while running: a restored multi-instance would never merge.
    for spec in process.task_specs.values():
        if isinstance(spec, LoopTask):
            child = process.task_specs[spec.task_spec]
            if not child.completed_event.is_connected(spec.merge_child):
                child.completed_event.connect(spec.merge_child)
