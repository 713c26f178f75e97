"""Stuck cases are seen, tried again and ended; failed messages are sent again; late news is shown."""

import re
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta

import pytest
from sqlalchemy import select, update

from engine import inbox, incidents, operations
from engine.clock import VirtualClock
from engine.tables import InboxRow, Incident, Instance, OutboxRow
from service_tasks.keys import number_of
from tests.web.conftest import OpenAs, SignIn
from tests.web.small_world import bring_in
from web.context import Context
from web.jobs.kinds import KINDS
from web.jobs.run import run_waiting
from web.queries.operations import stuck_cases
from web.queries.stuck import groups

ERROR = "the letter desk is on fire"


@dataclass(frozen=True)
class World:
    """Two cases, both stuck at their first step."""

    parts: Context
    stuck: list[int]

    def case(self, number: int) -> int:
        with self.parts.reading() as session:
            return number_of(session.get_one(Incident, number).business_key)

    def stage(self, number: int) -> str:
        with self.parts.reading() as session:
            return session.get_one(Instance, session.get_one(Incident, number).instance_id).stage

    def sent(self) -> int:
        with self.parts.reading() as session:
            return len(session.scalars(select(OutboxRow.id)).all())

    def status(self, number: int) -> str:
        with self.parts.reading() as session:
            incident = session.get_one(Incident, number)
            return session.get_one(Instance, incident.instance_id).status


@pytest.fixture
def world(parts: Context) -> World:
    bring_in(parts)
    with parts.unit_of_work() as session:
        found = [
            incidents.report(
                session,
                each.id,
                incidents.Failure(RuntimeError(ERROR), "first_send", "Traceback: line 1", {"word": "early"}),
                now=parts.now(),
            )
            for each in session.scalars(select(Instance)).all()
        ]
        return World(parts, [each.id for each in found])


def test_stuck_cases_are_listed_in_plain_words(world: World, sign_in: SignIn) -> None:
    client = sign_in("supervisor")
    page = client.get("/operations/").text
    assert ERROR in page
    assert "RuntimeError" not in page
    assert "Traceback: line 1" in client.get(f"/operations/stuck/{world.stuck[0]}").text
    assert ERROR in client.get("/operations/?export=csv").text


def test_a_case_goes_on_when_it_is_tried_again(world: World, sign_in: SignIn) -> None:
    first, second = world.stuck
    answer = sign_in("administrator").post("/operations/retry", data={"selected": [str(first)]}, follow_redirects=True)
    assert "1 case goes on" in answer.text
    assert world.status(first) == "running"
    assert world.status(second) == "stuck"


def test_all_at_a_step_go_on_at_once(world: World, sign_in: SignIn) -> None:
    client = sign_in("administrator")
    page = client.get("/operations/").text
    assert "Try all of them again" in page
    with world.parts.reading() as session:
        (group,) = groups(stuck_cases(session))
    client.post("/operations/retry", data={"group": group.key})
    assert {world.status(number) for number in world.stuck} == {"running"}


def test_a_process_is_ended_with_a_reason(world: World, sign_in: SignIn) -> None:
    client, address, chosen = sign_in("administrator"), "/operations/decide/cancel", str(world.stuck[0])
    assert client.post(address, data={"numbers": chosen, "reason": " "}).status_code == 422
    client.post(address, data={"numbers": chosen, "reason": "Debtor does not exist"})
    assert world.status(world.stuck[0]) == "ended"
    assert "Debtor does not exist" in client.get(f"/operations/stuck/{world.stuck[0]}").text
    assert client.post(address, data={"numbers": chosen, "reason": "again"}).status_code == 409


def test_what_failed_is_shown_with_what_the_case_knew_and_how_many_failed_alike(world: World, sign_in: SignIn) -> None:
    client = sign_in("administrator")
    page = client.get("/operations/").text
    assert "2 cases" in page
    shown = client.get(f"/operations/stuck/{world.stuck[0]}").text
    assert "<code>word</code>" in shown
    assert "early" in shown


def test_all_that_failed_alike_are_skipped_at_once_with_the_number_said_before(world: World, sign_in: SignIn) -> None:
    client = sign_in("administrator")
    asked = client.post("/operations/decide/skip", data={"selected": [str(each) for each in world.stuck]})
    assert asked.status_code == 200
    assert "Skip the step: 2 cases" in asked.text
    with world.parts.reading() as session:
        (group,) = groups(stuck_cases(session))
        assert "Skip the step: 2 cases" in client.get(f"/operations/decide/skip?group={group.key}").text
    said = client.post(
        "/operations/decide/skip",
        data={"numbers": ",".join(map(str, world.stuck)), "reason": "They were called"},
        follow_redirects=True,
    )
    assert "Done for 2 cases." in said.text
    assert {world.status(number) for number in world.stuck} == {"running"}
    assert world.sent() == 0
    assert "They were called" in sign_in("collector").get(f"/cases/{world.case(world.stuck[0])}").text


def test_many_at_once_are_done_in_the_background(
    world: World, sign_in: SignIn, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("web.pages.operations_deeds.MANY", 1)
    client, numbers = sign_in("administrator"), ",".join(map(str, world.stuck))
    said = client.post("/operations/decide/skip", data={"numbers": numbers, "reason": "all called"})
    assert "/jobs/" in said.location
    assert {world.status(number) for number in world.stuck} == {"stuck"}
    run_waiting(world.parts, KINDS)
    world.parts.worker.run_due()
    assert {world.status(number) for number in world.stuck} == {"running"}
    assert "Done for 2 of 2 cases." in client.get(said.location).text


def test_a_stuck_case_is_moved_to_a_step_chosen_by_its_name(world: World, sign_in: SignIn) -> None:
    client, chosen = sign_in("administrator"), str(world.stuck[0])
    page = client.get(f"/operations/decide/move?selected={chosen}").text
    assert 'value="second_send"' in page
    assert 'value="start"' not in page
    assert client.post("/operations/decide/move", data={"numbers": chosen, "reason": "x"}).status_code == 422
    refused = client.post("/operations/decide/move", data={"numbers": chosen, "reason": "x", "to": "nowhere"})
    assert refused.status_code == 409
    assert "no element" in refused.text
    client.post("/operations/decide/move", data={"numbers": chosen, "reason": "paper file", "to": "second_send"})
    assert world.status(world.stuck[0]) == "running"
    assert world.stage(world.stuck[0]) == "second_reminder"


def test_an_administrator_moves_a_running_case_and_changes_its_variables(parts: Context, sign_in: SignIn) -> None:
    bring_in(parts)
    parts.worker.run_due()
    client = sign_in("administrator")
    assert "operations/decide/move?case=1" in client.get("/cases/1").text
    assert "Case 1 stands at “First reminder sent”" in client.get("/operations/decide/move?case=1").text
    assert "operations/decide/move" not in sign_in("collector").get("/cases/1").text
    client.post("/operations/decide/move", data={"case": "1", "reason": "agreed", "to": "second_send"})
    said = {"case": "1", "reason": "told", "name": "score", "kind": "number", "value": "0.5"}
    assert client.post("/operations/decide/change", data={**said, "value": "half"}).status_code == 422
    client.post("/operations/decide/change", data=said, follow_redirects=True)
    page = client.get("/cases/1").text
    for words in ("Moved to another step", "agreed", "Variable changed", "score"):
        assert words in page
    with parts.reading() as session:
        instance = session.scalars(select(Instance).where(Instance.business_key == "case:1")).one()
        assert instance.stage == "second_reminder"
        assert b'"score":0.5' in (instance.bindings or b"")


def test_only_administrators_free_cases(world: World, sign_in: SignIn) -> None:
    for role in ("supervisor", "analyst", "auditor"):
        client = sign_in(role)
        assert client.get("/operations/").status_code == 200
        assert "Try again" not in client.get("/operations/").text
        assert client.post("/operations/retry", data={"selected": [str(world.stuck[0])]}).status_code == 403
        for deed in ("skip", "move", "change", "cancel"):
            assert client.get(f"/operations/decide/{deed}?selected={world.stuck[0]}").status_code == 403
            assert client.post(f"/operations/decide/{deed}", data={"numbers": "1", "reason": "x"}).status_code == 403
    assert sign_in("collector").get("/operations/").status_code == 403


def test_a_failed_message_is_sent_again(parts: Context, sign_in: SignIn) -> None:
    bring_in(parts)
    parts.worker.run_due()
    with parts.unit_of_work() as session:
        row = session.scalars(select(OutboxRow)).first()
        assert row is not None
        row.status, row.last_error, number = "failed", "550 no such mailbox", row.id
    client = sign_in("administrator")
    assert "550 no such mailbox" in client.get("/operations/messages?status=failed").text
    assert "First reminder" in client.get(f"/operations/messages/{number}").text
    client.post(f"/operations/messages/{number}/again")
    parts.dispatcher.run_due()
    assert "sent" in client.get(f"/operations/messages/{number}").text
    assert client.post(f"/operations/messages/{number}/again").status_code == 409
    assert client.get("/operations/messages/999").status_code == 404


def test_news_for_a_closed_case_is_shown(world: World, sign_in: SignIn) -> None:
    with world.parts.unit_of_work() as session:
        key = session.get_one(Incident, world.stuck[0]).business_key
        operations.cancel(session, key, operations.Deed("x", "over", world.parts.now()))
        inbox.post(session, key=key, name="payment_received", payload={}, unique_key="late", now=world.parts.now())
    world.parts.worker.run_due()
    with world.parts.reading() as session:
        assert session.scalars(select(InboxRow.result)).all() == ["ended"]
    assert "A payment came in" in sign_in("supervisor").get("/operations/late").text


def test_the_system_page_counts_what_waits(world: World, sign_in: SignIn) -> None:
    page = sign_in("auditor").get("/operations/system").text
    assert "Last day run" in page
    assert f'href="/operations/">{len(world.stuck)}<' in page


def test_the_system_page_says_how_far_behind_the_work_is(world: World, clock: VirtualClock, sign_in: SignIn) -> None:
    page = sign_in("auditor").get("/operations/system").text
    assert re.search(r"Lag</div><div class=\"h2 m-0\">none<", page)
    assert re.search(r"Workers</div><div class=\"h2 m-0 text-danger\">0<", page)
    with world.parts.unit_of_work() as session:
        session.execute(update(Instance).values(due_at=clock.now()))
    clock.advance(timedelta(hours=2))
    page = sign_in("auditor").get("/operations/system").text
    assert re.search(r"Lag</div><div class=\"h2 m-0 text-danger\">2 h<", page)
    assert re.search(r"Incidents</div><div class=\"h2 m-0 text-danger\">2<", page)


def test_the_pages_are_accessible_and_fit(world: World, open_as: OpenAs, axe: Callable[..., None]) -> None:
    deeds = [f"decide/{deed}?selected={world.stuck[0]}" for deed in ("skip", "move", "change", "cancel")]
    for path in ("", f"stuck/{world.stuck[0]}", "messages", "late", "system", *deeds):
        page = open_as("administrator", f"/operations/{path}")
        for width in (1440, 390):
            page.set_viewport_size({"width": width, "height": 900})
            axe(page)
            assert page.evaluate("document.documentElement.scrollWidth") <= width, path
