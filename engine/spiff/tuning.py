"""Take out of SpiffWorkflow what costs most and gives nothing here: random ids and log extras made eagerly."""

from __future__ import annotations

import itertools
import time

from SpiffWorkflow import task as spiff_task

FIRST_FRESH_ID = 1 << 20  # above every id that a restored tree uses


def _set_state(task: spiff_task.Task, value: int) -> None:
    if value != task._state:  # noqa: SLF001 - this stands in for the method itself
        task.last_state_change = time.time()
        task._state = value  # noqa: SLF001 - as above


def tune() -> None:
    """Give tasks small integer ids and a state change that builds no log record. Idempotent, process-wide."""
    if spiff_task.Task._set_state is not _set_state:  # noqa: SLF001 - pinned to 3.2.0; the walks compare with stock
        spiff_task.uuid4 = itertools.count(FIRST_FRESH_ID).__next__
        spiff_task.Task._set_state = _set_state  # noqa: SLF001 - as above
