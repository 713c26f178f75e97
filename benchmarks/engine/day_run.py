"""Duly's day run: cases per second of the fifth turn, what age and number cost, bytes of state, peak memory.

`python day_run.py turn|age|size|floor COUNT` prints one JSON object; `benchmarks/engine/__main__.py` runs them all.
"""

from __future__ import annotations

import json
import resource
import sqlite3
import sys
import time
from collections.abc import Callable
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from typing import Any

from sqlalchemy import String, bindparam, cast, event, func, insert, literal, select, text
from sqlalchemy.sql.dml import Insert, Update
from world import WEEK, World, world

from engine.tables import Instance
from engine.unit_of_work import Database

FIFTH, OLD = 5, 500
SAMPLE = 20
AGED = 40  # cases that go through all 500 turns
FEW = 10_000
FAR = datetime(2999, 1, 1, tzinfo=UTC)
Transaction = list[tuple[Insert | Update, Any]]


def seconds(work: Callable[[], object]) -> float:
    """Give the CPU seconds that a call takes."""
    started = time.process_time()
    work()
    return time.process_time() - started


def turn(office: World) -> None:
    """Let a week pass, and do all that follows."""
    office.clock.advance(WEEK)
    office.run()


def to_the_fifth(office: World, count: int) -> float:
    """Start cases and bring them to where their fifth turn begins; give the seconds that starting took."""
    started = seconds(lambda: office.start(count))
    for _ in range(FIFTH - 2):
        turn(office)
    return started


def measure_turn(count: int) -> dict[str, float]:
    """Measure the fifth turn of many cases, all due on one day."""
    with world() as office:
        started = to_the_fifth(office, count)
        spent = seconds(lambda: turn(office))
        return {"day_run_cases_per_s": count / spent, "start_per_s": count / started, **state(office, count)}


def state(office: World, count: int) -> dict[str, float]:
    """Give a case's bytes of state: bindings, due date, references, its share of the shapes; and its whole row."""
    own = (
        "SELECT (SELECT sum(length(bindings) + coalesce(length(due_at), 0) + length(business_key) + 8) FROM instance)"
        " + (SELECT sum(length(body)) FROM shape)"
    )
    pages = "SELECT sum(pgsize) FROM dbstat WHERE name LIKE '%instance%' AND name NOT LIKE '%task%'"
    with office.database.reading() as session:
        return {
            "bytes_per_case": session.execute(text(own)).scalar_one() / count,
            "row_bytes_per_case": session.execute(text(pages)).scalar_one() / count,
        }


def measure_age(turns: int) -> dict[str, float]:
    """Compare what a turn of a case costs in its last turns with what it cost around its fifth."""
    with world() as office:
        office.start(AGED)
        spent = [seconds(lambda: turn(office)) for _ in range(turns)]
        return {"age_ratio": median(spent[-SAMPLE:]) / median(spent[FIFTH : FIFTH + SAMPLE])}


def measure_size(count: int) -> dict[str, float]:
    """Compare what a due case costs among `count` parked ones with what it costs among a hundredth of them."""
    with world() as office:
        few = min(FEW, count // 10)
        to_the_fifth(office, few // 5)
        multiply(office, few)
        alone = due_cost(office, few // 5)
        multiply(office, count)
        crowded = due_cost(office, few // 5)
        peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
        return {"size_ratio": crowded / alone, "peak_mb": peak}


def due_cost(office: World, due: int) -> float:
    """Give the seconds of a turn in which `due` cases are due, the lesser of two turns."""
    return min(seconds(lambda: turn(office)) for _ in range(2)) / due


def multiply(office: World, count: int) -> None:
    """Park copies of the running cases, due in a far year, until there are `count` in all."""
    table = Instance.__table__
    copied = {column.name: column for column in table.columns if column.name != "id"}
    copied["business_key"] = literal("copy:") + bindparam("turn") + literal(":") + cast(table.c.id, String)
    copied["due_at"] = bindparam("far", FAR)
    original = table.c.business_key.like("case:%")
    copy = insert(table).from_select(list(copied), select(*copied.values()).where(original))
    with office.database.unit_of_work() as session:
        there = session.scalar(select(func.count()).select_from(table)) or 0
        due = session.scalar(select(func.count()).select_from(table).where(original)) or 1
        for turn_ in range(there, count, due):
            session.connection().execute(copy, {"turn": str(turn_)})
        session.execute(text("ANALYZE"))


def measure_floor(count: int) -> dict[str, float]:
    """Write again, by SQLAlchemy Core and `executemany` alone, the very rows that a fifth turn of Duly wrote."""
    with world() as office, TemporaryDirectory() as folder:
        to_the_fifth(office, count)
        copy = Path(folder) / "floor.sqlite"
        with (
            closing(sqlite3.connect(office.database.engine.url.database or "")) as used,
            closing(sqlite3.connect(copy)) as kept,
        ):
            used.backup(kept)
        written = _captured(office)
        floor = Database(f"sqlite:///{copy}")
        spent = seconds(lambda: _write_again(floor, written))
        return {"floor_cases_per_s": count / spent}


def _captured(office: World) -> list[Transaction]:
    """Let a turn pass; give what it wrote, transaction by transaction."""
    written: list[Transaction] = [[]]

    def keep(_connection: Any, statement: Any, many: Any, one: Any, _options: Any) -> None:
        if isinstance(statement, Insert | Update):
            written[-1].append((statement, many or one))

    event.listen(office.database.engine, "before_execute", keep)
    event.listen(office.database.engine, "commit", lambda _connection: written.append([]))
    turn(office)
    return [transaction for transaction in written if transaction]


def _write_again(database: Database, written: list[Transaction]) -> None:
    for transaction in written:
        with database.engine.begin() as connection:
            for statement, rows in transaction:
                connection.execute(statement, rows)


MEASURES = {"turn": measure_turn, "age": measure_age, "size": measure_size, "floor": measure_floor}

if __name__ == "__main__":
    print(json.dumps(MEASURES[sys.argv[1]](int(sys.argv[2]))))
