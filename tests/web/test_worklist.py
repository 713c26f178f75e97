"""The worklist: who sees what, doing tasks, being second, many at once, views, and in a browser."""

import csv
import io
import re
from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from flask.testing import FlaskClient
from playwright.sync_api import expect
from sqlalchemy import select

from engine import instances, worklist
from engine.clock import VirtualClock
from engine.tables import TaskRow
from receivables.promise import Promise
from tests.web.at_work import parts, task_of
from tests.web.conftest import OpenAs, SignIn
from web.context import Context

__all__ = ["parts"]
ANSWERS = {"outcome": "refuses", "reached": True, "note": "Says the goods were late."}


def number_of(parts: Context, debtor: str, status: str = "open") -> int:
    with parts.reading() as session:
        return task_of(session, debtor, status).id


def state_of(parts: Context, number: int) -> TaskRow:
    with parts.reading() as session:
        task = worklist.get(session, number)
        session.expunge(task)
        return task


def finish(client: FlaskClient, number: int, answers: dict[str, Any], **address: str) -> Any:
    headers = {"Accept": "application/json"}
    return client.post(f"/worklist/{number}", json={"data": answers}, headers=headers, query_string=address)


def test_a_collector_sees_own_calls_and_no_approvals(sign_in: SignIn) -> None:
    page = sign_in("collector").get("/worklist/").text
    assert all(name in page for name in ("Dogwood Ltd", "Elder Ltd", "Fir Ltd", "11 days late"))
    assert "Approve demand" not in page
    assert "Approve demand" not in sign_in("collector").get("/worklist/?tab=group").text


def test_a_supervisor_sees_approvals_and_the_whole_group(sign_in: SignIn) -> None:
    client = sign_in("supervisor")
    assert client.get("/worklist/?tab=approvals").text.count("data-row") == 3 + 1  # the list itself is `data-rows`
    assert "Dogwood Ltd" in client.get("/worklist/?tab=group").text


def test_a_task_says_why_and_whom_to_call(sign_in: SignIn, parts: Context) -> None:
    page = sign_in("collector").get(f"/worklist/{number_of(parts, 'Dogwood')}").text
    assert 'href="tel:+48555000003"' in page
    assert "the oldest item is 24 days overdue" in page
    assert "mailto:Dogwood@debtors.test" in page
    assert "€5,300.00" in page


def test_done_moves_the_case_and_opens_the_next(sign_in: SignIn, parts: Context) -> None:
    number = number_of(parts, "Dogwood")
    answer = finish(sign_in("collector"), number, ANSWERS)
    assert answer.status_code == 200, answer.text
    assert re.fullmatch(r"/worklist/\d+", answer.json["next"])
    assert answer.json["next"] != f"/worklist/{number}"
    assert state_of(parts, number).done_by == "collector"
    assert number_of(parts, "Dogwood") != number  # its demand waits for approval


def test_answers_to_a_form_that_has_changed_since_it_was_shown_are_not_taken(sign_in: SignIn, parts: Context) -> None:
    client, number = sign_in("collector"), number_of(parts, "Dogwood")
    (shown,) = set(re.findall(r"shown=(\w+)", client.get(f"/worklist/{number}").text))
    answer = finish(client, number, ANSWERS, shown="another")
    assert (answer.status_code, "moved to another version" in answer.text) == (409, True)
    assert state_of(parts, number).status == "open"
    assert finish(client, number, ANSWERS, shown=shown).status_code == 200


def test_wrong_answers_are_named_by_component(sign_in: SignIn, parts: Context) -> None:
    answer = finish(sign_in("collector"), number_of(parts, "Dogwood"), {"outcome": "promise", "note": ""})
    assert answer.status_code == 422
    assert set(answer.json["errors"]) == {"Field_promised_on", "Field_promised_amount", "Field_note"}
    assert answer.json["message"] == ""


def test_who_comes_second_is_told_who_was_first_and_when(sign_in: SignIn, parts: Context) -> None:
    number = number_of(parts, "Elder")
    assert finish(sign_in("collector"), number, ANSWERS).status_code == 200
    second = finish(sign_in("supervisor"), number, ANSWERS)
    assert second.status_code == 409
    assert "Collector finished this on Mar 2, 2026 10:00" in second.json["message"]


def test_others_tasks_stay_theirs(sign_in: SignIn, parts: Context) -> None:
    approval = number_of(parts, "Amber")
    assert finish(sign_in("collector"), approval, {"decision": "approve"}).status_code == 403
    assert finish(sign_in("supervisor"), approval, {"decision": "approve"}).status_code == 403  # letters are read first
    assert finish(sign_in("auditor"), number_of(parts, "Fir"), ANSWERS).status_code == 403
    assert sign_in("auditor").get(f"/worklist/{approval}").status_code == 200


def test_take_pass_on_and_postpone(sign_in: SignIn, parts: Context, clock: VirtualClock) -> None:
    number, client = number_of(parts, "Fir"), sign_in("collector")
    client.post(f"/worklist/{number}/pass-on", data={"to": "supervisor"})
    assert state_of(parts, number).assignee == "supervisor"
    assert client.post(f"/worklist/{number}/take").status_code == 409
    assert client.post(f"/worklist/{number}/pass-on", data={"to": "auditor"}).status_code == 422
    client.post(f"/worklist/{number}/postpone", data={"until": "2026-03-09"})
    assert "Fir Ltd" not in sign_in("supervisor").get("/worklist/?tab=group").text
    assert client.post(f"/worklist/{number}/postpone", data={"until": "2026-03-02"}).status_code == 422
    clock.set(clock.now() + timedelta(days=8))
    assert "Fir Ltd" in sign_in("supervisor").get("/worklist/?tab=group").text


def test_many_at_once(sign_in: SignIn, parts: Context) -> None:
    numbers = [number_of(parts, name) for name in ("Dogwood", "Elder")]
    picked = {"selected": numbers, "deed": "pass_on", "to": "supervisor"}
    sign_in("supervisor").post("/worklist/many?tab=group", data=picked)
    assert {state_of(parts, number).assignee for number in numbers} == {"supervisor"}
    page = sign_in("collector").post(
        "/worklist/many", data={"selected": numbers, "deed": "take"}, follow_redirects=True
    )
    assert "2 tasks stayed as they were" in page.text


def test_a_suspended_case_and_a_withdrawn_task_say_so(sign_in: SignIn, parts: Context) -> None:
    number = number_of(parts, "Dogwood")
    with parts.unit_of_work() as session:
        key = worklist.get(session, number).business_key
        instances.suspend(session, key=key, by="supervisor", reason="in court", now=parts.now())
        withdrawn = task_of(session, "Elder")
        withdrawn.status = "withdrawn"
        elder = withdrawn.id
    assert "The case is suspended (in court)" in sign_in("collector").get(f"/worklist/{number}").text
    assert "no longer needed" in sign_in("collector").get(f"/worklist/{elder}").text


def test_the_list_is_searched_and_exported(sign_in: SignIn) -> None:
    client = sign_in("collector")
    page = client.get("/worklist/?q=dogwood").text
    assert "Dogwood Ltd" in page
    assert "Elder Ltd" not in page
    rows = list(csv.DictReader(io.StringIO(client.get("/worklist/?export=csv").data.decode("utf-8-sig"))))
    assert {row["Debtor"] for row in rows} == {"Dogwood Ltd", "Elder Ltd", "Fir Ltd"}
    assert client.get("/worklist/?export=xlsx").status_code == 200


def test_views_are_saved_and_removed(sign_in: SignIn) -> None:
    client = sign_in("collector")
    page = client.post("/worklist/views/", data={"name": "Phone D", "q": "dog", "tab": "group"}, follow_redirects=True)
    assert "Phone D" in page.text
    assert "Elder Ltd" not in page.text
    assert "Phone D" not in sign_in("supervisor").get("/worklist/").text
    client.post("/worklist/views/remove", data={"name": "Phone D"})
    client.get("/worklist/")  # says that it was removed
    assert "Phone D" not in client.get("/worklist/").text


def test_promises_that_are_due(sign_in: SignIn, parts: Context) -> None:
    number = number_of(parts, "Dogwood")
    day = (parts.today() + timedelta(days=1)).isoformat()
    promise = {"outcome": "promise", "reached": True, "promised_on": day, "promised_amount": 5300, "note": "Friday."}
    assert finish(sign_in("collector"), number, promise).status_code == 200
    assert "Dogwood" not in sign_in("collector").get("/worklist/?tab=promises").text
    with parts.unit_of_work() as session:
        session.scalars(select(Promise)).one().promised_on = parts.today()
    page = sign_in("collector").get("/worklist/?tab=promises").text
    assert "Dogwood Ltd" in page
    assert "€5,300.00" in page


@pytest.mark.parametrize("width", [1440, 390])
def test_a_day_of_calls_in_a_browser(open_as: OpenAs, axe: Callable[..., None], width: int, parts: Context) -> None:
    page = open_as("collector", "/worklist/")
    page.set_viewport_size({"width": width, "height": 900})
    page.reload()
    page.keyboard.press("j")
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    expect(page.locator("#pane .h3")).to_have_text("Elder Ltd")
    page.locator("#pane").get_by_text("Refuses to pay").click()
    page.locator("#pane").get_by_label("Note").fill("Will not pay.")
    page.wait_for_timeout(400)  # form-js reports a text a moment after it was typed
    axe(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    before = page.url
    page.keyboard.press("Control+Enter")
    expect(page.locator(".toast")).to_contain_text("Done")
    expect(page).not_to_have_url(before)
    expect(page.locator("#pane .h3")).to_have_text("Fir Ltd")
    expect(page.locator("#worklist-tabs .nav-link.active")).to_contain_text("2")
    with parts.reading() as session:
        assert task_of(session, "Elder").name == "Approve demand"
