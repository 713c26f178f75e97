import logging
import sqlite3
from concurrent.futures import ThreadPoolExecutor
from contextlib import closing
from datetime import timedelta

import pytest
from sqlalchemy import select

from engine import duties
from engine.clock import SystemClock, VirtualClock
from engine.tables import Instance
from tests.databases import ON_POSTGRESQL
from tests.web.conftest import MONDAY, SignIn
from tests.web.small_world import bring_in
from web import scheduler
from web.context import Context
from web.day_run import begin_today, last_day
from web.scheduler import Routine


def test_a_day_begins_once(parts: Context) -> None:
    assert scheduler.do_day(parts) is True
    assert scheduler.do_day(parts) is False
    assert last_day(parts.database) == MONDAY.date()


def test_a_day_is_begun_by_the_process_that_holds_the_duty(parts: Context) -> None:
    elsewhere, wall = "elsewhere:1:abc", SystemClock().now()
    day = next(routine for routine in scheduler.ROUTINES if routine.name == "day")
    with parts.unit_of_work() as session:
        assert duties.hold(session, "day", elsewhere, wall=wall)
    scheduler.do_routine(day, parts)
    assert last_day(parts.database) is None
    with parts.unit_of_work() as session:
        duties.let_go(session, elsewhere)
    scheduler.do_routine(day, parts)
    assert last_day(parts.database) == MONDAY.date()


def test_of_two_processes_that_begin_a_day_at_once_one_does(parts: Context) -> None:
    with ThreadPoolExecutor(2) as both:
        begun = list(both.map(lambda _: begin_today(parts.database, parts.today(), parts.now()), range(2)))
    assert sorted(begun) == [False, True]


def test_a_failing_routine_does_not_stop_the_others(parts: Context, caplog: pytest.LogCaptureFixture) -> None:
    def fail(_parts: Context) -> object:
        raise ZeroDivisionError

    scheduler.do_routine(Routine("letters", 5, fail), parts)
    assert "letters failed; tried again in 5 s" in caplog.text


def test_after_a_long_rest_a_person_wakes_duly(parts: Context, clock: VirtualClock, sign_in: SignIn) -> None:
    begin_today(parts.database, parts.today(), parts.now())
    clock.advance(timedelta(days=32))
    done: list[Context] = []
    scheduler.do_routine(Routine("due work", 1, done.append), parts)
    assert done == []
    scheduler.do_routine(Routine("jobs", 1, done.append, rests=False), parts)
    assert done == [parts]
    assert "cases rest and nothing is sent" in sign_in("administrator").get("/profile").text
    assert "cases rest" not in sign_in("collector").get("/profile").text


def test_a_worker_whose_server_died_before_it_began_stops(parts: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("signal.signal", lambda *_: None)
    scheduler.run_forever(parts, routines=(), parent=2**22 + 1)  # no process has this number


def test_routines_are_called_by_their_names_and_late_ones_are_no_news(parts: Context) -> None:
    built = scheduler.build_scheduler(parts, scheduler.ROUTINES)
    assert [job.name for job in built.get_jobs()] == ["sign of life", "day", "jobs", "due work", "outbox", "census"]
    assert not logging.getLogger("apscheduler.scheduler").isEnabledFor(logging.WARNING)


@pytest.mark.skipif(ON_POSTGRESQL, reason="what is locked here is SQLite's file")
def test_a_database_that_another_program_holds_is_told_in_a_line_and_waited_for(
    parts: Context, caplog: pytest.LogCaptureFixture, monkeypatch: pytest.MonkeyPatch
) -> None:
    bring_in(parts)
    monkeypatch.setattr("engine.unit_of_work.BUSY_TIMEOUT_MS", 50)
    due = next(routine for routine in scheduler.ROUTINES if routine.name == "due work")
    with closing(sqlite3.connect(parts.settings.folder / "duly.sqlite", isolation_level=None)) as other:
        other.execute("BEGIN EXCLUSIVE")
        scheduler.do_routine(due, parts)
    assert "another program holds the database for itself" in caplog.text
    assert "Traceback" not in caplog.text
    scheduler.do_routine(due, parts)
    with parts.reading() as session:
        assert set(session.scalars(select(Instance.status))) == {"running"}
