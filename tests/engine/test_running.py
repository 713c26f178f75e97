"""An instance's life: waits, messages, people, errors; saved and restored at every step."""

from __future__ import annotations

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from engine import history, incidents, instances, operations, worklist
from engine.errors import Conflict
from engine.tables import HistoryRow, InboxRow, Incident, Instance, OutboxRow
from tests.engine.toys import PAID, REFUSED, Drawing, World, after


def reminders() -> Drawing:
    """Two reminders a week apart inside a sub-process that `paid` interrupts."""
    inner = Drawing()
    inner.start("s")
    inner.say("first", stage="one")
    inner.wait("week1", stage="one")
    inner.say("second", stage="two")
    inner.wait("week2", stage="two")
    inner.end("e")
    inner.flow("s", "first", "week1", "second", "week2", "e")
    outer = Drawing()
    outer.start()
    outer.sub("collect", inner)
    outer.boundary("paid", "collect", PAID)
    outer.end("gave_up")
    outer.end("all_paid")
    outer.flow("start", "collect", "gave_up")
    outer.flow("paid", "all_paid")
    return outer


def said(world: World) -> int:
    with world.database.reading() as session:
        return len(session.scalars(select(OutboxRow.id)).all())


def test_a_case_runs_to_its_wait_and_on_when_it_is_over(world: World) -> None:
    world.deploy(reminders())
    world.begin("case:1")
    instance = world.instance("case:1")
    assert (instance.status, instance.stage, instance.element) == ("running", "one", "week1")
    assert instance.due_at is not None
    assert instance.due_at.date().isoformat() == "2026-03-09"
    assert world.pass_days(6).advanced == 0
    assert world.pass_days(1).advanced == 1
    assert world.instance("case:1").stage == "two"
    world.pass_days(7)
    assert world.instance("case:1").status == "ended"
    assert world.path_of("case:1")[-1] == "gave_up"


def test_paid_interrupts_at_any_moment(world: World) -> None:
    world.deploy(reminders())
    world.begin("case:1")
    world.tell("case:1", "paid")
    world.worker.run_due()
    assert world.instance("case:1").outcome == "all_paid"
    assert said(world) == 1


def test_a_message_wins_over_a_timer_that_was_overdue_but_had_not_fired(world: World) -> None:
    world.deploy(reminders())
    world.begin("case:1")
    world.tell("case:1", "paid")
    world.pass_days(9)
    assert world.instance("case:1").outcome == "all_paid"
    assert said(world) == 1


def test_after_an_outage_the_next_wait_begins_when_its_stage_is_entered(world: World) -> None:
    world.deploy(reminders())
    world.begin("case:1")
    world.pass_days(100)
    instance = world.instance("case:1")
    assert instance.stage == "two"
    assert instance.due_at == world.clock.now() + timedelta(days=7)


def test_what_reaches_an_ended_case_is_kept_and_marked(world: World) -> None:
    world.deploy(reminders())
    world.begin("case:1")
    world.tell("case:1", "paid", "a")
    world.worker.run_due()
    world.tell("case:1", "paid", "b")
    world.worker.run_due()
    with world.database.reading() as session:
        assert [row.result for row in session.scalars(select(InboxRow).order_by(InboxRow.id))] == ["delivered", "ended"]


def test_a_message_that_nobody_awaits_changes_nothing(world: World) -> None:
    world.deploy(reminders())
    world.begin("case:1")
    world.tell("case:1", "sent")
    world.worker.run_due()
    assert world.instance("case:1").element == "week1"


def asking() -> Drawing:
    drawing = Drawing()
    drawing.start()
    drawing.ask("ask", stage="phone")
    drawing.boundary("late", "ask", after('@"P3D"'), interrupting=False)
    drawing.say("nag")
    drawing.end("nagged")
    drawing.end()
    drawing.flow("start", "ask", "end")
    drawing.flow("late", "nag", "nagged")
    return drawing


def test_a_user_task_waits_in_the_worklist_with_its_text(world: World) -> None:
    world.deploy(asking())
    world.begin("case:1")
    (task,) = world.tasks("case:1")
    assert (task.name, task.role, task.stage, task.instructions) == ("Ask", "collector", "phone", "Ask about 100")
    world.finish("case:1")
    assert world.instance("case:1").status == "ended"
    assert world.tasks("case:1", "done")[0].done_by == "anna"


def test_a_reminder_of_the_task_leaves_the_task_open(world: World) -> None:
    world.deploy(asking())
    world.begin("case:1")
    world.pass_days(3)
    assert said(world) == 1
    assert len(world.tasks("case:1")) == 1
    world.finish("case:1")
    assert world.instance("case:1").status == "ended"


def test_of_two_who_finish_the_same_task_the_second_is_told_who_was_first(world: World) -> None:
    world.deploy(asking())
    world.begin("case:1")
    (task,) = world.tasks("case:1")
    world.finish("case:1")
    with pytest.raises(Conflict, match="was done by anna on 2026-03-02"), world.database.unit_of_work() as session:
        worklist.complete(session, task.id, by="ben", result={}, now=world.clock.now())


def test_a_finished_task_can_be_taken_back_until_its_delay_has_passed(world: World) -> None:
    world.deploy(asking())
    world.begin("case:1")
    (task,) = world.tasks("case:1")
    now, delay = world.clock.now(), timedelta(minutes=10)
    with world.database.unit_of_work() as session:
        worklist.complete(session, task.id, by="anna", result={}, now=now, delay=delay)
    world.worker.run_due()
    with world.database.unit_of_work() as session:
        worklist.undo(session, task.id, by="anna", now=now)
    world.clock.advance(delay)
    world.worker.run_due()
    assert [each.id for each in world.tasks("case:1")] == [task.id]
    with world.database.unit_of_work() as session:
        worklist.complete(session, task.id, by="anna", result={}, now=world.clock.now(), delay=delay)
    world.clock.advance(delay)
    world.worker.run_due()
    with pytest.raises(Conflict, match="gone on"), world.database.unit_of_work() as session:
        worklist.undo(session, task.id, by="anna", now=world.clock.now())


def refusing(*, caught: bool) -> Drawing:
    drawing = Drawing()
    drawing.start()
    drawing.say("act", operator="refuse")
    drawing.end()
    drawing.flow("start", "act", "end")
    if caught:
        drawing.boundary("no", "act", REFUSED)
        drawing.end("refused")
        drawing.flow("no", "refused")
    return drawing


def test_a_business_error_leads_to_its_boundary_event(world: World) -> None:
    world.deploy(refusing(caught=True))
    world.begin("case:1")
    assert world.instance("case:1").outcome == "refused"
    assert "end" not in world.path_of("case:1")


def test_a_business_error_that_nobody_catches_is_an_incident(world: World) -> None:
    world.deploy(refusing(caught=False))
    world.begin("case:1")
    assert world.instance("case:1").status == "stuck"


def stumbling() -> Drawing:
    drawing = Drawing()
    drawing.start()
    drawing.say("before")
    drawing.say("act", operator="stumble")
    drawing.end()
    drawing.flow("start", "before", "act", "end")
    return drawing


def test_one_bad_case_never_stops_its_neighbours_and_leaves_nothing_half_done(world: World) -> None:
    world.deploy(stumbling())
    world.facts["case:2"] = {"broken": True}
    counts = world.begin("case:1", "case:2", "case:3")
    assert (counts.ended, counts.incidents) == (2, 1)
    assert said(world) == 2
    with world.database.reading() as session:
        incident = session.scalars(select(Incident)).one()
    assert incident.element == "act"
    assert "ZeroDivisionError" in incident.error


def test_a_stuck_case_goes_on_when_a_person_lets_it_try_again(world: World) -> None:
    world.deploy(stumbling())
    world.facts["case:1"] = {"broken": True}
    world.begin("case:1")
    world.facts["case:1"] = {}
    with world.database.unit_of_work() as session:
        (incident,) = incidents.unresolved(session)
        operations.retry(session, incident.business_key, operations.Deed("adam", "mended", world.clock.now()))
    world.worker.wake("case:1")
    assert world.instance("case:1").status == "ended"
    with world.database.reading() as session:
        assert incidents.unresolved(session) == []


def test_a_temporary_error_is_tried_again_by_itself_with_growing_pauses(world: World) -> None:
    world.deploy(stumbling())
    world.facts["case:1"] = {"down": True}
    world.begin("case:1")
    for _ in range(2):
        world.pass_days(1 / 24)
    with world.database.reading() as session:
        assert session.scalars(select(Incident.attempts)).one() == 3
    world.facts["case:1"] = {}
    world.pass_days(1)
    assert world.instance("case:1").status == "ended"
    assert said(world) == 1


def test_a_suspended_case_keeps_the_time_its_wait_had_left(world: World) -> None:
    world.deploy(reminders())
    world.begin("case:1")
    world.pass_days(3)
    with world.database.unit_of_work() as session:
        instances.suspend(session, key="case:1", by="sue", reason="dispute", now=world.clock.now())
    world.pass_days(50)
    assert world.instance("case:1").stage == "one"
    with world.database.unit_of_work() as session:
        instances.resume(session, key="case:1", by="sue", reason="clarified", now=world.clock.now())
    world.worker.run_due()
    assert world.instance("case:1").due_at == world.clock.now() + timedelta(days=4)
    world.pass_days(4)
    assert world.instance("case:1").stage == "two"


def test_a_suspension_ends_by_itself_when_that_was_agreed(world: World) -> None:
    world.deploy(reminders())
    world.begin("case:1")
    until = world.clock.now() + timedelta(days=10)
    with world.database.unit_of_work() as session:
        instances.suspend(session, key="case:1", by="sue", reason="promise", now=world.clock.now(), until=until)
    world.pass_days(10)
    assert world.instance("case:1").status == "running"
    assert world.instance("case:1").due_at == until + timedelta(days=7)


def test_after_an_agreed_end_that_nobody_noticed_the_clocks_have_run_on_from_it(world: World) -> None:
    world.deploy(reminders())
    world.begin("case:1")
    start = world.clock.now()
    world.pass_days(3)
    with world.database.unit_of_work() as session:
        until = start + timedelta(days=10)
        now = world.clock.now()
        instances.suspend(session, key="case:1", by="sue", code="insolvency", reason="", now=now, until=until)
        view = instances.views(session, ["case:1"])["case:1"]
        assert (view.suspend_code, view.suspended_until) == ("insolvency", until)
    world.clock.advance(timedelta(days=8))
    world.worker.run_due()
    assert world.instance("case:1").due_at == start + timedelta(days=14)
    assert world.instance("case:1").suspend_code is None


def test_an_agreed_end_that_was_noticed_too_late_for_the_wait_lets_the_next_wait_begin_then(world: World) -> None:
    world.deploy(reminders())
    world.begin("case:1")
    world.pass_days(3)
    with world.database.unit_of_work() as session:
        now = world.clock.now()
        instances.suspend(session, key="case:1", by="sue", reason="r", now=now, until=now + timedelta(days=1))
    world.tell("case:1", "sent")
    world.worker.run_due()
    world.pass_days(30)
    instance = world.instance("case:1")
    assert (instance.stage, instance.due_at) == ("two", world.clock.now() + timedelta(days=7))


def test_paid_is_heard_by_a_suspended_case(world: World) -> None:
    world.deploy(reminders())
    world.begin("case:1")
    with world.database.unit_of_work() as session:
        instances.suspend(session, key="case:1", by="sue", reason="dispute", now=world.clock.now())
    world.tell("case:1", "paid")
    world.pass_days(30)
    assert world.instance("case:1").outcome == "all_paid"
    assert said(world) == 1


def test_old_cases_finish_on_their_version_and_new_ones_start_on_the_next(world: World) -> None:
    world.deploy(reminders())
    world.begin("case:1")
    world.deploy(asking())
    world.begin("case:2")
    world.pass_days(7)
    world.pass_days(7)
    assert world.path_of("case:1")[-1] == "gave_up"
    assert [task.name for task in world.tasks("case:2")] == ["Ask"]


def test_the_record_is_chained_and_a_changed_row_is_found(world: World) -> None:
    world.deploy(reminders())
    world.begin("case:1")
    with world.database.unit_of_work() as session:
        history.record(session, "case:1", who="anna", kind="note", text="called", now=world.clock.now())
    world.pass_days(20)
    with world.database.unit_of_work() as session:
        assert history.verify(session, "case:1") == []
        session.execute(update(HistoryRow).where(HistoryRow.kind == "note").values(text="never called"))
        (finding,) = history.verify(session, "case:1")
    assert "was changed" in finding


def test_a_worker_that_slept_past_its_lease_cannot_write(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    world.deploy(reminders())
    world.begin("case:1")
    slow = world.new_worker()
    write = slow._write

    def overtaken(*args: object) -> object:
        with world.database.unit_of_work() as session:
            session.execute(update(Instance).values(lease_until=None, lease_token=None))
        world.worker.run_due()
        return write(*args)  # type: ignore[arg-type]

    monkeypatch.setattr(slow, "_write", overtaken)
    world.clock.advance(timedelta(days=7))
    assert slow.run_due().advanced == 0
    assert said(world) == 2
