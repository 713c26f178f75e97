"""What a collector does all day."""

import re
from datetime import timedelta

from playwright.sync_api import Page, expect
from sqlalchemy import select, update

from engine.tables import TaskRow
from receivables.case import Case
from receivables.facts import load_facts
from tests.browser import world
from tests.browser.conftest import PHONE, Office, OpenAs
from tests.browser.finding import Task, stage, tasks
from web import people

PASSWORD = "correct horse battery"


def a_call(office: Office, username: str = "anna") -> Task:
    """Give the first call that waits for a person."""
    return next(task for task in tasks(office, "phone_call") if task.assignee == username)


def answer(page: Page, choice: str, note: str = "") -> None:
    page.get_by_label(choice).check()
    if note:
        page.get_by_label("Note").fill(note)


def test_signing_in_leads_to_what_needs_her(office: Office, open_as: OpenAs) -> None:
    with office.app.app_context(), office.parts.unit_of_work() as session:
        people.set_password(people.find(session, "anna"), PASSWORD)
    page = open_as("", "/worklist/")
    page.get_by_label("User name or e-mail").fill("anna")
    page.get_by_label("Password", exact=True).fill("wrong horse")
    page.get_by_role("button", name="Sign in").click()
    expect(page.get_by_role("alert")).to_be_visible()
    page.get_by_label("User name or e-mail").fill("anna")
    page.get_by_label("Password", exact=True).fill(PASSWORD)
    page.get_by_role("button", name="Sign in").click()
    expect(page).to_have_url(re.compile("/worklist/"))
    page.get_by_role("link", name="Home", exact=True).click()
    expect(page.get_by_role("heading", name="What needs me now")).to_be_visible()


def test_the_keyboard_walks_the_worklist_and_takes(office: Office, open_as: OpenAs) -> None:
    with office.parts.unit_of_work() as session:
        session.execute(update(TaskRow).where(TaskRow.form == "phone_call").values(assignee=None))
    page = open_as("anna", "/worklist/?tab=group")
    rows = page.locator("#worklist-list [data-row]")
    expect(page.locator("#pane h2")).to_be_visible()
    expect(rows.nth(0)).to_have_attribute("aria-current", "true")
    for key, place in (("j", 1), ("j", 2), ("k", 1)):
        page.keyboard.press(key)
        page.keyboard.press("Enter")
        expect(rows.nth(place)).to_have_attribute("aria-current", "true")
    page.keyboard.press("t")
    expect(page.locator("#pane").get_by_text("mine", exact=True)).to_be_visible()
    expect(page.get_by_role("link", name="My tasks 1")).to_be_visible()


def test_a_call_without_its_facts_is_refused_where_they_are_missing(office: Office, open_as: OpenAs) -> None:
    call = a_call(office)
    page = open_as("anna", f"/worklist/{call.id}")
    answer(page, "Refuses to pay")
    page.get_by_role("button", name="Done").click()
    expect(page.get_by_text("Field is required.")).to_be_visible()
    expect(page.get_by_label("Note")).to_be_focused()
    page.get_by_label("Promises to pay").check()
    page.get_by_label("Note").fill("Will pay")
    page.get_by_role("button", name="Done").click()
    expect(page.get_by_text("Field is required.")).to_have_count(2)
    assert call in tasks(office, "phone_call")


def test_a_promise_on_the_phone_opens_the_next_call(office: Office, open_as: OpenAs) -> None:
    first, *_others = [task for task in tasks(office, "phone_call") if task.assignee == "anna"]
    page = open_as("anna", "/profile")
    page.clock.set_fixed_time(world.NOW)
    page.goto(f"{office.address}/worklist/{first.id}")
    answer(page, "Promises to pay", "Pays on Friday.")
    page.get_by_label("Promised for").fill((world.TODAY + timedelta(days=2)).strftime("%d/%m/%Y"))
    page.keyboard.press("Enter")
    page.get_by_label("Promised amount").fill("50")
    page.get_by_role("button", name="Done").click()
    expect(page.get_by_text("Done: Call the debtor.")).to_be_visible()
    expect(page.locator("#pane")).not_to_contain_text(first.debtor)
    expect(page.locator("#pane h2")).to_be_visible()
    page.goto(f"{office.address}/cases/{first.number}")
    expect(page.get_by_text(re.compile("Promised: .*50.00"))).to_be_visible()
    page.get_by_role("link", name="Agreements").click()
    expect(page.locator("#pane table")).to_contain_text("50.00")


def test_nobody_reached_comes_back_at_another_hour(office: Office, open_as: OpenAs) -> None:
    before = {done.number for done in tasks(office, "phone_call", status="done")}
    call = next(each for each in tasks(office, "phone_call") if each.assignee == "anna" and each.number not in before)
    page = open_as("anna", f"/worklist/{call.id}")
    answer(page, "Nobody reached", "Rang out.")
    page.keyboard.press("Control+Enter")
    expect(page.get_by_text("Done: Call the debtor.")).to_be_visible()
    assert call.number not in [task.number for task in tasks(office, "phone_call")]
    office.clock.advance(timedelta(days=1))
    office.work()
    assert call.number in [task.number for task in tasks(office, "phone_call")]


def test_a_task_is_postponed(office: Office, open_as: OpenAs) -> None:
    call = a_call(office)
    page = open_as("anna", f"/worklist/{call.id}")
    page.locator("#pane summary", has_text="Postpone").click()
    page.get_by_label("Comes back on").fill((world.TODAY + timedelta(days=3)).isoformat())
    page.locator("#pane").get_by_role("button", name="Postpone").click()
    expect(page.locator(f"#row-{call.id}")).to_have_count(0)


def test_on_a_phone_list_and_task_are_two_screens(open_as: OpenAs) -> None:
    page = open_as("anna", "/worklist/", PHONE)
    page.locator("[data-open]").first.click()
    expect(page.get_by_role("link", name="Back to the list")).to_be_visible()
    expect(page.locator("#worklist-list")).not_to_be_visible()
    page.get_by_role("link", name="Back to the list").click()
    expect(page.locator("#worklist-list")).to_be_visible()


def test_missing_contacts_are_found(office: Office, open_as: OpenAs) -> None:
    with office.parts.unit_of_work() as session:
        task = session.scalars(select(TaskRow).where(TaskRow.form == "phone_call", TaskRow.status == "open")).first()
        assert task is not None
        task.form, task.name, task.assignee = "find_contact", "Find contact details", "anna"
        task.annotation_required = False
        number = task.id
    page = open_as("anna", f"/worklist/{number}")
    page.get_by_label("Yes", exact=True).check()
    page.get_by_label("E-mail").fill("new@debtors.example")
    page.get_by_label("Where did you look?").fill("Their website.")
    page.get_by_role("button", name="Done").click()
    expect(page.get_by_text("Done: Find contact details.")).to_be_visible()


def test_the_case_page_takes_note_and_dispute(office: Office, open_as: OpenAs) -> None:
    call = a_call(office)
    page = open_as("anna", f"/cases/{call.number}")
    page.get_by_role("link", name="Note", exact=True).click()
    page.get_by_role("button", name="Keep the note").click()
    expect(page.get_by_text("Write what others should know.")).to_be_visible()
    page.get_by_role("textbox", name="Note").fill("Has a new accountant.")
    page.get_by_role("button", name="Keep the note").click()
    expect(page.get_by_text("Has a new accountant.").first).to_be_visible()
    page.get_by_role("link", name="Dispute", exact=True).click()
    page.locator("#deed [name=item]").first.check()
    page.get_by_label("What the debtor complains about").fill("Wrong quantity delivered")
    page.get_by_role("button", name="Mark as disputed").click()
    expect(page.get_by_text("disputed and not asked for").first).to_be_visible()
    expect(page.get_by_text("disputed items: 1")).to_be_visible()


def test_a_promise_on_the_case_page_rests_the_case(office: Office, open_as: OpenAs) -> None:
    call = a_call(office)
    page = open_as("anna", f"/cases/{call.number}")
    page.get_by_role("link", name="Promise", exact=True).click()
    page.get_by_label("Pays by").fill((world.TODAY - timedelta(days=2)).isoformat())
    page.get_by_role("button", name="Record the promise").click()
    expect(page.get_by_text("A promise names a day to come.")).to_be_visible()
    page.get_by_label("Pays by").fill((world.TODAY + timedelta(days=2)).isoformat())
    page.get_by_role("button", name="Record the promise").click()
    expect(page.get_by_text("The case waits for").first).to_be_visible()
    assert call.number not in [task.number for task in tasks(office, "phone_call")]


def test_a_payment_of_everything_closes_the_case(office: Office, open_as: OpenAs) -> None:
    call = a_call(office)
    with office.parts.reading() as session:
        facts = load_facts(session, [call.number], world.TODAY)[call.number]
    currency, owed = next(iter(facts.total_open.items()))
    page = open_as("anna", f"/cases/{call.number}")
    page.get_by_role("link", name="Payment", exact=True).click()
    page.get_by_label("Amount").fill(f"{owed / 100:.2f}")
    page.get_by_label("Currency").fill(currency)
    expect(page.locator("#preview")).to_contain_text(re.compile(r"\d"))
    page.get_by_role("button", name="Enter the payment").click()
    expect(page).to_have_url(re.compile(r"/payments/\d+$"))
    assert stage(office, call.number)[0] == "ended"
    page.goto(f"{office.address}/cases/{call.number}")
    expect(page.get_by_text("Paid", exact=False).first).to_be_visible()
    with office.parts.reading() as session:
        assert session.scalars(select(Case.outcome).where(Case.number == call.number)).one() == "paid"


def test_an_invoice_is_found_from_anywhere(office: Office, open_as: OpenAs) -> None:
    call = a_call(office)
    with office.parts.reading() as session:
        number = load_facts(session, [call.number], world.TODAY)[call.number].items[0].number
    page = open_as("anna", "/worklist/")
    page.keyboard.press("/")
    page.keyboard.type(number)
    expect(page.locator("#quick")).to_contain_text(number)
    page.keyboard.press("Enter")
    expect(page).to_have_url(re.compile(f"/cases/{call.number}\\b"))


def test_the_case_page_has_room_on_a_small_screen(office: Office, open_as: OpenAs) -> None:
    page = open_as("anna", f"/cases/{a_call(office).number}", {"width": 1280, "height": 800})
    tabs = page.locator("[data-case-tabs]")
    expect(tabs.get_by_role("link", name="Course")).to_be_in_viewport(ratio=0.95)
    assert tabs.evaluate("bar => bar.scrollWidth - bar.clientWidth") <= 0
    assert page.get_by_role("heading", level=1).evaluate("title => title.offsetWidth") >= 320
