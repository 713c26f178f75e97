"""What an administrator does: files, strategies, stuck cases, sending, people, the creditor, the clock."""

import re
import zipfile
from datetime import timedelta
from pathlib import Path

from playwright.sync_api import Page, expect
from sqlalchemy import select

from engine.tables import Incident, Instance
from receivables.letter import Letter
from service_tasks.keys import key_of
from tests.browser import world
from tests.browser.conftest import Office, OpenAs
from tests.browser.finding import letters, stage, tasks
from web.bundles import PROJECT

FILE = """Doc No;Customer;Name;Issued;Due;Total;Curr
N-1;X-1;New Ltd;2026-01-05;2026-01-19;120.50;EUR
N-2;X-1;New Ltd;2026-01-06;not a day;80.00;EUR
N-3;X-2;Other Ltd;2026-01-07;2026-01-21;1000.00;EUR
"""
STANDARD = PROJECT / "processes/standard_b2b/strategy.bpmn"
ESCAPE = "().__class__.__base__.__subclasses__()"


def upload(page: Page, office: Office, tmp_path: Path) -> None:
    file = tmp_path / "open items.csv"
    file.write_text(FILE, encoding="utf-8")
    page.goto(f"{office.address}/imports/new")
    page.get_by_label("File of receivables").set_input_files(file)
    page.get_by_role("button", name="Upload and go on").click()
    expect(page).to_have_url(re.compile("/imports/new/"))


def test_a_file_is_imported_and_undone(office: Office, open_as: OpenAs, tmp_path: Path) -> None:
    page = open_as("ada")
    upload(page, office, tmp_path)
    page.locator("#column_number").select_option("Doc No")
    page.locator("#column_debtor_ref").select_option("Customer")
    page.locator("#column_amount").select_option("Total")
    page.get_by_role("button", name="Preview what would change").click()
    expect(page).to_have_url(re.compile("/jobs/|/preview"))
    office.work()
    expect(page.get_by_role("button", name="Import now")).to_be_visible()
    expect(page.get_by_text("2 rows go in, 1 are refused.")).to_be_visible()
    page.get_by_role("button", name="Import now").click()
    expect(page).to_have_url(re.compile("/jobs/"))
    office.work()
    expect(page).to_have_url(re.compile(r"/imports/\d+$"))
    expect(page.get_by_role("region", name="Refused rows")).to_contain_text("not a day")
    page.get_by_role("button", name="Undo the import").click()
    page.get_by_role("dialog").get_by_role("button").last.click()
    expect(page.get_by_text("This import was undone by Ada Administrator.")).to_be_visible()


def test_a_new_version_is_deployed_and_taken_back(open_as: OpenAs, tmp_path: Path) -> None:
    file = tmp_path / "strategy.bpmn"
    changed = (PROJECT / "processes/small_balance/strategy.bpmn").read_text(encoding="utf-8") + "<!-- tried -->\n"
    file.write_text(changed, encoding="utf-8")
    page = open_as("ada", "/strategies/deploy?key=small_balance")
    page.get_by_label("Diagram (.bpmn) or folder (.zip)").set_input_files(file)
    page.get_by_label("Why").fill("Tried in a test")
    page.get_by_role("button", name="Check and deploy").click()
    expect(page.get_by_role("region", name="Versions")).to_contain_text("Version 2")
    page.get_by_role("button", name="Start new cases on it").click()
    page.get_by_role("dialog").get_by_role("button").last.click()
    rows = page.get_by_role("region", name="Versions").get_by_role("listitem")
    expect(rows.filter(has_text="new cases start here")).to_contain_text("Version 1")


def test_a_diagram_that_would_run_code_is_refused(office: Office, open_as: OpenAs, tmp_path: Path) -> None:
    text = STANDARD.read_text(encoding="utf-8")
    bad = re.sub(r"(<bpmn:conditionExpression[^>]*>)[^<]*", lambda found: found[1] + ESCAPE, text, count=1)
    element = re.findall(r'<bpmn:sequenceFlow id="([^"]+)"', bad[: bad.index(ESCAPE)])[-1]
    file = tmp_path / "strategy.bpmn"
    file.write_text(bad, encoding="utf-8")
    page = open_as("ada", "/strategies/deploy?key=standard_b2b")
    page.get_by_label("Diagram (.bpmn) or folder (.zip)").set_input_files(file)
    page.get_by_label("Why").fill("Should never run")
    page.get_by_role("button", name="Check and deploy").click()
    expect(page.get_by_role("region", name="What is wrong")).to_contain_text(element)
    page.goto(f"{office.address}/strategies/standard_b2b")
    expect(page.get_by_role("region", name="Versions")).not_to_contain_text("Version 2")


def test_a_stuck_case_is_tried_again(office: Office, open_as: OpenAs) -> None:
    number = tasks(office, "phone_call")[0].number
    with office.parts.unit_of_work() as session:
        instance = session.scalars(select(Instance).where(Instance.business_key == key_of(number))).one()
        instance.status = "stuck"
        about = {"element": "remind", "error": "TypeError", "detail": "at line 1", "at": office.parts.now()}
        session.add(Incident(instance_id=instance.id, business_key=key_of(number), attempts=1, **about))
    page = open_as("ada", "/operations/")
    page.locator("tbody tr").first.get_by_role("link").first.click()
    page.get_by_role("button", name="Try again").click()
    expect(page.get_by_text("TypeError")).to_have_count(0)
    office.work()
    assert stage(office, number)[0] == "running"


def test_sending_is_redirected_and_turned_off(open_as: OpenAs) -> None:
    page = open_as("ada", "/sending/")
    expect(page.get_by_role("region", name="What would go out today")).to_be_visible()
    page.get_by_label("Or send everything to one address, to try it out").fill("test@borealis.example")
    page.get_by_role("button", name="Redirect").click()
    expect(page.get_by_label("Or send everything")).to_have_value("test@borealis.example")
    page.get_by_role("button", name="Turn off").click()
    expect(page.get_by_role("button", name="Turn off")).to_have_count(0)


def test_a_colleague_joins(open_as: OpenAs) -> None:
    page = open_as("ada", "/administration/people/new")
    page.get_by_role("button", name="Add").click()
    expect(page.locator(".invalid-feedback").first).to_be_visible()
    page.get_by_label("User name").fill("dora")
    page.get_by_label("Name that colleagues read").fill("Dora Collector")
    page.get_by_label("E-mail").fill("dora@borealis.example")
    page.get_by_label("Collector", exact=True).check()
    page.get_by_role("button", name="Add").click()
    expect(page.get_by_role("heading", name="New password")).to_be_visible()
    page.get_by_role("navigation", name="Where you are").get_by_role("link", name="People").click()
    expect(page.get_by_role("link", name="Dora Collector").first).to_be_visible()


def test_the_creditor_moves(open_as: OpenAs) -> None:
    page = open_as("ada", "/administration/creditor/")
    page.get_by_label("Street and number").fill("Dunajská 7")
    page.get_by_role("button", name="Save").first.click()
    expect(page.get_by_label("Street and number")).to_have_value("Dunajská 7")
    page.reload()
    expect(page.get_by_label("Street and number")).to_have_value("Dunajská 7")


def test_letters_are_printed_and_posted(office: Office, open_as: OpenAs, tmp_path: Path) -> None:
    number = letters(office)[-1]
    with office.parts.unit_of_work() as session:
        debtor = session.get_one(Letter, number).case.debtor
        for contact in debtor.contacts:
            if contact.channel == "email":
                contact.valid_until = world.TODAY - timedelta(days=1)
    page = open_as("sue", f"/letters/{number}")
    page.get_by_role("button", name=re.compile("^Approve( a)?$")).click()
    expect(page.get_by_text("Approved. It leaves in ten minutes.")).to_be_visible()
    office.clock.advance(timedelta(minutes=11))
    office.work()
    page.goto(f"{office.address}/letters/print")
    with page.expect_download() as waiting:
        page.get_by_role("button", name="Download 1 letter as ZIP").click()
    waiting.value.save_as(tmp_path / "letters.zip")
    assert any(name.endswith((".docx", ".pdf")) for name in zipfile.ZipFile(tmp_path / "letters.zip").namelist())
    page.locator("[data-pick]").check()
    page.get_by_role("button", name="Mark as posted").click()
    page.get_by_role("dialog").get_by_role("button", name="Mark as posted").click()
    expect(page.get_by_text("1 letter marked as posted.")).to_be_visible()


def test_the_clock_moves_on_by_a_day(office: Office, open_as: OpenAs) -> None:
    page = open_as("ada")
    page.get_by_role("button", name="+1 day").click()
    expect(page).to_have_url(re.compile("/jobs/"))
    office.work()
    expect(page.get_by_role("heading", name="Good day, Ada Administrator")).to_be_visible()
    page.goto(f"{office.address}/jobs/")
    expect(page.locator("tbody tr").first).to_contain_text("Move the clock on by 1 day")
    expect(page.locator("tbody tr").first).to_contain_text("done")
