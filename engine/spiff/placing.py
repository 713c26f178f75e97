"""Take an instance's tokens away and put one at another element; what would never go on from there is refused."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
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

Way = tuple[Any, ...]  # the sub-processes around an element, from the outside in, then the element itself


def places(specification: Specification, standing: str = "") -> list[str]:
    """Give the elements at which a token may be put that stands at `standing`, or nowhere yet; in their own order."""
    around = _around(specification, standing)
    ways = (_way(specification, process.task_specs[name]) for process, name in _drawn(specification))
    return [way[-1].name for way in ways if not _refused(_beyond(around, way))]


def check(specification: Specification, element: str, standing: str = "") -> None:
    """Refuse what `place` would refuse for a token that stands at `standing`, or nowhere yet."""
    _refuse(_beyond(_around(specification, standing), way_to(specification, element)))


def ways_out(specification: Specification, element: str) -> list[str]:
    """Give the elements to which the flows out of an element lead; raises NotFound, and Unusable where it has none."""
    *_, spec = way_to(specification, element)
    if isinstance(spec, BoundaryEvent):
        message = f"“{_name(spec)}” hangs on a step that is running; move the token instead"
        raise Unusable(message)
    outs = [_carrier(each) for each in spec.outputs]
    return [each.name for each in outs if getattr(each, "bpmn_id", None) == each.name]


def entry_of(spec: Any) -> Any:
    """Give where a token enters an element: the split before it where it carries boundary events, else itself."""
    return next((each for each in spec.inputs if isinstance(each, BoundaryEventSplit)), spec)


def place(workflow: BpmnWorkflow, element: str, data: Mapping[str, Any] | None = None) -> list[str]:
    """Take the tokens away and put one at `element`; give the elements from which they were taken.

    What surrounds the element and is running already goes on as it is, with its boundary events; the tokens beside the
    element's innermost running surroundings stay. `data` are the variables, by default those of the tokens taken away.
    The new token is entered, not run. Raises NotFound and Unusable, and then nothing was changed.
    """
    specification = Specification(workflow.spec, workflow.subprocess_specs)
    level, way = _innermost(workflow, way_to(specification, element))
    _refuse(way)
    taken = list(_standing(workflow, level))
    variables = _variables(taken) if data is None else data
    names = [task.task_spec.bpmn_id for task in taken]
    for spec in way[:-1]:
        level = workflow.subprocesses[_enter(workflow, level, spec, variables, start=True).id]
    _enter(workflow, level, way[-1], variables, start=False)
    return names


def way_to(specification: Specification, element: str) -> Way:
    """Give the sub-processes around an element, from the outside in, and the element; raises NotFound."""
    for process, name in _drawn(specification):
        if name == element:
            return _way(specification, process.task_specs[name])
    message = f"the diagram has no element {element!r}; choose one of its steps, waits or gateways"
    raise NotFound(message)


def _around(specification: Specification, standing: str) -> Way:
    try:
        return way_to(specification, standing)
    except NotFound:
        return ()


def _carrier(spec: Any) -> Any:
    """Give the element that carries the boundary events of a split; what is no split is itself."""
    if not isinstance(spec, BoundaryEventSplit):
        return spec
    return next(each for each in spec.outputs if not isinstance(each, BoundaryEvent))


def _name(spec: Any) -> str:
    return str(spec.bpmn_name or spec.bpmn_id)


def _drawn(specification: Specification) -> Iterator[tuple[Any, str]]:
    for process in (specification.process, *specification.subprocesses.values()):
        for name, spec in process.task_specs.items():
            if getattr(spec, "bpmn_id", None) == name:
                yield process, name


def _way(specification: Specification, spec: Any) -> Way:
    way: Way = (spec,)
    process = spec._wf_spec  # noqa: SLF001 - the library has no other way up
    while process is not specification.process:
        host = next(each for each in _hosts(specification) if specification.subprocesses[each.spec] is process)
        way, process = (host, *way), host._wf_spec  # noqa: SLF001 - as above
    return way


def _hosts(specification: Specification) -> Iterator[SubWorkflowTask]:
    for process in (specification.process, *specification.subprocesses.values()):
        yield from (spec for spec in process.task_specs.values() if isinstance(spec, SubWorkflowTask))


def _innermost(workflow: BpmnWorkflow, way: Way) -> tuple[BpmnBaseWorkflow, Way]:
    """Go down through the surroundings that are running already; give where that ends and the rest of the way."""
    level: BpmnBaseWorkflow = workflow
    while len(way) > 1 and (host := _running(workflow, level, way[0])) is not None:
        level, way = workflow.subprocesses[host.id], way[1:]
    return level, way


def _running(workflow: BpmnWorkflow, level: BpmnBaseWorkflow, spec: Any) -> Task | None:
    found = (task for task in level.tasks.values() if task.task_spec is spec and task.state == TaskState.STARTED)
    return next((task for task in found if task.id in workflow.subprocesses), None)


def _beyond(around: Way, way: Way) -> Way:
    """Give the part of the way that a token at `around` has still to go: not into what surrounds it already."""
    while len(way) > 1 and len(around) > 1 and around[0] is way[0]:
        around, way = around[1:], way[1:]
    return way


def _refuse(way: Way) -> None:
    if refusal := _refused(way):
        raise Unusable(refusal)


def _refused(way: Way) -> str:
    return next((refusal for spec in way if (refusal := _refusal(spec, way))), "")


def _refusal(spec: Any, way: Way) -> str:
    """Say why a token that is put alone at `spec`, on its way to the last of `way`, would not go on; or nothing."""
    name = _name(spec)
    if _repeated(spec) and spec is not way[-1]:
        return f"“{name}” is run several times over; a token can be put at it, not inside it"
    if isinstance(spec, StartEvent):
        return f"“{name}” is where its process begins; choose the step after it, or the sub-process itself"
    if isinstance(spec, BoundaryEvent):
        return f"“{name}” only happens while the step that carries it is running; choose that step, or the one after it"
    if any(isinstance(each, EventBasedGateway) for each in spec.inputs):
        return f"“{name}” is one of the events that a gateway waits for; choose the gateway before it"
    if (join := _hanging(spec)) is not None:
        return f"“{name}” is one of several parallel branches; “{_name(join)}” would wait for the others for ever"
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
    entry = entry_of(spec)
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
