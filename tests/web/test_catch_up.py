"""After a gap nothing rushes: the worker notices it, people see what is held and let it go, by page and command."""

import json
from collections.abc import Callable
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from click.testing import CliRunner
from playwright.sync_api import Page, expect
from sqlalchemy import func, select

from connectors.receivable_files import parse_profile
from engine import gaps, history, holds
from engine.clock import VirtualClock
from engine.errors import Conflict
from engine.settings_table import set_setting
from engine.tables import Instance, OutboxRow
from receivables.case import Case
from tests.web.conftest import OpenAs, SignIn
from tests.web.small_world import PROFILE, bring_in
from web import catch_up, scheduler
from web.clock import SETTING as CLOCK
from web.commands import duly
from web.context import Context
from web.day_run import DayRun, last_day
from web.queries.catch_up import Standing, standing
from web.receiving import take_in
from web.sending import Mode, switch

WARSAW = ZoneInfo("Europe/Warsaw")
DAY = timedelta(days=1)
DUE = next(each for each in scheduler.ROUTINES if each.name == "due work")
NOVAK_LATER = b"""invoice,customer,name,issued,due,amount,currency
C-1,C3,Lang,2026-02-01,2026-03-01,90.00,EUR
"""


def work(parts: Context) -> None:
    """Do every routine of the worker once."""
    for routine in scheduler.ROUTINES:
        scheduler.do_routine(routine, parts)


@pytest.fixture
def world(parts: Context, clock: VirtualClock) -> Context:
    """Two cases that got their first reminder, whose waits end while Duly is down."""
    bring_in(parts)
    work(parts)
    work(parts)
    clock.advance(timedelta(minutes=2))
    work(parts)
    assert {stage_of(parts, number) for number in (1, 2)} == {"first_reminder"}
    return parts


@pytest.fixture
def back(world: Context, clock: VirtualClock) -> Context:
    """The worker is back after sixteen days."""
    clock.advance(16 * DAY)
    work(world)
    return world


def stage_of(parts: Context, number: int) -> str:
    with parts.reading() as session:
        return session.scalars(select(Instance.stage).where(Instance.business_key == f"case:{number}")).one()


def now_standing(parts: Context) -> Standing:
    with parts.reading() as session:
        return standing(session) or pytest.fail("nothing is held")


def command(parts: Context, *words: str) -> str:
    result = CliRunner().invoke(duly, ["catch-up", *words], obj=parts)
    assert result.exit_code == 0, result.output
    return result.output


def test_weekends_are_no_gap() -> None:
    friday, monday = datetime(2026, 2, 27, 16, tzinfo=UTC), datetime(2026, 3, 2, 8, tzinfo=UTC)
    assert catch_up.time_on_weekdays(friday, monday, WARSAW) == timedelta(hours=16)
    assert catch_up.time_on_weekdays(friday, monday + DAY, WARSAW) == timedelta(hours=40)
    summer = datetime(2026, 3, 27, 12, tzinfo=UTC)  # the clocks go forward on the Sunday
    assert catch_up.time_on_weekdays(summer, summer + 4 * DAY, WARSAW) == timedelta(hours=11 + 38)


def test_an_office_that_is_shut_at_the_weekend_has_no_gap(world: Context, clock: VirtualClock) -> None:
    clock.set(datetime(2026, 3, 6, 17, tzinfo=UTC))
    work(world)
    clock.set(datetime(2026, 3, 9, 8, tzinfo=UTC))
    work(world)
    with world.reading() as session:
        assert holds.open_holds(session) == []


def test_after_a_gap_nothing_fires_and_it_is_told(
    world: Context, clock: VirtualClock, caplog: pytest.LogCaptureFixture
) -> None:
    clock.advance(16 * DAY)
    for _ in range(3):
        work(world)
        clock.advance(timedelta(minutes=2))
    assert {stage_of(world, number) for number in (1, 2)} == {"first_reminder"}
    assert caplog.text.count("what fell due is held") == 1
    found = now_standing(world)
    assert (found.cases, found.messages, found.decided) == (2, 0, False)
    assert {each.strategy for each in found.groups} == {"standard_b2b"}


def test_what_fell_overdue_in_the_gap_is_opened_and_held_with_the_rest(world: Context, clock: VirtualClock) -> None:
    bring_in_later(world)
    clock.advance(16 * DAY)
    scheduler.do_routine(DUE, world)
    clock.advance(timedelta(seconds=8))  # the day's own turn comes later
    work(world)
    with world.reading() as session:
        assert session.scalar(select(func.count(Case.id))) == 3
        statuses = select(Instance.status).where(Instance.business_key == "case:3")
        assert session.scalars(statuses).one() == "new"
    assert now_standing(world).cases == 3


def bring_in_later(parts: Context) -> None:
    with parts.unit_of_work() as session:
        take_in(parts, session, NOVAK_LATER, "l.csv", parse_profile(PROFILE), as_of=parts.today(), by="supervisor")


def test_the_worker_lets_portions_go_on_business_days_by_itself(back: Context, clock: VirtualClock) -> None:
    assert clock.now().astimezone(WARSAW).weekday() == 2  # Wednesday
    clock.advance(2 * DAY)  # Friday: 1 of 2
    beat(back)
    catch_up.release(back, by="administrator", per_day=1)
    work(back)
    assert sorted(stage_of(back, number) for number in (1, 2)) == ["first_reminder", "second_reminder"]
    for _ in range(2):  # Saturday, Sunday
        clock.advance(DAY)
        work(back)
        assert now_standing(back).cases == 1
    clock.advance(DAY)
    work(back)
    clock.advance(timedelta(minutes=2))
    work(back)
    assert [stage_of(back, number) for number in (1, 2)] == ["second_reminder"] * 2
    with back.reading() as session:
        assert holds.open_holds(session) == []


def beat(parts: Context) -> None:
    with parts.unit_of_work() as session:
        gaps.beat(session, parts.now())


def test_days_that_are_run_are_no_gaps_and_let_portions_go(back: Context, clock: VirtualClock) -> None:
    catch_up.release(back, by="administrator", per_day=1)
    run = DayRun(back.database, clock, back.worker, back.dispatcher)
    first = back.today() + 20 * DAY  # a Tuesday, three weeks on
    run.run(first, first + DAY)
    with back.reading() as session:
        assert holds.open_holds(session) == []
        assert gaps.last_beat(session) == clock.now()


def test_the_demo_s_clock_makes_no_gaps(world: Context, clock: VirtualClock) -> None:
    with world.unit_of_work() as session:
        set_setting(session, CLOCK, {"offset_seconds": 0}, by="duly", now=world.now())
    clock.advance(16 * DAY)
    work(world)
    with world.reading() as session:
        assert holds.open_holds(session) == []
    assert {stage_of(world, number) for number in (1, 2)} == {"second_reminder"}


def test_a_machine_that_sleeps_in_the_middle_of_its_work_is_noticed(
    world: Context, clock: VirtualClock, monkeypatch: pytest.MonkeyPatch
) -> None:
    clock.advance(DAY / 2)

    def run_due(progress: Callable[[int], None]) -> None:
        clock.advance(9 * DAY)
        progress(1)

    monkeypatch.setattr(world.worker, "run_due", run_due)
    scheduler.do_routine(DUE, world)
    assert now_standing(world).gaps[0][1] == clock.now()


def test_after_a_long_rest_it_is_woken_with_everything_held(world: Context, clock: VirtualClock) -> None:
    clock.advance(40 * DAY)
    work(world)
    with world.reading() as session:
        assert holds.open_holds(session) == []  # it rests: nothing is begun, held or done
    said = command(world, "hold")
    assert "2 cases and messages are held." in said
    assert last_day(world.database) == world.today()
    work(world)
    assert {stage_of(world, number) for number in (1, 2)} == {"first_reminder"}
    with pytest.raises(Conflict):
        catch_up.wake(world)


def turned_on(parts: Context, age: timedelta) -> int:
    """Turn sending on with a message that waits for so long; give how many are held."""
    smtp = replace(parts, settings=replace(parts.settings, smtp_url="smtp://localhost:1"))
    with parts.unit_of_work() as session:
        switch(session, Mode.OFF, by="ada", now=parts.now())
        at = parts.now() - age
        about = {"channel": "email", "payload": {}, "created_at": at, "not_before": at}
        session.add(OutboxRow(key="old", business_key="case:1", **about))
    return catch_up.turn_sending(smtp, Mode.ON, by="ada")[1]


def test_a_backlog_is_held_when_sending_is_turned_on(world: Context) -> None:
    assert turned_on(world, 5 * DAY) == 1
    found = now_standing(world)
    assert (found.cases, found.messages) == (0, 1)
    assert found.groups[0].channel == "email"
    assert catch_up.turn_sending(world, Mode.ON, by="ada")[1] == 0


def test_what_waits_since_this_morning_leaves_when_sending_is_turned_on(world: Context) -> None:
    assert turned_on(world, timedelta(hours=3)) == 0
    with world.reading() as session:
        assert holds.open_holds(session) == []


def test_the_command_shows_and_lets_go(back: Context, clock: VirtualClock) -> None:
    told = json.loads(command(back, "--json"))
    assert (told["cases"], told["messages"], told["release"]) == (2, 0, None)
    assert told["groups"][0]["strategy"] == "standard_b2b"
    assert told["groups"][0]["stage"] == "first_reminder"
    assert "Held: 2 cases, 0 messages." in command(back)
    assert "1 a day, the last ones on 2026-03-19" in command(back, "release", "--per-day", "1")
    assert json.loads(command(back, "--json"))["release"]["per_day"] == 1
    assert "2 cases and messages are held." in command(back, "hold")
    assert "the worker does all of it now" in command(back, "release", "--all")
    work(back)
    assert "Nothing is held." in command(back)
    refused = CliRunner().invoke(duly, ["catch-up", "release"], obj=back)
    assert refused.exit_code == 2
    clock.advance(timedelta(minutes=2))
    work(back)
    nothing = CliRunner().invoke(duly, ["catch-up", "release", "--all"], obj=back)
    assert isinstance(nothing.exception, Conflict)


def test_a_moved_deadline_is_told_in_the_timeline(back: Context, sign_in: SignIn) -> None:
    with back.unit_of_work() as session:
        moved = {"seconds": 2 * 86400 + 5}
        history.record(session, "case:1", who="duly", kind="deadlines_moved", now=back.now(), detail=moved)
    page = sign_in("supervisor").get("/cases/1").text
    assert "Deadlines moved on by 2 days" in page


def test_the_page_shows_lets_go_and_holds_again(back: Context, clock: VirtualClock, sign_in: SignIn) -> None:
    client = sign_in("administrator")
    page = client.get("/operations/catch-up").text
    assert "Standard B2B" in page
    assert "First reminder" in page
    assert "2 cases" in page
    assert "2 business days" in client.get("/operations/catch-up/days?per_day=1").text
    assert "1 or more" in client.get("/operations/catch-up/days?per_day=x").text
    answer = client.post("/operations/catch-up/release", data={"per_day": "1"}, follow_redirects=True).text
    assert "Hold again" in answer
    assert "1 a day" in answer
    assert now_standing(back).pace == 1
    client.post("/operations/catch-up/hold")
    assert not now_standing(back).decided
    assert client.post("/operations/catch-up/release", data={"per_day": "0"}).status_code == 422
    client.post("/operations/catch-up/release", data={"all": "1"})
    work(back)
    assert "Nothing is held" in client.get("/operations/catch-up").text
    clock.advance(timedelta(minutes=2))
    work(back)
    assert client.post("/operations/catch-up/release", data={"all": "1"}).status_code == 409


def test_only_administrators_let_go_and_supervisors_look(back: Context, sign_in: SignIn) -> None:
    for role in ("supervisor", "analyst", "auditor"):
        client = sign_in(role)
        page = client.get("/operations/catch-up")
        assert page.status_code == 200
        assert "Let all of it go now" not in page.text
        for deed in ("release", "hold", "wake"):
            assert client.post(f"/operations/catch-up/{deed}", data={"all": "1"}).status_code == 403
    assert sign_in("collector").get("/operations/catch-up").status_code == 403
    assert not now_standing(back).decided


def test_home_and_operations_point_to_what_is_held(back: Context, sign_in: SignIn) -> None:
    assert now_standing(back).cases == 2
    for path in ("/", "/operations/"):
        assert "2 cases and 0 messages are held" in sign_in("administrator").get(path).text
    assert "are held" not in sign_in("collector").get("/").text
    assert "held back" in sign_in("supervisor").get("/cases/1").text


def test_the_page_wakes_duly_after_a_long_rest(world: Context, clock: VirtualClock, sign_in: SignIn) -> None:
    clock.advance(40 * DAY)
    client = sign_in("administrator")
    assert "Begin today" in client.get("/operations/catch-up").text
    client.post("/operations/catch-up/wake")
    assert now_standing(world).cases == 2


def test_a_held_message_is_not_said_to_go_out_today(world: Context, sign_in: SignIn) -> None:
    turned_on(world, 5 * DAY)
    assert "held back" in sign_in("administrator").get("/sending/").text


def test_the_pages_are_accessible_and_fit(back: Context, open_as: OpenAs, axe: Callable[..., None]) -> None:
    page = open_as("administrator", "/operations/catch-up")
    page.get_by_label("So many cases").fill("1")
    expect(page.get_by_text("That takes 2 business days")).to_be_visible()
    look_at(page, axe)
    page.get_by_role("button", name="Let go day by day").click()
    expect(page.get_by_role("button", name="Hold again")).to_be_visible()
    look_at(page, axe)
    assert now_standing(back).pace == 1


def look_at(page: Page, axe: Callable[..., None]) -> None:
    for width in (1440, 390):
        page.set_viewport_size({"width": width, "height": 900})
        axe(page)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
