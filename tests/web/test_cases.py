"""Cases: the list, what a case's page says, what people do to it, who may, and in a browser."""

import csv
import io
import re
from collections.abc import Callable
from datetime import date

import pytest
from flask.testing import FlaskClient
from playwright.sync_api import expect
from sqlalchemy import event, select

from engine import instances
from engine.clock import VirtualClock
from engine.tables import HistoryRow, OutboxRow, TaskRow
from receivables.case import Case
from receivables.debtor import Debtor
from receivables.dispute import Dispute
from receivables.promise import Promise
from receivables.receivable import Receivable
from service_tasks.keys import key_of
from tests.web.at_work import parts
from tests.web.conftest import OpenAs, SignIn
from web.context import Context

__all__ = ["parts"]
WIDTHS = (1440, 390)


def number_of(parts: Context, debtor: str) -> int:
    with parts.reading() as session:
        query = select(Case.number).join(Debtor, Debtor.id == Case.debtor_id).where(Debtor.name == f"{debtor} Ltd")
        return session.scalars(query).one()


def item_of(parts: Context, debtor: str) -> int:
    with parts.reading() as session:
        query = select(Receivable.id).join(Debtor, Debtor.id == Receivable.debtor_id)
        return session.scalars(query.where(Debtor.name == f"{debtor} Ltd")).one()


def read(client: FlaskClient, path: str) -> str:
    answer = client.get(path)
    assert answer.status_code == 200, path
    return re.sub(r"\s+", " ", answer.text)


def do(client: FlaskClient, number: int, deed: str, **form: object) -> str:
    answer = client.post(f"/cases/{number}/{deed}", data=form, follow_redirects=True)
    assert answer.status_code == 200
    return re.sub(r"\s+", " ", answer.text)


def status_of(parts: Context, number: int) -> str:
    with parts.reading() as session:
        return instances.views(session, [key_of(number)])[key_of(number)].status


def kinds(parts: Context, number: int) -> list[str]:
    with parts.reading() as session:
        query = select(HistoryRow.kind).where(HistoryRow.business_key == key_of(number)).order_by(HistoryRow.seq)
        return list(session.scalars(query))


def test_the_list_says_what_is_owed_and_whose_turn_it_is(sign_in: SignIn) -> None:
    page = read(sign_in("collector"), "/cases/")
    for part in ("Amber Ltd", "€5,000.00", "waits for people", "Standard B2B · v1", "Phone", "38"):
        assert part in page


NARROWED = {
    "stage=phone": 3,
    "status=waiting": 6,
    "status=closed": 0,
    "bucket=31-60": 6,
    "bucket=1-30": 0,
    "strategy=standard_b2b": 6,
    "owner=collector": 6,
    "group=collections": 6,
    "q=D-3": 1,
    "q=amber": 1,
}


def test_the_list_is_narrowed(sign_in: SignIn) -> None:
    client = sign_in("auditor")
    lists = {asked: client.get(f"/cases/?{asked}&export=csv").text for asked in NARROWED}
    assert {asked: len(list(csv.reader(io.StringIO(text)))) - 1 for asked, text in lists.items()} == NARROWED


def test_the_list_is_sorted_by_what_is_owed(sign_in: SignIn) -> None:
    page = read(sign_in("collector"), "/cases/?sort=-owed")
    assert page.index("Fir Ltd") < page.index("Elder Ltd") < page.index("Amber Ltd")


def test_the_list_asks_the_same_number_of_questions_for_any_number_of_cases(parts: Context, sign_in: SignIn) -> None:
    client, asked = sign_in("collector"), list[str]()
    event.listen(parts.database.engine, "before_cursor_execute", lambda *call: asked.append(call[2]))
    counts = []
    for query in ("?q=amber", ""):
        asked.clear()
        read(client, f"/cases/{query}")
        counts.append(len(asked))
    assert counts[0] == counts[1]


def test_a_case_says_what_comes_next(parts: Context, sign_in: SignIn) -> None:
    client = sign_in("collector")
    page = read(client, f"/cases/{number_of(parts, 'Elder')}")
    assert "Waits for Collector: Call the debtor" in page
    assert "tel:+48555000004" in page
    page = read(client, f"/cases/{number_of(parts, 'Amber')}")
    assert "Approve demand" in page


def test_the_timeline_tells_everything_and_is_narrowed(parts: Context, sign_in: SignIn) -> None:
    client, number = sign_in("auditor"), number_of(parts, "Amber")
    page = read(client, f"/cases/{number}")
    for part in ("Sent: First reminder", "Call: Refuses to pay", "Stage: Phone", "Drafted: Demand letter", "Because"):
        assert part in page
    calls = read(client, f"/cases/{number}?kind=calls")
    assert "Call: Refuses to pay" in calls
    assert "Sent: First reminder" not in calls


def test_messages_are_shown_and_given_as_they_were_sent(parts: Context, sign_in: SignIn) -> None:
    client, number = sign_in("auditor"), number_of(parts, "Amber")
    assert "INV-0" in read(client, f"/cases/{number}/messages")
    with parts.reading() as session:
        row = session.scalars(select(OutboxRow.id).where(OutboxRow.business_key == key_of(number))).first()
    answer = client.get(f"/cases/{number}/messages/{row}.eml")
    assert answer.mimetype == "message/rfc822"
    assert b"INV-0" in answer.data
    assert client.get(f"/cases/{number_of(parts, 'Fir')}/messages/{row}.eml").status_code == 404


def test_the_course_is_the_way_through_its_own_version(parts: Context, sign_in: SignIn) -> None:
    client, number = sign_in("collector"), number_of(parts, "Amber")
    trail = client.get(f"/cases/{number}/course.json").json
    assert trail is not None
    assert [step["element"] for step in trail["visited"]][:3] == ["opened", "overdue", "first_send"]
    assert trail["current"] == ["demand_approve"]
    assert b"first_send" in client.get(f"/cases/{number}/course.bpmn").data


def test_a_note_stands_in_the_timeline(parts: Context, sign_in: SignIn) -> None:
    client, number = sign_in("collector"), number_of(parts, "Fir")
    assert "Their bookkeeper is ill" in do(client, number, "note", text="Their bookkeeper is ill")
    assert "Write what others should know" in do(client, number, "note", text=" ")
    assert kinds(parts, number).count("note") == 1


def test_a_call_that_waits_is_made_on_its_task(parts: Context, sign_in: SignIn) -> None:
    client = sign_in("collector")
    assert "/worklist/" in client.get(f"/cases/{number_of(parts, 'Fir')}/call").headers["Location"]
    said = do(client, number_of(parts, "Amber"), "call", outcome="no_answer", text="Line busy")
    assert "Call: Nobody reached" in said


def test_a_promise_takes_the_place_of_the_call(parts: Context, sign_in: SignIn) -> None:
    client, number = sign_in("collector"), number_of(parts, "Fir")
    said = do(client, number, "promise", promised_on="2026-03-06", amount="500,00", currency="eur")
    assert "Waits for the promised €500.00 until Fri, Mar 6, 2026" in said
    with parts.reading() as session:
        assert session.scalars(select(Promise.amount)).one() == 50_000
        task = session.scalars(select(TaskRow).where(TaskRow.business_key == key_of(number))).one()
    assert (task.status, status_of(parts, number)) == ("withdrawn", "running")


def test_a_promise_elsewhere_rests_the_case_until_it_is_judged(
    parts: Context, sign_in: SignIn, clock: VirtualClock
) -> None:
    client, number = sign_in("collector"), number_of(parts, "Amber")
    do(client, number, "promise", promised_on="2026-03-04", amount="100", currency="EUR")
    assert status_of(parts, number) == "suspended"
    do(client, number, "promise", promised_on="2026-03-06", amount="200", currency="EUR")
    with parts.reading() as session:
        until = instances.views(session, [key_of(number)])[key_of(number)].suspended_until
    assert until is not None
    assert until.astimezone(parts.settings.zone).date() == date(2026, 3, 11)
    clock.set(until)
    parts.worker.run_due()
    assert status_of(parts, number) == "running"


def test_a_withdrawn_promise_lets_the_case_go_on(parts: Context, sign_in: SignIn) -> None:
    client, number = sign_in("collector"), number_of(parts, "Amber")
    do(client, number, "promise", promised_on="2026-03-06", amount="100", currency="EUR")
    assert "withdrawn" in do(client, number, "withdraw", reason="Said in error")
    assert status_of(parts, number) == "running"


def test_a_promise_that_says_nothing_is_asked_again(parts: Context, sign_in: SignIn) -> None:
    client, number = sign_in("collector"), number_of(parts, "Amber")
    good = {"promised_on": "2026-03-06", "amount": "5", "currency": "EUR"}
    for wrong, said in (
        ({"promised_on": "2026-02-01"}, "a day to come"),
        ({"promised_on": ""}, "Choose a day"),
        ({"amount": "much"}, "Write an amount such as"),
        ({"currency": "EURO"}, "three letters"),
    ):
        assert said in do(client, number, "promise", **good | wrong)


def test_when_everything_is_disputed_the_case_rests(parts: Context, sign_in: SignIn) -> None:
    client, number, item = sign_in("collector"), number_of(parts, "Elder"), item_of(parts, "Elder")
    said = do(client, number, "dispute", item=str(item), reason="Goods were broken")
    assert "the case rests" in said
    assert status_of(parts, number) == "suspended"
    assert "Ask for it again" in read(client, f"/cases/{number}/settle")
    do(client, number, "settle", item=str(item), reason="Replaced")
    assert status_of(parts, number) == "running"
    with parts.reading() as session:
        assert session.scalars(select(Dispute.resolution)).one() == "Replaced"


def test_a_dispute_needs_an_item(parts: Context, sign_in: SignIn) -> None:
    assert "Choose at least one item" in do(sign_in("collector"), number_of(parts, "Elder"), "dispute", reason="Late")


def test_a_case_is_suspended_and_resumed(parts: Context, sign_in: SignIn) -> None:
    client, number = sign_in("collector"), number_of(parts, "Fir")
    said = do(client, number, "suspend", reason="Insolvency is checked", until="2026-04-01")
    assert "Suspended until Wed, Apr 1, 2026: Insolvency is checked" in said
    assert "only a running case" in do(client, number, "suspend", reason="Again")
    do(client, number, "resume")
    assert status_of(parts, number) == "running"


def test_a_suspension_has_one_of_the_reasons_on_the_case_and_on_record(parts: Context, sign_in: SignIn) -> None:
    client, number = sign_in("collector"), number_of(parts, "Fir")
    assert "Choose one of the reasons" in do(client, number, "suspend", code="holiday", reason="Away")
    assert "Say why" in do(client, number, "suspend", code="other")
    said = do(client, number, "suspend", code="insolvency", reason="file 12/2026", until="2026-04-01")
    assert "Suspended until Wed, Apr 1, 2026: Insolvency: file 12/2026" in said
    page = client.get(f"/cases/{number}").text
    assert "Suspended: Insolvency" in page
    assert "Wed, Apr 1, 2026" in page.partition("Suspended: Insolvency")[2]


def test_a_new_owner_gets_the_open_tasks(parts: Context, sign_in: SignIn) -> None:
    number = number_of(parts, "Fir")
    do(sign_in("supervisor"), number, "owner", owner="supervisor", priority="90")
    with parts.reading() as session:
        case = session.scalars(select(Case).where(Case.number == number)).one()
        task = session.scalars(select(TaskRow).where(TaskRow.business_key == key_of(number))).one()
    assert (case.owner, case.priority, task.assignee) == ("supervisor", 90, "supervisor")


def test_an_unpaid_closed_case_is_brought_back(parts: Context, sign_in: SignIn) -> None:
    client, number = sign_in("collector"), number_of(parts, "Fir")
    assert "only items of an unpaid closed case come back" in do(client, number, "bring-back")
    with parts.unit_of_work() as session:
        case = session.scalars(select(Case).where(Case.number == number)).one()
        case.closed_on, case.outcome = date(2026, 3, 1), "no_action"
    assert "no further action" in read(client, f"/cases/{number}")
    assert "the next day run opens a new case" in do(client, number, "bring-back")


def test_who_may_only_look_changes_nothing(parts: Context, sign_in: SignIn) -> None:
    client, number = sign_in("auditor"), number_of(parts, "Fir")
    assert client.post(f"/cases/{number}/note", data={"text": "x"}).status_code == 403
    assert "Owner and priority" not in read(client, f"/cases/{number}")
    assert client.get("/cases/999").status_code == 404


@pytest.mark.parametrize("width", WIDTHS)
def test_case_pages_are_accessible_and_fit(
    parts: Context, open_as: OpenAs, axe: Callable[..., None], width: int
) -> None:
    base = f"/cases/{number_of(parts, 'Amber')}"
    for path in ("/cases/", base, *(f"{base}/{tab}" for tab in ("receivables", "messages", "agreements", "dispute"))):
        page = open_as("collector", path)
        page.set_viewport_size({"width": width, "height": 900})
        axe(page)
        assert page.evaluate("document.documentElement.scrollWidth") <= width, f"{path} is wider than {width}"


def test_a_note_is_written_without_leaving_the_page(parts: Context, open_as: OpenAs) -> None:
    page = open_as("collector", f"/cases/{number_of(parts, 'Amber')}")
    page.keyboard.press("n")
    page.get_by_role("textbox", name="Note").fill("Ask for Mrs. Amber")
    page.get_by_role("button", name="Keep the note").click()
    expect(page.get_by_text("Ask for Mrs. Amber")).to_be_visible()
    page.get_by_role("link", name="Course", exact=True).click()
    expect(page.locator("[data-island=course] svg").first).to_be_visible()
