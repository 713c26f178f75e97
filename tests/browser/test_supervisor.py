"""What a supervisor does all day."""

import re
from datetime import timedelta

from playwright.sync_api import Page, expect

from receivables.letter import Letter
from tests.browser.conftest import Office, OpenAs
from tests.browser.finding import letter_status, letters, stage, tasks

AGREEING = re.compile(r"Approve the \d+ whose figures agree")


def first_agreeing(page: Page, office: Office) -> int:
    """Open the first letter whose figures agree; give its number."""
    page.goto(f"{office.address}/letters/")
    row = page.locator("#letters-queue [data-row]", has_text="figures agree").first
    number = int((row.get_attribute("id") or "").removeprefix("letter-"))
    page.goto(f"{office.address}/letters/{number}")
    return number


def test_a_letter_is_read_and_approved_with_a_key(office: Office, open_as: OpenAs) -> None:
    page = open_as("sue")
    number = first_agreeing(page, office)
    with office.parts.reading() as session:
        item = session.get_one(Letter, number).figures["items"][0]["number"]
    expect(page.get_by_role("region", name=re.compile("Preview"))).to_contain_text(item)
    page.keyboard.press("a")
    expect(page.get_by_text("Approved. It leaves in ten minutes.")).to_be_visible()
    expect(page).not_to_have_url(re.compile(f"/letters/{number}$"))
    assert letter_status(office, number) == "approved"
    page.goto(f"{office.address}/letters/recent")
    page.get_by_role("button", name="Undo all that I approved").click()
    expect(page.get_by_text("1 approval taken back.")).to_be_visible()
    assert letter_status(office, number) == "drafted"


def test_after_ten_minutes_an_approval_stands(office: Office, open_as: OpenAs) -> None:
    page = open_as("sue")
    number = first_agreeing(page, office)
    page.keyboard.press("a")
    expect(page.get_by_text("Approved. It leaves in ten minutes.")).to_be_visible()
    page.goto(f"{office.address}/letters/recent")
    office.clock.advance(timedelta(minutes=11))
    office.work()
    page.get_by_role("button", name="Undo all that I approved").click()
    expect(page.get_by_text("The ten minutes are over").first).to_be_visible()
    assert letter_status(office, number) in {"queued", "sent"}


def test_a_letter_goes_back_is_corrected_and_needs_other_eyes(office: Office, open_as: OpenAs) -> None:
    page = open_as("sue")
    number = first_agreeing(page, office)
    with office.parts.reading() as session:
        case_id = session.get_one(Letter, number).case_id
    page.keyboard.press("r")
    page.keyboard.type("Mention our call.")
    page.get_by_role("button", name="Send back").click()
    expect(page.get_by_text("Sent back to be corrected.")).to_be_visible()
    correction = tasks(office, "correct_letter")[-1]
    page.goto(f"{office.address}/worklist/{correction.id}")
    expect(page.locator("#pane")).to_contain_text("Mention our call.")
    page.get_by_label("Text added to the letter").fill("As we said on the telephone.")
    page.get_by_label("What was changed?").fill("The call is mentioned.")
    page.get_by_role("button", name="Done").click()
    expect(page.get_by_text("Done: Correct the letter.")).to_be_visible()
    office.work()
    with office.parts.reading() as session:
        again = max(each for each in letters(office) if session.get_one(Letter, each).case_id == case_id)
    page.goto(f"{office.address}/letters/{again}")
    expect(page.get_by_text("Somebody else has to approve it")).to_be_visible()
    expect(page.get_by_role("button", name="Approve", exact=True)).to_have_count(0)
    other = open_as("sam", f"/letters/{again}")
    expect(other.get_by_role("region", name=re.compile("Preview"))).to_contain_text("As we said on the telephone.")
    other.keyboard.press("a")
    expect(other.get_by_text("Approved. It leaves in ten minutes.")).to_be_visible()
    assert letter_status(office, again) == "approved"


def test_those_whose_figures_agree_are_approved_at_once(office: Office, open_as: OpenAs) -> None:
    page = open_as("sue", "/letters/")
    button = page.get_by_role("button", name=AGREEING)
    count = int("".join(filter(str.isdigit, button.inner_text())))
    button.click()
    page.get_by_role("dialog").get_by_role("button", name="Approve", exact=True).click()
    expect(page.get_by_text(f"{count} letters approved.")).to_be_visible()
    assert len(letters(office, "approved")) == count


def test_a_letter_whose_figures_differ_is_drafted_anew(office: Office, open_as: OpenAs) -> None:
    page = open_as("sue", "/letters/")
    row = page.locator("#letters-queue [data-row]", has_text="figures differ").first
    number = int((row.get_attribute("id") or "").removeprefix("letter-"))
    page.goto(f"{office.address}/letters/{number}")
    expect(page.get_by_text("Its figures differ from today's ledger")).to_be_visible()
    page.get_by_role("button", name="Draft anew with today's figures").click()
    expect(page.get_by_text("It is drafted anew").first).to_be_visible()
    office.work()
    assert letter_status(office, number) == "superseded"


def test_the_course_of_a_case_is_decided(office: Office, open_as: OpenAs) -> None:
    task = tasks(office, "decide_course")[0]
    page = open_as("sue", f"/worklist/{task.id}")
    page.get_by_label("Refer to legal").check()
    page.get_by_label("Why?").fill("Has assets, does not answer.")
    page.get_by_role("button", name="Done").click()
    expect(page.get_by_text("Done: Decide the course.")).to_be_visible()
    office.work()
    assert stage(office, task.number)[0] == "ended"


def test_work_is_shared_out(office: Office, open_as: OpenAs) -> None:
    page = open_as("sue")
    expect(page.get_by_role("heading", name="Workload by person")).to_be_visible()
    page.goto(f"{office.address}/worklist/?tab=group")
    calls = [task for task in tasks(office, "phone_call") if task.assignee != "ben"][:2]
    for task in calls:
        page.locator(f"#row-{task.id} [data-pick]").check()
    page.get_by_label("Colleague", exact=True).select_option("ben")
    page.get_by_role("button", name="Assign").click()
    expect(page.get_by_text("2 tasks changed.")).to_be_visible()
    assert {task.assignee for task in tasks(office, "phone_call") if task.id in {each.id for each in calls}} == {"ben"}
