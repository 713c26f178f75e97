"""Take an instance's tokens away and put one at another element; what would never go on from there is refused."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from typing import Any

from SpiffWorkflow.bpmn import BpmnWorkflow
from SpiffWorkflow.bpmn.specs.control import BoundaryEventSplit
from SpiffWorkflow.bpmn.specs.defaults import StartEvent
from SpiffWorkflow.bpmn.specs.mixins.events.intermediate_event import BoundaryEvent, EventBasedGateway
from SpiffWorkflow.bpmn.specs.mixins.multiinstance_task import LoopTask
from SpiffWorkflow.bpmn.specs.mixins.parallel_gateway import ParallelGateway
from SpiffWorkflow.bpmn.specs.mixins.subworkflow_task import SubWorkflowTask
from SpiffWorkflow.bpmn.specs.mixins.unstructured_join import UnstructuredJoin
from SpiffWorkflow.bpmn.util.subworkflow import BpmnBaseWorkflow
from SpiffWorkflow.task import Task
from SpiffWorkflow.util.task import TaskState

from engine.errors import NotFound, Unusable
from engine.spiff.parsing import Specification
from engine.spiff.workflow import at_rest


@dataclass(frozen=True, slots=True)
class Place:
    """Where a token can stand: the sub-processes around the element from the outside in, then the element itself."""

    way: tuple[Any, ...]

    @property
    def spec(self) -> Any:
        return self.way[-1]


def places(specification: Specification) -> list[Place]:
    """Give where a token may be put in an instance that stands nowhere yet, in the order of the diagram."""
    ways = (_way(specification, process.task_specs[name]) for process, name in _drawn(specification))
    return [Place(way) for way in ways if not any(_refusal(spec, way) for spec in way)]


def place(workflow: BpmnWorkflow, element: str, data: Mapping[str, Any] | None = None) -> list[str]:
    """Take the tokens away and put one at `element`; give the elements from which they were taken.

    What surrounds the element and is running already goes on as it is, with its boundary events; the tokens beside the
    element's innermost running surroundings stay. `data` are the variables, by default those of the tokens taken away.
    The new token is entered, not run. Raises NotFound and Unusable, and then nothing was changed.
    """
    way = way_to(workflow, element)
    level, way = _innermost(workflow, way)
    _refuse(way)
    taken = list(_standing(workflow, level))
    variables = _variables(taken) if data is None else data
    names = [task.task_spec.bpmn_id for task in taken]
    for spec in way[:-1]:
        level = workflow.subprocesses[_enter(workflow, level, spec, variables, start=True).id]
    _enter(workflow, level, way[-1], variables, start=False)
    return names


def way_to(workflow: BpmnWorkflow, element: str) -> tuple[Any, ...]:
    """Give the sub-processes around an element, from the outside in, and the element; raises NotFound."""
    specification = Specification(workflow.spec, workflow.subprocess_specs)
    for process, name in _drawn(specification):
        if name == element:
            return _way(specification, process.task_specs[name])
    message = f"the diagram has no element {element!r}; choose one of its steps, waits or gateways"
    raise NotFound(message)


def check(workflow: BpmnWorkflow, element: str) -> list[str]:
    """Refuse as `place` does, changing nothing; give the elements from which tokens would be taken."""
    level, way = _innermost(workflow, way_to(workflow, element))
    _refuse(way)
    return [task.task_spec.bpmn_id for task in _standing(workflow, level)]


def _drawn(specification: Specification) -> Iterator[tuple[Any, str]]:
    for process in (specification.process, *specification.subprocesses.values()):
        for name, spec in process.task_specs.items():
            if getattr(spec, "bpmn_id", None) == name:
                yield process, name


def _way(specification: Specification, spec: Any) -> tuple[Any, ...]:
    way: tuple[Any, ...] = (spec,)
    process = spec._wf_spec  # noqa: SLF001 - the library has no other way up
    while process is not specification.process:
        host = next(each for each in _hosts(specification) if specification.subprocesses[each.spec] is process)
        way, process = (host, *way), host._wf_spec  # noqa: SLF001 - as above
    return way


def _hosts(specification: Specification) -> Iterator[SubWorkflowTask]:
    for process in (specification.process, *specification.subprocesses.values()):
        yield from (spec for spec in process.task_specs.values() if isinstance(spec, SubWorkflowTask))


def _innermost(workflow: BpmnWorkflow, way: tuple[Any, ...]) -> tuple[BpmnBaseWorkflow, tuple[Any, ...]]:
    """Go down through the surroundings that are running already; give where that ends and the rest of the way."""
    level: BpmnBaseWorkflow = workflow
    while len(way) > 1 and (host := _running(workflow, level, way[0])) is not None:
        level, way = workflow.subprocesses[host.id], way[1:]
    return level, way


def _running(workflow: BpmnWorkflow, level: BpmnBaseWorkflow, spec: Any) -> Task | None:
    found = (task for task in level.tasks.values() if task.task_spec is spec and task.state == TaskState.STARTED)
    return next((task for task in found if task.id in workflow.subprocesses), None)


def _refuse(way: tuple[Any, ...]) -> None:
    for spec in way:
        if refusal := _refusal(spec, way):
            raise Unusable(refusal)


def _refusal(spec: Any, way: tuple[Any, ...]) -> str:
    """Say why a token that is put alone at `spec`, on its way to the last of `way`, would not go on; or nothing."""
    name = spec.bpmn_name or spec.bpmn_id
    if _repeated(spec) and spec is not way[-1]:
        return f"“{name}” is run several times over; a token can be put at it, not inside it"
    if isinstance(spec, StartEvent):
        return f"“{name}” is where its process begins; choose the step after it, or the sub-process itself"
    if isinstance(spec, BoundaryEvent):
        return f"“{name}” only happens while the step that carries it is running; choose that step, or the one after it"
    if any(isinstance(each, EventBasedGateway) for each in spec.inputs):
        return f"“{name}” is one of the events that a gateway waits for; choose the gateway before it"
    if (join := _hanging(spec)) is not None:
        what = join.bpmn_name or join.bpmn_id
        return f"“{name}” is one of several parallel branches; “{what}” would wait for the others for ever"
    return ""


def _repeated(spec: Any) -> bool:
    siblings = spec._wf_spec.task_specs.values()  # noqa: SLF001 - as above
    return any(isinstance(each, LoopTask) and each.task_spec == spec.name for each in siblings)


def _hanging(spec: Any) -> Any | None:
    """Give a parallel join that would wait for ever for other tokens than the one put at `spec`."""
    alone = _reachable(spec, stop_at=_forks)
    for join in (each for each in _reachable(spec) if isinstance(each, ParallelGateway) and len(each.inputs) > 1):
        before = _reachable(spec, stop_at=lambda each, join=join: each is join)
        if join is spec or join in alone or not all(each in before for each in join.inputs):
            return join
    return None


def _forks(spec: Any) -> bool:
    return isinstance(spec, UnstructuredJoin) and len(spec.outputs) > 1


def _reachable(spec: Any, stop_at: Any = lambda _spec: False) -> Collection[Any]:
    """Give what can be reached from `spec`, itself included, without going on from where `stop_at` says so."""
    found, open_ = {spec: None}, [spec]
    while open_:
        current = open_.pop()
        if stop_at(current):
            continue
        new = [each for each in current.outputs if each not in found]
        found.update(dict.fromkeys(new))
        open_ += new
    return found


def _standing(workflow: BpmnWorkflow, level: BpmnBaseWorkflow) -> Iterator[Task]:
    """Give what is at rest in `level` and in the sub-processes that run in it."""
    for task in at_rest(workflow):
        if _within(task.workflow, level) and not isinstance(task.task_spec, BoundaryEvent):
            yield task


def _within(inner: BpmnBaseWorkflow | None, level: BpmnBaseWorkflow) -> bool:
    while inner is not None and inner is not level:
        inner = inner.parent_workflow
    return inner is level


def _variables(tasks: list[Task]) -> dict[str, Any]:
    return {name: value for task in reversed(tasks) for name, value in task.data.items()}


def _enter(workflow: BpmnWorkflow, level: BpmnBaseWorkflow, spec: Any, data: Mapping[str, Any], *, start: bool) -> Task:
    """Leave one token in `level`, at `spec`; with `start` it is entered so far that its sub-process has begun."""
    _clear(workflow, level)
    root: Task = level.task_tree
    root.data, root.internal_data, root._state = dict(data), {}, TaskState.COMPLETED  # noqa: SLF001 - beyond its setter
    entry = next((each for each in spec.inputs if isinstance(each, BoundaryEventSplit)), spec)
    token = root._add_child(entry, TaskState.FUTURE)  # noqa: SLF001 - as the library's own reset does
    entry._predict(token, mask=TaskState.PREDICTED_MASK | TaskState.FUTURE)  # noqa: SLF001 - as above
    entry._update(token)  # noqa: SLF001 - as above
    if entry is spec or not start:
        return token
    token.run()  # the split: it arms the boundary events and enters what carries them
    return next(child for child in token.children if child.task_spec is spec)


def _clear(workflow: BpmnWorkflow, level: BpmnBaseWorkflow) -> None:
    """Take everything out of `level` but its root."""
    for number in level.tasks:
        workflow.event_manager.tasks.pop(number, None)
        if (inner := workflow.subprocesses.pop(number, None)) is not None:
            _clear(workflow, inner)
    root = level.task_tree
    root._children = []  # noqa: SLF001 - as above
    level.tasks, level.last_task, level.completed = {root.id: root}, None, False
