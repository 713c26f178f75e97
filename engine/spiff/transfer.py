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
from SpiffWorkflow.specs.Join import Join
from SpiffWorkflow.util.task import TaskState

from engine.spiff.collapse import ALIVE
from engine.spiff.likeness import AROUND, SPLIT, WORDS, boundaries_of, drawn, kind_of, loop_of, message_of, name_of
from engine.spiff.parsing import Specification

OTHER_EVENTS = "{} is being done, and other events can interrupt or accompany it in {version}"
PREDICTED = TaskState.PREDICTED_MASK | TaskState.FUTURE


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
        going = list(self._trees(shape))
        trees, going_on = [tree.moved() for tree in going], {row.number for tree in going for row in tree.alive}
        kept = {row[1] for tree in trees for row in tree}
        moved = [
            [parent, self.elements.get(name, name), success, completed, last if last in kept else None]
            for parent, name, success, completed, last in subs
            if parent in going_on
        ]
        return [[ending[0] if ending[0] in kept else None, *ending[1:]], moved, trees]

    def _trees(self, shape: Sequence[Any]) -> Iterator[_Tree]:
        """Give the trees that go on: nobody asks for a sub-process that is over."""
        _, subs, trees = shape
        tree = _Tree(self, self.old.process, self.new.process, trees[0])
        yield tree
        running = {row.number for row in tree.alive}
        for (parent, name, *_), rows in zip(subs, trees[1:], strict=True):
            there = self.new.subprocesses.get(self.elements.get(name, name))
            if parent in running and there is not None:  # where it is gone, the tree around it says so
                tree = _Tree(self, self.old.subprocesses[name], there, rows)
                yield tree
                running |= {row.number for row in tree.alive}


class _Tree:
    """One tree of a shape: that of the instance, or of a sub-process in it."""

    def __init__(self, transfer: Transfer, old: BpmnProcessSpec, new: BpmnProcessSpec, rows: Sequence[Any]) -> None:
        self.transfer, self.old, self.new = transfer, old, new
        kept = (row for row in (Row(*each) for each in rows) if not row.state & PREDICTED)
        self.rows = {row.number: row for row in kept}
        self.alive = [row for row in self.rows.values() if row.state & ALIVE]
        self.forgotten = {row.number for row in self.rows.values() if self._missing(row) and self._can_go(row)}

    def there(self, name: str) -> str:
        """Give what a task of this name is called in the other version."""
        if name == self.old.end.name:
            return str(self.new.end.name)
        for suffix in AROUND:
            if name.endswith(suffix):
                return self.there(name.removesuffix(suffix)) + suffix
        return self.transfer.elements.get(name, name)

    def refusals(self) -> Iterator[Refusal]:
        needed = (row for row in self.rows.values() if row.number not in self.forgotten)
        yield from (found for row in needed if (found := self._refused(row)))
        if self._branches():
            yield from self._refused_branches()

    def notes(self) -> Iterator[str]:
        for row in self.alive:
            spec, there = self.old.task_specs[row.name], self.new.task_specs[self.there(row.name)]
            before, after = message_of(spec), message_of(there)
            if before != after:
                yield f"{name_of(self.transfer.old, row.name)} waits for the message {after}, no longer for {before}"

    def moved(self) -> list[list[Any]]:
        """Give the rows under their new names; what may be gone stays as a mere start, for the data that it holds."""
        return [self._moved(row) for row in self.rows.values()]

    def _moved(self, row: Row) -> list[Any]:
        name = self.new.start.name if row.number in self.forgotten else self.there(row.name)
        return [name, row.number, row.parent, self._children(row), *row[4:]]

    def _children(self, row: Row) -> list[int]:
        return [child for child in row.children if child in self.rows]

    def _can_go(self, row: Row) -> bool:
        """Tell whether nobody asks which step this was that is over: no join counts it, no event belongs to it."""
        spec, parent = self.old.task_specs[row.name], self.rows.get(row.parent or 0)
        if row.state != TaskState.COMPLETED or parent is None or isinstance(spec, Join) or row.name.endswith(AROUND):
            return False
        beside_a_step = isinstance(spec, BoundaryEvent) and parent.name.endswith(SPLIT)
        following = (self.old.task_specs[self.rows[child].name] for child in self._children(row))
        return not beside_a_step and not any(isinstance(each, Join) and not _ends(each) for each in following)

    def _missing(self, row: Row) -> bool:
        spec = self.new.task_specs.get(self.there(row.name))
        return spec is None or kind_of(spec) != kind_of(self.old.task_specs[row.name])

    def _refused(self, row: Row) -> Refusal | None:
        spec, there = self.old.task_specs[row.name], self.new.task_specs.get(self.there(row.name))
        if there is None:
            return self._gone(row)
        if kind_of(spec) != kind_of(there):
            is_now = WORDS.get(type(there).__name__, type(there).__name__)
            return self._named(
                row.name,
                "retyped",
                f"{{}} is {is_now} in {{version}}{_waits_otherwise(spec, there)}; map it to another step",
            )
        return self._changed(row, spec, there) if row.state & ALIVE else None

    def _gone(self, row: Row) -> Refusal:
        host = self._host(row)
        if host != row.name and self.there(host) in self.new.task_specs:
            return self._named(host, "boundary", OTHER_EVENTS)
        if self.there(host) in drawn(self.transfer.new):
            return self._named(host, "nesting", "{} is in another sub-process in {version}")
        standing = any(each.name == host for each in self.alive)
        where = "it stands at {}" if standing else "it passed {} and still builds on it"
        return self._named(host, "gone", f"{where}, which {{version}} does not have; map it to another step")

    def _host(self, row: Row) -> str:
        """Give the element that people see: of what is around it or waits at its edge, the one that carries it."""
        at_the_edge = isinstance(self.old.task_specs[row.name], BoundaryEvent) and row.state & ALIVE
        if at_the_edge and row.parent is not None:
            return _element(self.rows[row.parent].name)
        return _element(row.name)

    def _changed(self, row: Row, spec: Any, there: Any) -> Refusal | None:
        """Compare what belongs to a step that is being done."""
        mapped = {self.there(name) for name in boundaries_of(self.old, row.name)}
        events = boundaries_of(self.new, there.name)
        if mapped != events:
            return self._named(row.name, "boundary", OTHER_EVENTS)
        if isinstance(spec, LoopTask) and loop_of(self.old, spec) != loop_of(self.new, there):
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
            if not isinstance(spec, UnstructuredJoin) or _ends(spec):
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


def _ends(spec: Any) -> bool:
    return isinstance(spec, _EndJoin)


def _waits_otherwise(spec: Any, there: Any) -> str:
    return " that waits for something else" if type(spec) is type(there) else ""
