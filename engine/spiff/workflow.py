"""SpiffWorkflow's workflow driven to rest by flat scans: its own tree walk stalls silently at depth 1,000."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from datetime import datetime
from itertools import count

from SpiffWorkflow.bpmn import BpmnEvent, BpmnWorkflow
from SpiffWorkflow.bpmn.specs.mixins.events.event_types import CatchingEvent
from SpiffWorkflow.bpmn.specs.mixins.events.intermediate_event import BoundaryEvent
from SpiffWorkflow.bpmn.util.subworkflow import BpmnBaseWorkflow
from SpiffWorkflow.spiff.specs.event_definitions import ErrorEventDefinition, MessageEventDefinition
from SpiffWorkflow.task import Task
from SpiffWorkflow.util.task import TaskState

from engine.spiff.collapse import collapse, from_the_root
from engine.spiff.timers import stored

SHALLOW = 200  # turns without a wait after which the tree is collapsed: the library stops looking at depth 1,000
MAX_STEPS = 10_000  # of one advance: a diagram that loops without waiting ends as an incident, not as a hang
Seen = Callable[[Task], None]


def all_tasks(workflow: BpmnWorkflow) -> Iterator[Task]:
    """Give the tasks of the workflow and its sub-processes."""
    for tree in (*sorted(workflow.subprocesses.values(), key=lambda sub: -sub.depth), workflow):
        yield from list(tree.tasks.values())


def forget_removed(workflow: BpmnWorkflow) -> None:
    """From now on end what belongs to a removed step: the library leaves its waits and its sub-process behind."""
    workflow.task_removed_event.connect(_end_removed)


def _end_removed(tree: BpmnBaseWorkflow, task: Task) -> None:
    top = tree.top_workflow
    top.event_manager.remove_task(task)
    if (sub := top.subprocesses.get(task.id)) is not None:
        sub.cancel()
        del top.subprocesses[task.id]


def settle(workflow: BpmnWorkflow, seen: Seen) -> None:
    """Run everything that is ready and needs no person, and what that makes ready, until all is at rest."""
    steps = count(1)

    def counted(task: Task) -> None:
        if next(steps) > MAX_STEPS:
            message = f"more than {MAX_STEPS} steps without a wait: the diagram loops"
            raise RuntimeError(message)
        seen(task)

    _repeat(workflow, lambda: _run_all(workflow, counted))


def _repeat(workflow: BpmnWorkflow, run: Callable[[], int]) -> int:
    """Run again while there is anything to run; give how many steps were run."""
    total = 0
    for turn in count(1):
        ran = run()
        if not ran:
            break
        total += ran
        if turn % SHALLOW == 0:
            collapse(workflow)
    return total


def _run_all(workflow: BpmnWorkflow, seen: Seen) -> int:
    """Run the sub-processes that there are, the deepest first, each to its rest; then a turn of the process itself."""
    ran = 0
    for number, sub in sorted(workflow.subprocesses.items(), key=lambda each: -each[1].depth):
        ran += _repeat(workflow, lambda tree=sub: _run_ready(tree, seen))  # type: ignore[misc]
        ran += _finished(workflow, number)
    return ran + _run_ready(workflow, seen)


def _run_ready(tree: BpmnBaseWorkflow, seen: Seen) -> int:
    ran = 0
    ready = [task for task in tree.tasks.values() if _is_ready(task)]
    for task in _in_order(tree, ready) if len(ready) > 1 else ready:
        if _is_ready(task) and task.id in tree.tasks and _run(tree.top_workflow, task):
            seen(task)
            ran += 1
            if task.state == TaskState.STARTED or _throws_error(task):
                ran += _interrupt(tree.top_workflow, seen)
    return ran


def _in_order(tree: BpmnBaseWorkflow, tasks: list[Task]) -> list[Task]:
    """Sort what branches side by side have ready, branch by branch."""
    wanted = {task.id for task in tasks}
    return [task for task in from_the_root(tree) if task.id in wanted]


def _is_ready(task: Task) -> bool:
    return bool(task._state == TaskState.READY)  # noqa: SLF001 - the property is slow


def _throws_error(task: Task) -> bool:
    return isinstance(getattr(task.task_spec, "event_definition", None), ErrorEventDefinition)


def _interrupt(workflow: BpmnWorkflow, seen: Seen) -> int:
    """Let the event that caught an error end its host at once: nothing else may run, or fail, in there before."""
    ran = 0
    for task in all_tasks(workflow):
        if task.state == TaskState.READY and isinstance(task.task_spec, BoundaryEvent):
            task.run()
            seen(task)
            ran += 1
    return ran


def _run(workflow: BpmnWorkflow, task: Task) -> bool:
    """Run a step, or do what was ordered in its place; False where it waits for a person."""
    engine = workflow.script_engine
    if engine.interventions is not None and engine.interventions.takes(task):
        return True
    if task.task_spec.manual:
        return False
    engine.running = task
    task.run()
    return True


def _finished(workflow: BpmnWorkflow, number: int) -> int:
    """Let the step go on whose sub-process has ended: the library does so as it looks at the step."""
    if number not in workflow.subprocesses:
        return 0
    host = workflow.get_task_from_id(number)
    if host.state == TaskState.STARTED:
        host.task_spec._update(host)  # noqa: SLF001 - as the library's own loop does
    return int(host.state == TaskState.READY)


def fire_timers(workflow: BpmnWorkflow) -> None:
    """Let every waiting timer look at the horizon."""
    for task in list(workflow.event_manager.tasks.values()):
        if task.state == TaskState.WAITING:
            task.task_spec._update(task)  # noqa: SLF001 - as the library's refresh_timers does


def next_due(workflow: BpmnWorkflow) -> datetime | None:
    """Give the earliest moment at which a timer fires, or None."""
    return min(_dues(workflow).values(), default=None)


def overdue(workflow: BpmnWorkflow, until: datetime) -> set[int]:
    """Give the numbers of the waiting timers that are due up to a moment."""
    return {number for number, due in _dues(workflow).items() if due <= until}


def _dues(workflow: BpmnWorkflow) -> dict[int, datetime]:
    return {
        number: due
        for number, task in workflow.event_manager.tasks.items()
        if task.state == TaskState.WAITING and (due := due_of(task)) is not None
    }


def watches_people(task: Task) -> bool:
    """Tell whether a timer stands at the edge of a person's task: what it measures is how long people take."""
    host = task.workflow.spec.task_specs.get(getattr(task.task_spec.event_definition, "host", ""))
    return bool(host is not None and host.manual)


def due_of(task: Task) -> datetime | None:
    """Give the moment at which the task's timer fires next, or None where it has none (left)."""
    value = task.internal_data.get("event_value")
    if isinstance(value, dict):
        value = value["next"] if value["cycles"] != 0 else None
    return None if value is None else datetime.fromisoformat(value)


def set_due(task: Task, due: datetime) -> None:
    """Let the task's timer, which runs, fire next at a moment."""
    value = task.internal_data["event_value"]
    task.internal_data["event_value"] = {**value, "next": stored(due)} if isinstance(value, dict) else stored(due)


def hold_until(workflow: BpmnWorkflow, earliest: datetime) -> None:
    """Let no timer fire before a moment."""
    for task in workflow.event_manager.tasks.values():
        due = due_of(task)
        if due is not None and due < earliest:
            set_due(task, earliest)


def deliver(workflow: BpmnWorkflow, name: str, payload: dict[str, object]) -> bool:
    """Give a message to whoever waits for it; False where nobody does."""
    event = BpmnEvent(MessageEventDefinition(name), payload=payload)
    return bool(workflow.event_manager.catch(event, internal=False))


def at_rest(workflow: BpmnWorkflow) -> Iterator[Task]:
    """Give the tasks where the instance stands: people's tasks, and what waits for time or messages."""
    for task in all_tasks(workflow):
        drawn = getattr(task.task_spec, "bpmn_id", None)
        if drawn and (is_open(task) or (task.state == TaskState.WAITING and isinstance(task.task_spec, CatchingEvent))):
            yield task


def is_open(task: Task) -> bool:
    """Tell whether the task waits for a person."""
    return bool(task.state == TaskState.READY and task.task_spec.manual)
