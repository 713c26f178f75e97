"""What an auditor and an analyst do: read; and what they may not."""

import csv
import io
import re

import openpyxl
import pytest
from playwright.sync_api import expect
from werkzeug.routing import AnyConverter, Rule

from tests.browser.conftest import Office, OpenAs
from tests.browser.places import ROLES, addresses
from web.security.access import access_of
from web.security.rights import Role, rights_of

SAMPLES = {"number": "1", "key": "collections", "username": "anna", "deed": "note", "token": "none", "contact": "1"}
HARMLESS = {"worklist_views.save", "worklist_views.remove", "home.read", "home.read_all", "profile.save"}
CHANGING = re.compile("Approve|Send back|Done|Take|Assign|Postpone|Keep|Import now|Undo|Redirect|Turn o|Deploy|Save$")
SHOWN = ("/cases/1", "/worklist/?tab=group", "/letters/", "/payments/", "/imports/", "/strategies/", "/sending/")


def refusals(office: Office, role: Role) -> dict[str, int]:
    """Send every change that a role may not make; give the answers by address."""
    client, rights = office.app.test_client(), rights_of(frozenset({role}))
    client.set_cookie("duly", office.cookie(next(name for name, each in ROLES.items() if each == role)))
    office.app.config["WTF_CSRF_ENABLED"] = False
    answers = {}
    for rule in office.app.url_map.iter_rules():
        access = access_of(office.app, rule.endpoint)
        if "POST" in (rule.methods or ()) and access and access.rights and not access.rights & rights:
            _host, path = rule.build({key: _sample(rule, key) for key in rule.arguments}) or ("", "")
            answers[path] = client.post(path).status_code
    office.app.config["WTF_CSRF_ENABLED"] = True
    return answers


def _sample(rule: Rule, key: str) -> str:
    converter = rule._converters[key]
    return next(iter(converter.items)) if isinstance(converter, AnyConverter) else SAMPLES.get(key, "1")


@pytest.mark.parametrize("role", [Role.AUDITOR, Role.ANALYST])
def test_every_change_is_refused(office: Office, role: Role) -> None:
    answers = refusals(office, role)
    assert len(answers) > 25
    assert set(answers.values()) == {403}, answers


def test_an_auditor_reads_everything_and_sees_no_button(office: Office, open_as: OpenAs) -> None:
    page = open_as("oto")
    for address in SHOWN:
        page.goto(office.address + address)
        expect(page.locator("h1").first).to_be_attached()
        found = page.locator("main").get_by_role("button", name=CHANGING).all_inner_texts()
        assert found == [], address


def test_tables_open_elsewhere(office: Office) -> None:
    client = office.app.test_client()
    client.set_cookie("duly", office.cookie("oto"))
    exports = set()
    for address in addresses(office, "oto"):
        found = re.search(r'href="([^"]*export=csv[^"]*)"', client.get(address).text)
        if found:
            exports.add(found[1].replace("&amp;", "&"))
    assert len(exports) > 10
    for address in exports:
        rows = list(csv.reader(io.StringIO(client.get(address).get_data().decode("utf-8-sig"))))
        book = openpyxl.load_workbook(io.BytesIO(client.get(address.replace("csv", "xlsx")).data))
        assert book.worksheets[0].max_row == len(rows) > 1, address


def test_an_analyst_reads_strategies_with_their_counts(office: Office, open_as: OpenAs) -> None:
    page = open_as("alan", "/strategies/")
    page.get_by_role("link", name="Standard B2B").first.click()
    expect(page.locator("#course .course-count").first).to_be_visible()
    page.get_by_role("button", name="Money").click()
    expect(page.locator("#course .course-count").filter(has_text=re.compile("€|PLN")).first).to_be_visible()
    expect(page.get_by_role("link", name="Deploy a new version")).to_have_count(0)
    page.goto(f"{office.address}/strategies/decisions/choose_strategy")
    expect(page.get_by_text('"standard_b2b"').first).to_be_visible()
    page.goto(f"{office.address}/administration/")
    expect(page.get_by_role("heading", level=1)).to_have_text("Not allowed")
