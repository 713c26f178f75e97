"""Two people at the same thing: one wins, the other is told who did it and when."""

import re

from playwright.sync_api import Page, expect

from tests.browser.conftest import Office, OpenAs
from tests.browser.finding import tasks


def refuse(page: Page, note: str) -> None:
    page.get_by_label("Refuses to pay").check()
    page.get_by_label("Note").fill(note)
    page.get_by_role("button", name="Done").click()


def test_the_second_to_finish_a_call_is_told_who_was_first(office: Office, open_as: OpenAs) -> None:
    call = tasks(office, "phone_call")[0]
    anna, ben = (open_as(name, f"/worklist/{call.id}") for name in ("anna", "ben"))
    expect(anna.get_by_label("Note")).to_be_visible()
    expect(ben.get_by_label("Note")).to_be_visible()
    refuse(anna, "Says no.")
    expect(anna.get_by_text("Done: Call the debtor.")).to_be_visible()
    refuse(ben, "Says never.")
    expect(
        ben.get_by_text(re.compile(r"Anna Collector finished this on .*2026.*Nothing you entered was kept"))
    ).to_be_visible()
    expect(ben.get_by_label("Note")).to_have_value("Says never.")


def test_the_second_to_decide_a_letter_is_told_who_was_first(office: Office, open_as: OpenAs) -> None:
    sue = open_as("sue", "/letters/")
    row = sue.locator("#letters-queue [data-row]", has_text="figures agree").first
    number = (row.get_attribute("id") or "").removeprefix("letter-")
    sue.goto(f"{office.address}/letters/{number}")
    sam = open_as("sam", f"/letters/{number}")
    sue.get_by_role("button", name="Approve", exact=False).last.click()
    expect(sue.get_by_text("Approved. It leaves in ten minutes.")).to_be_visible()
    sam.get_by_label("What should be corrected?").fill("The address.")
    sam.get_by_role("button", name="Send back").click()
    expect(sam.get_by_text(re.compile("Sue Supervisor|does not wait for a decision any more")).first).to_be_visible()
