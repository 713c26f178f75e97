"""Letters: the queue, the file, approval and undo, four eyes, figures that differ, the print list, in a browser."""

import io
import zipfile
from collections.abc import Callable
from datetime import timedelta

import pytest
from playwright.sync_api import expect
from sqlalchemy import select, update

from engine.clock import VirtualClock
from engine.tables import OutboxRow, TaskRow
from receivables.letter import Letter
from receivables.posting import Posting
from receivables.product import ProductGroup
from receivables.receivable import Receivable
from tests.web.at_work import parts, task_of
from tests.web.conftest import OpenAs, SignIn
from web.context import Context

__all__ = ["parts"]
AMBER, BIRCH, CEDAR = 1, 2, 3
ALL = {"letter": [AMBER, BIRCH, CEDAR]}


def status(parts: Context, number: int) -> str:
    with parts.reading() as session:
        return session.scalars(select(Letter.status).where(Letter.id == number)).one()


def pays_in_part(parts: Context, number: str, minor: int) -> None:
    with parts.unit_of_work() as session:
        item = session.scalars(select(Receivable).where(Receivable.number == number)).one()
        paid = {"kind": "settlement", "source": "erp", "booked_on": parts.today(), "currency": "EUR"}
        session.add(Posting(receivable_id=item.id, amount=-minor, at=parts.now(), by="import", **paid))


def live_on(parts: Context, clock: VirtualClock, **time: int) -> None:
    clock.set(clock.now() + timedelta(**time))
    parts.worker.run_due()
    parts.dispatcher.run_due()
    parts.worker.run_due()


def test_the_queue_and_the_very_file(sign_in: SignIn) -> None:
    client = sign_in("supervisor")
    page = client.get("/letters/").text
    assert "Approve the 3 whose figures agree" in page
    answer = client.get(f"/letters/{AMBER}/file")
    assert str(answer.mimetype).endswith("wordprocessingml.document")
    assert answer.data.startswith(b"PK")
    assert "attachment" not in answer.headers["Content-Disposition"]
    assert "All figures agree" in client.get(f"/letters/{AMBER}").text


def test_an_approved_letter_waits_ten_minutes_and_leaves(sign_in: SignIn, parts: Context, clock: VirtualClock) -> None:
    sign_in("supervisor").post(f"/letters/{AMBER}/approve")
    assert status(parts, AMBER) == "approved"
    live_on(parts, clock, minutes=9)
    assert status(parts, AMBER) == "approved"
    live_on(parts, clock, minutes=2)
    assert status(parts, AMBER) == "sent"
    assert sign_in("supervisor").post("/letters/undo", data={"selected": [AMBER]}).status_code == 409


def test_undo_brings_letters_back(sign_in: SignIn, parts: Context, clock: VirtualClock) -> None:
    client = sign_in("supervisor")
    assert "3 letters approved" in client.post("/letters/approve", data=ALL, follow_redirects=True).text
    client.post("/letters/undo", data={"selected": [AMBER]})
    assert [status(parts, number) for number in (AMBER, BIRCH)] == ["drafted", "approved"]
    client.post("/letters/undo", data={"all": "1"})
    live_on(parts, clock, minutes=15)
    assert {status(parts, number) for number in (AMBER, BIRCH, CEDAR)} == {"drafted"}
    assert "Approve the 3" in client.get("/letters/").text


def test_the_second_to_decide_is_told(sign_in: SignIn) -> None:
    client = sign_in("supervisor")
    client.post(f"/letters/{AMBER}/approve")
    answer = client.post(f"/letters/{AMBER}/approve")
    assert answer.status_code == 409
    assert "does not wait for a decision any more" in answer.text


def test_sent_back_it_is_corrected_and_comes_again(sign_in: SignIn, parts: Context) -> None:
    client = sign_in("supervisor")
    assert client.post(f"/letters/{AMBER}/send-back", data={"comment": " "}).status_code == 422
    client.post(f"/letters/{AMBER}/send-back", data={"comment": "Mention the call of Friday."})
    assert status(parts, AMBER) == "returned"
    with parts.reading() as session:
        task = session.scalars(select(TaskRow).where(TaskRow.form == "correct_letter")).one()
    collector = sign_in("collector")
    assert "Mention the call of Friday." in collector.get(f"/worklist/{task.id}").text
    corrected = {"extra_text": "As agreed on the phone.", "change": "Call added."}
    assert collector.post(f"/worklist/{task.id}", json={"data": corrected}).status_code == 200
    page = client.get(f"/letters/{CEDAR + 1}").text
    assert "As agreed on the phone." in page
    assert "Mention the call of Friday." in page  # beside the earlier version


def test_four_eyes(sign_in: SignIn, parts: Context) -> None:
    with parts.unit_of_work() as session:
        session.execute(update(ProductGroup).values(four_eyes=True))
        session.execute(update(Letter).where(Letter.id == AMBER).values(edited_by="supervisor"))
    client = sign_in("supervisor")
    assert "You changed this letter last" in client.get(f"/letters/{AMBER}").text
    assert client.post(f"/letters/{AMBER}/approve").status_code == 403
    page = client.post("/letters/approve", data=ALL, follow_redirects=True).text
    assert "2 letters approved" in page
    assert status(parts, AMBER) == "drafted"


def test_figures_that_differ_are_named_and_drafted_anew(sign_in: SignIn, parts: Context) -> None:
    pays_in_part(parts, "INV-1", 100_000)
    client = sign_in("supervisor")
    page = client.get("/letters/").text
    assert "figures differ" in page
    assert "Approve the 2 whose figures agree" in page
    assert page.index("Birch Ltd") < page.index("Amber Ltd")
    shown = client.get(f"/letters/{BIRCH}").text
    assert "€5,100.00" in shown
    assert "the ledger says" in shown
    assert "€4,100.00" in shown
    assert client.post(f"/letters/{BIRCH}/approve").status_code == 409
    client.post(f"/letters/{BIRCH}/draft-anew")
    assert status(parts, BIRCH) == "superseded"
    assert "All figures agree" in client.get(f"/letters/{CEDAR + 1}").text


def test_the_print_list_is_downloaded_and_posted(sign_in: SignIn, parts: Context, clock: VirtualClock) -> None:
    sign_in("supervisor").post("/letters/approve", data=ALL)
    live_on(parts, clock, minutes=11)
    client = sign_in("collector")
    page = client.get("/letters/print").text
    assert "Cedar Ltd" in page
    assert "Amber Ltd" not in page
    with zipfile.ZipFile(io.BytesIO(client.post("/letters/print/download").data)) as archive:
        assert len(archive.namelist()) == 3
        assert "Gdynia" in archive.read("addresses.csv").decode("utf-8-sig")
    with parts.reading() as session:
        row = session.scalars(select(OutboxRow).where(OutboxRow.status == "handed")).one()
    client.post("/letters/print/posted", data={"selected": [row.id]})
    assert status(parts, CEDAR) == "sent"
    assert "Nothing to post" in client.get("/letters/print").text


def test_rights(sign_in: SignIn) -> None:
    collector, auditor = sign_in("collector"), sign_in("auditor")
    assert collector.post(f"/letters/{AMBER}/approve").status_code == 403
    assert auditor.post("/letters/print/posted").status_code == 403
    assert auditor.get("/letters/").status_code == 200
    assert sign_in("auditor").get(f"/letters/{AMBER}/file").status_code == 200
    assert sign_in("supervisor").get("/letters/999").status_code == 404


def test_all_letters_are_filtered_and_exported(sign_in: SignIn) -> None:
    client = sign_in("analyst")
    assert "Amber Ltd" in client.get("/letters/all?state=drafted").text
    assert "Nothing matches" in client.get("/letters/all?state=sent").text
    assert "Demand" in client.get("/letters/all?export=csv").data.decode("utf-8-sig")


@pytest.mark.parametrize("width", [1440, 390])
def test_letters_are_read_and_approved_by_keys(open_as: OpenAs, axe: Callable[..., None], width: int) -> None:
    page = open_as("supervisor", "/letters/")
    page.set_viewport_size({"width": width, "height": 900})
    page.reload()
    page.keyboard.press("j")
    page.keyboard.press("Enter")
    expect(page.locator("#pane .docx-wrapper")).to_contain_text("INV-0")
    axe(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    page.keyboard.press("a")
    expect(page.locator(".toast")).to_contain_text("Approved")
    expect(page.locator("#pane .docx-wrapper")).to_contain_text("INV-1")
    page.keyboard.press("r")
    page.keyboard.type("Wrong tone.")
    page.get_by_role("button", name="Send back").click()
    expect(page.locator("#pane .docx-wrapper")).to_contain_text("INV-2")
    page.keyboard.press("a")
    expect(page.locator("#pane")).to_contain_text("All letters are decided")
    page.goto(page.url.split("/letters")[0] + "/letters/recent")
    expect(page.locator("tbody tr")).to_have_count(2)
    axe(page)


def test_approval_tasks_lead_to_their_letter(sign_in: SignIn, parts: Context) -> None:
    with parts.reading() as session:
        number = task_of(session, "Amber").id
    assert f'href="/letters/{AMBER}"' in sign_in("supervisor").get(f"/worklist/{number}").text
