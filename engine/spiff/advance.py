"""What an advance is given, what comes of it, and how it is put on record, whichever way it was computed."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from engine.spiff.scripting import Scripting
from engine.spiff.timers import as_moment

TASK_DONE = "$task_done"


@dataclass(frozen=True, slots=True)
class Stimulus:
    """Something that happened to a case: a message, or a person's finished task (TASK_DONE)."""

    id: int
    name: str
    payload: Mapping[str, Any]

    @property
    def answers(self) -> dict[str, Any]:
        """What a finished task adds to the data of its case."""
        return {**self.payload["result"], "done_by": self.payload["by"]}


@dataclass(frozen=True, slots=True)
class Parked:
    """An instance at rest as it is stored; `number` names the shape within the process that loaded it."""

    shape: list[Any]
    bindings: bytes
    number: int | None = None


@dataclass(frozen=True, slots=True)
class OpenTask:
    """A task that began to wait for a person."""

    token: str
    element: str
    name: str
    form: str
    role: str
    stage: str
    instructions: str
    due_at: datetime | None
    annotation_required: bool
    four_eyes: str | None


@dataclass(slots=True)
class Advanced:
    """What came of an advance; `shape` and `bindings` are None once the instance has ended."""

    shape: bytes | None = None
    bindings: bytes | None = None
    due_at: datetime | None = None
    ended: bool = False
    stage: str = ""
    element: str = ""
    steps: int = 0
    opened: list[OpenTask] = field(default_factory=list)
    closed: set[str] = field(default_factory=set)
    results: dict[int, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Event:
    """What set an advance going, as the record says it; `who` None is Duly itself."""

    kind: str
    text: str
    detail: Mapping[str, Any] = field(default_factory=dict)
    who: str | None = None


def record(
    scripting: Scripting, result: Advanced, event: Event, *, path: Sequence[str], waiting: Sequence[str]
) -> None:
    """Put an advance on record with its path and where the instance stands now, and the stage that it entered."""
    write = scripting.write
    detail = {**event.detail, "path": list(path), "waiting": list(waiting)}
    first = path[0] if path else ""
    write.history(kind=event.kind, text=event.text, detail=detail, element=first, stage=result.stage)
    if event.who is not None:
        write.record[-1]["who"] = event.who
    enter(scripting, result, waiting[0] if waiting else (path or [""])[-1])


def enter(scripting: Scripting, result: Advanced, element: str) -> None:
    """Let the instance stand at an element, and put on record the stage that it enters with it."""
    write, programme = scripting.write, scripting.programme
    result.element = element
    stage = programme.stage_of(result.element)
    if stage and stage != result.stage:
        result.stage = stage
        write.history(kind="stage", text=stage, element=result.element, stage=stage)


def open_task(scripting: Scripting, task: Any, token: str) -> OpenTask:
    """Describe a task that begins to wait for a person; `task` has its specification and data."""
    spec = task.task_spec
    drawn = scripting.programme.properties(spec.bpmn_id)
    text = (scripting.programme.elements.get(spec.bpmn_id) or {}).get("instructionsForEndUser") or ""
    due = drawn.get("due")
    return OpenTask(
        token=token,
        element=spec.bpmn_id,
        name=spec.bpmn_name or spec.bpmn_id,
        form=drawn.get("form", ""),
        role=drawn.get("role", ""),
        stage=drawn.get("stage", ""),
        instructions=scripting.fill(task, text),
        due_at=as_moment(scripting.evaluate(task, due), scripting) if due else None,
        annotation_required=drawn.get("annotation") == "required",
        four_eyes=drawn.get("four_eyes"),
    )
