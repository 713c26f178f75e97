"""What one process does alone, and which processes live; on both databases."""

import subprocess
import sys
from datetime import UTC, datetime, timedelta

import pytest

from engine import duties, processes
from engine.lease import new_token, this_process
from engine.unit_of_work import Database

FORKS = """
import os
from engine.lease import this_process
before = this_process()
child = os.fork()
if not child:
    print("another" if this_process() != before else "the same")
else:
    os.waitpid(child, 0)
"""
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
MINUTE = timedelta(minutes=1)


@pytest.fixture
def other() -> str:
    """A process of another machine: nobody can tell from here whether it lives."""
    return "elsewhere:1:abc"


def hold(database: Database, token: str, at: datetime = NOON, name: str = "day") -> bool:
    with database.unit_of_work() as session:
        return duties.hold(session, name, token, wall=at)


def test_one_of_two_holds_a_duty_and_keeps_it(any_database: Database, other: str) -> None:
    assert hold(any_database, this_process())
    assert not hold(any_database, other)
    assert hold(any_database, this_process(), NOON + MINUTE)
    assert not hold(any_database, other, NOON + MINUTE)
    assert hold(any_database, other, name="census")


def test_a_duty_passes_on_once_its_holder_was_silent_for_a_minute(any_database: Database, other: str) -> None:
    assert hold(any_database, other)
    assert not hold(any_database, this_process(), NOON + MINUTE)
    assert hold(any_database, this_process(), NOON + MINUTE + timedelta(seconds=1))
    assert not hold(any_database, other, NOON + MINUTE)


def test_a_duty_of_a_dead_process_of_this_machine_is_free_at_once(any_database: Database) -> None:
    host = new_token().split(":")[0]
    assert hold(any_database, f"{host}:{2**22 + 1}:abc")  # no process has this number
    assert hold(any_database, this_process())


def test_who_ends_in_good_order_leaves_nothing_behind(any_database: Database, other: str) -> None:
    assert hold(any_database, this_process())
    with any_database.unit_of_work() as session:
        processes.seen(session, this_process(), wall=NOON)
        processes.gone(session, this_process())
        assert processes.alive(session, wall=NOON) == 0
    assert hold(any_database, other)


def test_processes_are_alive_while_they_say_so(any_database: Database, other: str) -> None:
    with any_database.unit_of_work() as session:
        processes.seen(session, other, wall=NOON)
        processes.seen(session, this_process(), wall=NOON + MINUTE)
        assert processes.alive(session, wall=NOON + MINUTE) == 2
        processes.seen(session, this_process(), wall=NOON + 2 * MINUTE)
        assert processes.alive(session, wall=NOON + 2 * MINUTE) == 1


def test_a_fork_is_a_process_of_its_own() -> None:
    mine = this_process()
    (forked,) = subprocess.run(
        [sys.executable, "-c", FORKS], capture_output=True, text=True, check=True
    ).stdout.splitlines()
    assert forked == "another"
    assert this_process() == mine
