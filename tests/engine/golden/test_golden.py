"""States that earlier releases have stored are resumed, and go on as they did then."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path

import pytest

from tests.engine.golden.record import FOLDER, act, resumed, seen

STORED = sorted(FOLDER.glob("*/*.json"))
RELEASES = {"0.1.0"}


def test_the_states_of_every_release_are_here() -> None:
    assert {path.parent.name for path in STORED} == RELEASES


@pytest.mark.parametrize("path", STORED, ids=lambda path: f"{path.parent.name}-{path.stem}")
def test_a_stored_state_is_resumed_for_ever(path: Path) -> None:
    record = json.loads(path.read_text(encoding="utf-8"))
    engine = resumed(path.with_suffix(".bpmn").read_bytes(), record)
    assert seen(engine, datetime.fromisoformat(record["now"]))["tokens"] == record["stands"]
    for step in record["steps"]:
        now = datetime.fromisoformat(step["now"])
        act(engine, now, step)
        assert seen(engine, now) == step["then"]
