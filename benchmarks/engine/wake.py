"""How long a person waits after finishing a task, while a day run is on: in milliseconds, commit included.

The day run goes on in a process of its own over the same SQLite file; here a person finishes one task after the other.
"""

from __future__ import annotations

import json
import multiprocessing
import sys
import time
from datetime import timedelta

from world import WEEK, World, world

from engine import worklist
from engine.unit_of_work import Database

LATER = timedelta(days=1)  # the person's cases are not due when the day run's are
PAUSE_S = 0.03


def day_run(url: str, until: multiprocessing.synchronize.Event) -> None:
    """Run day after day until told to stop."""
    office = World(Database(url))
    while not until.is_set():
        office.clock.advance(WEEK)
        office.worker.run_due()
        office.dispatcher.run_due()


def main(count: int, finished: int) -> None:
    with world() as office:
        office.start(count)
        tasks = office.open_tasks(finished)
        with office.database.unit_of_work() as session:  # theirs shall not come up in the day run
            session.connection().exec_driver_sql(
                f"UPDATE instance SET due_at = '2999-01-01 00:00:00.000000' WHERE id IN"  # noqa: S608 - numbers
                f" ({', '.join(str(task.instance_id) for task in tasks)})"
            )
        context = multiprocessing.get_context("spawn")
        stop = context.Event()
        beside = context.Process(target=day_run, args=(office.database.url, stop))
        beside.start()
        try:
            time.sleep(3)
            waits = [_finish(office, task.id, task.business_key) for task in tasks]
        finally:
            stop.set()
            beside.join()
    waits.sort()
    print(json.dumps({"wake_p50_ms": waits[len(waits) // 2], "wake_p99_ms": waits[int(len(waits) * 0.99)]}))


def _finish(office: World, task_id: int, key: str) -> float:
    time.sleep(PAUSE_S)
    with office.database.people_first():  # as the page does (web/turn.py)
        with office.database.unit_of_work() as session:
            worklist.complete(session, task_id, by="anna", result={"promised": False}, now=office.clock.now())
        started = time.perf_counter()
        office.worker.wake(key)
        return (time.perf_counter() - started) * 1000


if __name__ == "__main__":
    main(int(sys.argv[1]), int(sys.argv[2]))
