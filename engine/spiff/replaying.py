"""Advance a case by a known transition, where all that happened to it is one thing; or learn it from SpiffWorkflow."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

import orjson

from engine.catalogue import Call
from engine.spiff.advance import TASK_DONE, Advanced, Event, OpenTask, Parked, Stimulus, open_task, record
from engine.spiff.scripting import Scripting
from engine.spiff.transitions import START, TIMER, Key, Replayed, Token, Transitions, replay
from engine.write_buffer import WriteBuffer

WAITING = 8  # SpiffWorkflow's TaskState.WAITING, as shapes store it
NOTHING: tuple[list[dict[str, Any]], list[dict[str, Any]], None] = ([], [], None)


@dataclass(frozen=True, slots=True)
class Foreseen:
    """The one thing that happened to a case: which transition it is, and the bindings on which it works."""

    key: Key
    event: Event
    datas: Sequence[dict[str, Any]]
    values: Sequence[Mapping[str, Any]]
    stimulus: Stimulus | None = None

    @property
    def answers(self) -> Mapping[str, Any]:
        """What a finished task adds to the data."""
        done = self.stimulus is not None and self.stimulus.name == TASK_DONE
        return self.stimulus.answers if done and self.stimulus else {}


def foresee(parked: Parked | None, stimuli: Sequence[Stimulus], now: datetime) -> Foreseen | None:
    """Say which transition a case takes; None where several things happened to it at once."""
    if parked is None:
        return None if stimuli else Foreseen((None, START, None), Event("started", ""), *NOTHING[:2])
    datas, values, own = orjson.loads(parked.bindings)
    clocks = {slot: values[slot]["event_value"] for slot in running_clocks(parked.shape)}
    if parked.number is None or own or any(isinstance(due, dict) for due in clocks.values()):
        return None
    overdue = {slot: due for slot, due in clocks.items() if datetime.fromisoformat(due) <= now}
    if (stimuli and overdue) or len(stimuli) > 1:
        return None
    if stimuli:
        return _heard(parked.number, stimuli[0], datas, values)
    if len(set(overdue.values())) != 1:
        return None
    due = next(iter(overdue.values()))
    return Foreseen((parked.number, TIMER, tuple(overdue)), Event("timer", "", {"due": due}), datas, values)


def running_clocks(shape: Sequence[Any]) -> list[int]:
    """Give the bound values of a shape that are running timers."""
    return [entry[7] for tree in shape[2] for entry in tree if entry[4] == WAITING and entry[7] >= 0]


def _heard(
    shape: int, stimulus: Stimulus, datas: Sequence[dict[str, Any]], values: Sequence[Mapping[str, Any]]
) -> Foreseen | None:
    if stimulus.name != TASK_DONE:
        event = Event("message", stimulus.name, {"payload": dict(stimulus.payload)})
        return Foreseen((shape, stimulus.name, None), event, datas, values, stimulus)
    wanted = stimulus.payload["token"]
    slot = next((slot for slot, value in enumerate(values) if value.get("token") == wanted), None)
    if slot is None:
        return None
    event = Event("task_done", "", {"result": stimulus.payload["result"]}, stimulus.payload["by"])
    return Foreseen((shape, TASK_DONE, slot), event, datas, values, stimulus)


def advance_known(foreseen: Foreseen, transitions: Transitions, scripting: Scripting, call: Call) -> Advanced | None:
    """Advance a case by what is known; None, with nothing written, where SpiffWorkflow has to do it."""
    first = transitions.first(foreseen.key)
    if first is None:
        return None
    mark = call.write.mark()
    try:
        scripting.answers = foreseen.answers
        replayed = replay(first, foreseen.datas, foreseen.values, scripting, call.token)
        advanced = None if replayed is None else _advanced(foreseen, replayed, scripting, call)
    except Exception:  # noqa: BLE001 - SpiffWorkflow meets the same error again, and tells where
        advanced = None
    if advanced is None:
        call.write.rewind(mark)
    return advanced


def _advanced(foreseen: Foreseen, replayed: Replayed, scripting: Scripting, call: Call) -> Advanced | None:
    leaf, stimulus = replayed.leaf, foreseen.stimulus
    due_at = min((datetime.fromisoformat(replayed.values[slot]["event_value"]) for slot in leaf.clocks), default=None)
    if due_at is not None and due_at <= call.now:
        return None  # more happens at once
    result = Advanced(stage=call.stage, element=call.element, steps=leaf.steps, due_at=due_at)
    if leaf.taken:
        event = replace(foreseen.event, text=leaf.text)
        record(scripting, result, event, path=leaf.path, waiting=leaf.waiting)
    result.opened = _opened(replayed, scripting, call.token)
    result.closed = {foreseen.values[slot]["token"] for slot in leaf.closed}
    result.ended = leaf.shape is None
    if stimulus is not None:
        result.results[stimulus.id] = "delivered" if leaf.taken else "not_awaited"
    if leaf.shape is not None:
        result.shape, result.bindings = leaf.shape, orjson.dumps([replayed.datas, replayed.values, None])
    return result


def _opened(replayed: Replayed, scripting: Scripting, name: str) -> list[OpenTask]:
    tasks = (Token(each.spec, replayed.by_lineage[each.lineage], scripting) for each in replayed.leaf.opened)
    return [open_task(scripting, task, f"{name}.t{number}") for number, task in enumerate(tasks)]


def proven(foreseen: Foreseen, course: Transitions, scripting: Scripting, call: Call, advanced: Advanced) -> bool:
    """Tell whether a replay of what was just learnt gives to the letter what SpiffWorkflow gave."""
    scratch = replace(call, write=WriteBuffer(call.write.key, call.now))
    again = advance_known(foreseen, course, scripting.afresh(scratch), scratch)
    return again == advanced and scratch.write == call.write
