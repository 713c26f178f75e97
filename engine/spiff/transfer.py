"""Carry what stands on one version of a diagram over to another: names mapped, whatever is unsafe refused.

Works on stored shapes. What is done stays as it is; what was only predicted is dropped, to be predicted again.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from typing import Any, NamedTuple

from SpiffWorkflow.bpmn.specs.bpmn_process_spec import BpmnProcessSpec
from SpiffWorkflow.bpmn.specs.control import _EndJoin
from SpiffWorkflow.bpmn.specs.mixins.events.intermediate_event import BoundaryEvent, EventBasedGateway
from SpiffWorkflow.bpmn.specs.mixins.multiinstance_task import LoopTask
from SpiffWorkflow.bpmn.specs.mixins.subworkflow_task import SubWorkflowTask
from SpiffWorkflow.bpmn.specs.mixins.unstructured_join import UnstructuredJoin
from SpiffWorkflow.spiff.specs.event_definitions import MessageEventDefinition
from SpiffWorkflow.util.task import TaskState

from engine.spiff.collapse import ALIVE
from engine.spiff.parsing import Specification
from engine.spiff.timers import CycleTimer

SPLIT, CHILD = ".BoundaryEventSplit", " [child]"
AROUND = (SPLIT, ".BoundaryEventJoin", CHILD)  # what the library adds around an element, named after it
OTHER_EVENTS = "{} is being done, and other events can interrupt or accompany it in {version}"
PREDICTED = TaskState.PREDICTED_MASK | TaskState.FUTURE
WORDS = {
    "UserTask": "a user task",
    "OperatorTask": "a service task",
    "DecisionTask": "a business rule task",
    "ReceiveTask": "a receive task",
    "IntermediateCatchEvent": "a catch event",
    "BoundaryEvent": "a boundary event",
    "EventBasedGateway": "an event-based gateway",
    "ExclusiveGateway": "an exclusive gateway",
    "InclusiveGateway": "an inclusive gateway",
    "ParallelGateway": "a parallel gateway",
    "SubWorkflowTask": "a sub-process",
    "StartEvent": "a start event",
    "EndEvent": "an end event",
}


@dataclass(frozen=True, slots=True)
class Refusal:
    """Why a case cannot move: `code` for grouping, `element` of the version it stands on."""

    code: str
    element: str
    message: str


class Row(NamedTuple):
    """One task of a stored shape (see `engine.spiff.codec`)."""

    name: str
    number: int
    parent: int | None
    children: list[int]
    state: int
    triggered: int
    data: int
    value: int
    internal: dict[str, Any] | None
    rank: int


def draft(old: Specification, new: Specification) -> dict[str, str | None]:
    """Say for every element of `old` which of `new` it is: by id, else the only one of the same type and name."""
    ours, theirs = _drawn(old), _drawn(new)
    free = [identifier for identifier in theirs if identifier not in ours]
    found: dict[str, str | None] = {}
    for identifier, spec in ours.items():
        alike = [each for each in free if spec.bpmn_name and _likeness(theirs[each]) == _likeness(spec)]
        found[identifier] = identifier if identifier in theirs else alike[0] if len(alike) == 1 else None
    given = list(found.values())
    return {identifier: each if given.count(each) == 1 else None for identifier, each in found.items()}


def name_of(specification: Specification, element: str) -> str:
    """Give an element as people know it: its name as drawn and its id; the id alone where there is no such element."""
    spec = _drawn(specification).get(element)
    return f"“{spec.bpmn_name}” ({element})" if spec is not None and spec.bpmn_name else element


def _drawn(specification: Specification) -> dict[str, Any]:
    processes = (specification.process, *specification.subprocesses.values())
    specs = (spec for process in processes for spec in process.task_specs.values())
    return {spec.bpmn_id: spec for spec in specs if spec.bpmn_id and not spec.name.endswith(CHILD)}


def _likeness(spec: Any) -> tuple[Any, ...]:
    return (*_kind(spec), spec.bpmn_name)


def _kind(spec: Any) -> tuple[str, str]:
    """Give what an element is; a wait for a day and one for a duration are the same: a due date."""
    event = getattr(spec, "event_definition", None)
    kind = "due" if hasattr(event, "expression") and not isinstance(event, CycleTimer) else type(event).__name__
    return type(spec).__name__, kind


def _message(spec: Any) -> str | None:
    event = getattr(spec, "event_definition", None)
    return event.name if isinstance(event, MessageEventDefinition) else None


def _boundaries(process: BpmnProcessSpec, name: str) -> set[str]:
    split = process.task_specs.get(f"{name}{SPLIT}")
    return {spec.name for spec in split.outputs if isinstance(spec, BoundaryEvent)} if split else set()


def _loop(process: BpmnProcessSpec, spec: LoopTask) -> tuple[str, ...]:
    """Give what makes a loop the same loop: how often it runs, over what, and what it runs."""
    names = ("cardinality", "condition", "maximum", "test_before")
    data = [getattr(getattr(spec, name, None), "bpmn_id", None) for name in ("data_input", "data_output", "input_item")]
    inner = type(process.task_specs[spec.task_spec]).__name__
    return (inner, *(str(getattr(spec, name, None)) for name in names), *map(str, data))


class Transfer:
    """How what stands on version `old` comes to stand on `new`; `elements` maps those that have another id there."""

    def __init__(self, old: Specification, new: Specification, elements: Mapping[str, str], target: str) -> None:
        self.old, self.new, self.elements, self.target = old, new, elements, target

    def refusals(self, shape: Sequence[Any]) -> list[Refusal]:
        """Give every reason for which an instance of this shape cannot move safely; none where it can."""
        found = (refusal for tree in self._trees(shape) for refusal in tree.refusals())
        return list({(each.code, each.element): each for each in found}.values())

    def notes(self, shape: Sequence[Any]) -> list[str]:
        """Say what the instance would wait for otherwise than before."""
        return [note for tree in self._trees(shape) for note in tree.notes()]

    def shape(self, shape: Sequence[Any]) -> list[Any]:
        """Give the shape as it stands on the other version, without what was predicted (see `predict_again`)."""
        ending, subs, _ = shape
        trees = [tree.moved() for tree in self._trees(shape)]
        kept = {row[1] for tree in trees for row in tree}
        moved = [
            [parent, self.elements.get(name, name), success, completed, last if last in kept else None]
            for parent, name, success, completed, last in subs
        ]
        return [[ending[0] if ending[0] in kept else None, *ending[1:]], moved, trees]

    def _trees(self, shape: Sequence[Any]) -> Iterator[_Tree]:
        _, subs, trees = shape
        yield _Tree(self, self.old.process, self.new.process, trees[0])
        for (_, name, *_), rows in zip(subs, trees[1:], strict=True):
            there = self.new.subprocesses.get(self.elements.get(name, name))
            if there is not None:  # else its element is gone, which the tree around it says
                yield _Tree(self, self.old.subprocesses[name], there, rows)


class _Tree:
    """One tree of a shape: that of the instance, or of a sub-process in it."""

    def __init__(self, transfer: Transfer, old: BpmnProcessSpec, new: BpmnProcessSpec, rows: Sequence[Any]) -> None:
        self.transfer, self.old, self.new = transfer, old, new
        self.rows = [row for row in (Row(*each) for each in rows) if not row.state & PREDICTED]
        self.kept = {row.number for row in self.rows}
        self.alive = [row for row in self.rows if row.state & ALIVE]

    def there(self, name: str) -> str:
        """Give what a task of this name is called in the other version."""
        if name == self.old.end.name:
            return str(self.new.end.name)
        for suffix in AROUND:
            if name.endswith(suffix):
                return self.there(name.removesuffix(suffix)) + suffix
        return self.transfer.elements.get(name, name)

    def refusals(self) -> Iterator[Refusal]:
        behind = self._just_behind()
        yield from (found for row in self.rows if row.number != behind and (found := self._refused(row)))
        if self._branches():
            yield from self._refused_branches()

    def notes(self) -> Iterator[str]:
        for row in self.alive:
            spec, there = self.old.task_specs[row.name], self.new.task_specs[self.there(row.name)]
            before, after = _message(spec), _message(there)
            if before != after:
                yield f"{name_of(self.transfer.old, row.name)} waits for the message {after}, no longer for {before}"

    def moved(self) -> list[list[Any]]:
        """Give the rows under their new names; a step behind the token that is no longer there is left out."""
        behind = self._just_behind()
        gone = behind if behind is not None and self._missing(self._row(behind)) else None
        return [self._moved(row, gone) for row in self.rows if row.number != gone]

    def _moved(self, row: Row, gone: int | None) -> list[Any]:
        children = [child for child in row.children if child in self.kept]
        if gone is not None and gone in children:
            children = [child for child in self._row(gone).children if child in self.kept]
        parent = self._row(gone).parent if gone is not None and row.parent == gone else row.parent
        return [self.there(row.name), row.number, parent, children, *row[4:]]

    def _row(self, number: int) -> Row:
        return next(row for row in self.rows if row.number == number)

    def _just_behind(self) -> int | None:
        """Give the finished step between the root and the one token, if that is all there is: it may be gone."""
        if len(self.rows) != 3 or len(self.alive) != 1:  # noqa: PLR2004 - root, step, token
            return None
        token = self.alive[0]
        return token.parent if token.parent != self.rows[0].number else None

    def _missing(self, row: Row) -> bool:
        spec = self.new.task_specs.get(self.there(row.name))
        return spec is None or _kind(spec) != _kind(self.old.task_specs[row.name])

    def _refused(self, row: Row) -> Refusal | None:
        spec, there = self.old.task_specs[row.name], self.new.task_specs.get(self.there(row.name))
        if there is None:
            return self._gone(row)
        if _kind(spec) != _kind(there):
            is_now = WORDS.get(type(there).__name__, type(there).__name__)
            return self._named(
                row.name,
                "retyped",
                f"{{}} is {is_now} in {{version}}{_of_other_kind(spec, there)}; map it to another step",
            )
        return self._changed(row, spec, there) if row.state & ALIVE else None

    def _gone(self, row: Row) -> Refusal:
        host = self._host(row)
        if host != row.name and self.there(host) in self.new.task_specs:
            return self._named(host, "boundary", OTHER_EVENTS)
        if self.there(host) in _drawn(self.transfer.new):
            return self._named(host, "nesting", "{} is in another sub-process in {version}")
        standing = any(each.name == host for each in self.alive)
        where = "it stands at {}" if standing else "it passed {} and still builds on it"
        return self._named(host, "gone", f"{where}, which {{version}} does not have; map it to another step")

    def _host(self, row: Row) -> str:
        """Give the element that people see: of what is around it or waits at its edge, the one that carries it."""
        at_the_edge = isinstance(self.old.task_specs[row.name], BoundaryEvent) and row.state & ALIVE
        if at_the_edge and row.parent is not None:
            return _element(self._row(row.parent).name)
        return _element(row.name)

    def _changed(self, row: Row, spec: Any, there: Any) -> Refusal | None:
        """Compare what belongs to a step that is being done."""
        mapped = {self.there(name) for name in _boundaries(self.old, row.name)}
        events = _boundaries(self.new, there.name)
        if mapped != events:
            return self._named(row.name, "boundary", OTHER_EVENTS)
        if isinstance(spec, LoopTask) and _loop(self.old, spec) != _loop(self.new, there):
            return self._named(
                row.name, "loop", "{} repeats in another way in {version}, and it is in the middle of it"
            )
        if isinstance(spec, EventBasedGateway):
            waited = [self.there(each.name) for each in spec.outputs]
            if waited != [each.name for each in there.outputs] or self._other_events(spec, there):
                return self._named(
                    row.name, "gateway", "other events follow {} in {version}, and it waits for them now"
                )
        if isinstance(spec, SubWorkflowTask) and self.transfer.elements.get(spec.spec, spec.spec) != there.spec:
            return self._named(row.name, "nesting", "{} holds other steps in {version}")
        return None

    def _other_events(self, spec: Any, there: Any) -> bool:
        ours, theirs = spec.event_definition.event_definitions, there.event_definition.event_definitions
        return [type(each) for each in ours] != [type(each) for each in theirs]

    def _branches(self) -> bool:
        """Tell whether the instance stands in several branches, or some have arrived where they join."""
        tokens = [row for row in self.alive if not isinstance(self.old.task_specs[row.name], BoundaryEvent)]
        return len(tokens) > 1 or any(self._waits_to_join(row) for row in self.alive)

    def _waits_to_join(self, row: Row) -> bool:
        return row.state == TaskState.WAITING and isinstance(self.old.task_specs[row.name], UnstructuredJoin)

    def _refused_branches(self) -> Iterator[Refusal]:
        """Between fork and join, both must be as they were."""
        arrived = {row.name for row in self.alive if self._waits_to_join(row)}
        for name, spec in self.old.task_specs.items():
            if not isinstance(spec, UnstructuredJoin) or isinstance(spec, _EndJoin):
                continue
            there = self.new.task_specs.get(self.there(name))
            if there is None or self._joins_otherwise(spec, there, half=name in arrived):
                text = "it stands in several branches, and {} joins or splits them otherwise in {version}"
                yield self._named(name, "branches", text)

    def _joins_otherwise(self, spec: Any, there: Any, *, half: bool) -> bool:
        if half and {self.there(each.name) for each in spec.inputs} != {each.name for each in there.inputs}:
            return True
        return len(spec.inputs) != len(there.inputs) or len(spec.outputs) != len(there.outputs)

    def _named(self, name: str, code: str, text: str) -> Refusal:
        element = _element(name)
        shown = name_of(self.transfer.old, element)
        return Refusal(code, element, text.format(shown, version=self.transfer.target))


def _element(name: str) -> str:
    for suffix in AROUND:
        name = name.removesuffix(suffix)
    return name


def _of_other_kind(spec: Any, there: Any) -> str:
    return " that waits for something else" if type(spec) is type(there) else ""
