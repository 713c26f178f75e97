"""The built-in stand-in for the staff, as the day run calls it."""

from __future__ import annotations

from collections.abc import Callable

from service_tasks.robot import work
from web.context import Context


def staff_robot(parts: Context) -> Callable[[], int]:
    """Give a function that completes what waits for people now and says how much it was."""

    def staff() -> int:
        with parts.unit_of_work() as session:
            return work(session, now=parts.now(), today=parts.today())

    return staff
