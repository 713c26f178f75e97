"""Record stored states of this release, to be resumed by every later one: `python -m tests.engine.golden.record 0.1.0`.

Run it once for each release that changes how instances are stored, and keep what older releases left: a state that
somebody has in a database must be readable for ever. Each file holds a state as it is stored, and what happens next.
"""

from __future__ import annotations

import json
import random
import sys
from datetime import datetime
from pathlib import Path
from typing import Any

import orjson

from engine.spiff.advance import Parked, Stimulus
from tests.engine.toys import MONDAY
from tests.engine.walks.diagrams import ALL
from tests.engine.walks.engines import Ours
from tests.engine.walks.sight import open_tasks

FOLDER = Path(__file__).parent
PARKED_AFTER, FOLLOWED = 7, 8  # steps


def act(engine: Ours, now: datetime, action: dict[str, Any]) -> None:
    """Do what an action says: finish a task, tell a message, or let time pass until `now`."""
    stimulus = None
    if "finish" in action:
        stimulus = engine.task_done(now, action["finish"], action["answers"])
    elif "tell" in action:
        stimulus = Stimulus(1, action["tell"], action["payload"])
    engine.step(now, stimulus)


def seen(engine: Ours, now: datetime) -> dict[str, Any]:
    """Give what is to be the same for ever, as plain JSON."""
    sight = engine.look(now)
    seen = {"tokens": sight.tokens, "due": sight.due, "ended": sight.ended, "calls": engine.calls}
    plain: dict[str, Any] = orjson.loads(orjson.dumps(seen))
    return plain


def recorded(name: str) -> tuple[bytes, dict[str, Any]] | None:
    """Go some steps, store, go on; give the diagram and the record, or None where it had ended too early."""
    chance, diagram, now = random.Random(name), ALL[name][0]().xml(), MONDAY  # noqa: S311 - the same course every time
    engine = Ours(diagram, now)
    for _step in range(PARKED_AFTER):
        now, action = chosen(engine, now, chance)
        act(engine, now, action)
        if engine.ended:
            return None
    stored = {"shape": engine.parked.shape, "bindings": orjson.loads(engine.parked.bindings), "round": engine.round}
    begun, engine.calls[:] = {"now": now.isoformat(), "stands": seen(engine, now)["tokens"]}, []
    steps = []
    for _step in range(FOLLOWED):
        if not engine.ended:
            now, action = chosen(engine, now, chance)
            act(engine, now, action)
            steps.append({"now": now.isoformat(), **action, "then": seen(engine, now)})
    return diagram, {**stored, **begun, "steps": steps}


def chosen(engine: Ours, now: datetime, chance: random.Random) -> tuple[datetime, dict[str, Any]]:
    """Choose what happens next, and when."""
    open_now, drawn = len(open_tasks(engine.restored(now))), chance.random()
    if open_now and drawn < 0.6:
        answers = {"go": chance.random() < 0.5, "answer": chance.choice(("yes", "no")), "number": chance.randrange(6)}
        return now, {"finish": chance.randrange(open_now), "answers": {**answers, "reply": "a", "stop": False}}
    if engine.due is not None and drawn < 0.9:
        return max(now, engine.due), {}
    return now, {"tell": chance.choice(("paid", "sent")), "payload": {}}


def resumed(diagram: bytes, record: dict[str, Any]) -> Ours:
    """Give an engine that stands where a record was stored."""
    engine = Ours(diagram, MONDAY)
    engine.parked = Parked(record["shape"], orjson.dumps(record["bindings"]))
    engine.round = record["round"]
    engine.calls.clear()
    return engine


def main(release: str) -> None:
    folder = FOLDER / release
    folder.mkdir()
    for name in ALL:
        if (made := recorded(name)) is not None:
            path = folder / name.replace(" ", "_")
            path.with_suffix(".bpmn").write_bytes(made[0])
            path.with_suffix(".json").write_text(json.dumps(made[1], separators=(",", ":")) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main(sys.argv[1])
