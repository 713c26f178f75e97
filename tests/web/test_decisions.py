"""Shared decision tables are read, tried, compared, replaced by upload and taken back, in plain words."""

from __future__ import annotations

import re
from collections.abc import Callable
from io import BytesIO
from urllib.parse import urlencode

import pytest
from flask.testing import FlaskClient
from playwright.sync_api import expect
from sqlalchemy import select
from werkzeug.test import TestResponse

from engine import deployments, history
from engine.deployments import DECISIONS
from engine.tables import Deployment, HistoryRow
from tests.web.conftest import OpenAs, SignIn
from tests.web.small_world import bring_in, deploy_all
from web.bundles import PROJECT
from web.context import Context

HOME = "/strategies/decisions/"
WAITS = (PROJECT / "processes" / "decisions" / "waits.dmn").read_bytes()


@pytest.fixture
def world(parts: Context) -> Context:
    bring_in(parts)
    parts.worker.run_due()
    return parts


@pytest.fixture
def deployed(parts: Context) -> Context:
    deploy_all(parts)
    return parts


def text_of(answer: TestResponse) -> str:
    """What people read on a page, without its markup."""
    return " ".join(re.sub(r"<[^>]*>", " ", answer.text).split())


def ask(client: FlaskClient, name: str, **values: str) -> str:
    kept = {("v." + key if "_of" not in key else key): value for key, value in values.items()}
    return text_of(client.get(f"{HOME}{name}/try?{urlencode(kept)}"))


def send(client: FlaskClient, content: bytes, name: str = "waits.dmn", **more: str) -> TestResponse:
    form = {"file": (BytesIO(content), name), "note": "Longer waits", **more}
    return client.post(HOME + "-/deploy", data=form)


def versions(parts: Context) -> list[tuple[int, bool]]:
    with parts.reading() as session:
        return [(each.version, each.active) for each in deployments.history_of(session, DECISIONS)]


def table(policy: str, rules: str, *, inputs: str = "", name: str = "waits") -> bytes:
    """A table `waits` of one number `days_late` (or `inputs`) and one output."""
    asked = inputs or (
        '<input id="i1" label="Days late"><inputExpression id="e1" typeRef="number"><text>days_late</text>'
        "</inputExpression></input>"
    )
    return (
        '<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="d" name="d" namespace="n">'
        f'<decision id="{name}" name="How long"><decisionTable id="t" hitPolicy="{policy}">{asked}'
        f'<output id="o" label="Days" name="days" typeRef="number"/>{rules}</decisionTable></decision></definitions>'
    ).encode()


def rule(number: int, cell: str, answer: str) -> str:
    cell, answer = cell.replace("<", "&lt;"), answer.replace("<", "&lt;")
    return (
        f'<rule id="r{number}"><inputEntry id="in{number}"><text>{cell}</text></inputEntry>'
        f'<outputEntry id="out{number}"><text>{answer}</text></outputEntry></rule>'
    )


def store(parts: Context, content: bytes, name: str = "waits") -> None:
    """Store a version as it is, whatever a check would say of it."""
    with parts.unit_of_work() as session:
        last = deployments.history_of(session, DECISIONS)
        for each in last:
            each.active = False
        session.flush()
        files = deployments.unpacked(last[-1].files) if last else {}
        files[f"decisions/{name}.dmn"] = content
        row = Deployment(key=DECISIONS, version=len(last) + 1, name="Decisions", note="")
        row.checksum, row.files = deployments.checksum(files), deployments.packed(files)
        row.by, row.at, row.active = "duly", parts.now(), True
        session.add(row)


@pytest.mark.usefixtures("deployed")
def test_the_list_says_what_each_table_answers_and_who_asks(sign_in: SignIn) -> None:
    page = text_of(sign_in("analyst").get(HOME))
    assert "Which strategy a case gets" in page
    assert "Which strategy does a new case run through?" in page
    assert "first rule that fits" in page
    assert "When a case is opened" in page
    assert "Version 1 decides" in page


@pytest.mark.parametrize(("who", "listed"), [("collector", False), ("analyst", True), ("auditor", True)])
def test_the_menu_has_them_for_those_who_look_after_them(sign_in: SignIn, who: str, listed: bool) -> None:
    assert ('data-goto="t"' in sign_in(who).get("/").text) is listed
    assert sign_in(who).get("/strategies/decisions/").status_code == 200


def test_without_a_deployment_the_tables_of_the_installation_are_shown(sign_in: SignIn) -> None:
    client = sign_in("collector")
    assert "come with Duly" in text_of(client.get(HOME))
    assert "&#34;standard_b2b&#34;" in client.get(HOME + "choose_strategy").text
    assert client.get(HOME + "choose_strategy/table.dmn").data.startswith(b"<?xml")
    assert client.get(HOME + "nothing_of_the_kind").status_code == 404


def test_who_asks_says_by_which_binding_and_where(parts: Context, sign_in: SignIn) -> None:
    deploy_all(parts)
    with parts.unit_of_work() as session:
        row = deployments.active(session, "small_balance")
        assert row is not None
        step = '<bpmn:businessRuleTask id="ask" name="Ask the table"><bpmn:extensionElements>'
        step += '<spiffworkflow:calledDecisionId xmlns:spiffworkflow="http://spiffworkflow.org/bpmn/schema/1.0/core">'
        step += "choose_strategy</spiffworkflow:calledDecisionId></bpmn:extensionElements></bpmn:businessRuleTask>"
        diagram = row.files[deployments.MAIN].replace("<bpmn:startEvent", step + "<bpmn:startEvent", 1)
        row.files = {**row.files, deployments.MAIN: diagram}
    page = text_of(sign_in("analyst").get(HOME + "choose_strategy"))
    assert "Small balance v1 · the copy of its own version at Ask the table" in page


def test_a_trial_says_the_answer_and_why_each_rule_hits_or_not(sign_in: SignIn) -> None:
    page = ask(sign_in("analyst"), "choose_strategy", currency="PLN", amount="150", debtor_type="business")
    assert "Strategy small_balance" in page
    assert "Rule 2: Too little to spend a call or a letter on" in page
    assert "2 decides" in page
    assert "7 fits too" in page
    assert "1 does not fit" in page
    assert 'does not fit: "key"' in page.replace("&#34;", '"')


def test_numbers_are_read_as_people_write_them_and_wrong_ones_are_said(sign_in: SignIn) -> None:
    client = sign_in("analyst")
    assert "Strategy standard_b2b" in ask(client, "choose_strategy", currency="PLN", amount="1 150,50")
    wrong = ask(client, "choose_strategy", amount="much")
    assert "Amount owed : Write a number such as 1250.50." in wrong
    assert "fits too" not in wrong


@pytest.mark.usefixtures("world")
def test_a_case_fills_the_inputs_and_may_be_changed(sign_in: SignIn) -> None:
    client = sign_in("analyst")
    page = client.get(HOME + "choose_strategy/try?of=Kowalski").text
    assert re.search(r'name="v\.amount" value="400"', page)
    assert re.search(r'name="v\.currency" value="PLN"', page)
    number = re.search(r'name="case" value="(\d+)"', page)
    assert number is not None
    changed = text_of(client.get(f"{HOME}choose_strategy/try?case={number[1]}&v.amount=50"))
    assert "Strategy small_balance" in changed
    assert "Amount owed changed" in changed
    assert "There is no case 4711" in text_of(client.get(HOME + "choose_strategy/try?case=4711"))
    assert "No open case fits" in text_of(client.get(HOME + "choose_strategy/try?of=Nobody"))


@pytest.mark.usefixtures("world")
def test_several_cases_are_offered_to_choose_from(sign_in: SignIn) -> None:
    page = text_of(sign_in("analyst").get(HOME + "assign_case/try?of=debtors.test"))
    assert "Case 1" in page
    assert "Case 2" in page


def test_no_rule_hits_is_said(parts: Context, sign_in: SignIn) -> None:
    store(parts, table("UNIQUE", rule(1, "< 5", "3")))
    page = ask(sign_in("analyst"), "waits", days_late="9")
    assert "No rule fits these values." in page
    assert "Days –" in page


def test_two_rules_of_a_unique_table_are_a_mistake_in_words(parts: Context, sign_in: SignIn) -> None:
    store(parts, table("UNIQUE", rule(1, "< 5", "3") + rule(2, "< 9", "4")))
    client = sign_in("analyst")
    assert "Rules 1 and 2 fit together, and this table allows one alone." in ask(client, "waits", days_late="3")
    doubts = text_of(client.get(HOME + "waits"))
    assert "Rules 1 and 2 fit together , for example at Days late = 4" in doubts
    assert "No rule fits , for example at Days late = 9" in doubts


def test_an_expression_that_fails_is_said(parts: Context, sign_in: SignIn) -> None:
    store(parts, table("FIRST", rule(1, "-", "count(for i in 1..1000000 return i)")))
    page = ask(sign_in("analyst"), "waits", days_late="3")
    assert "An expression of the table cannot be worked out with these values" in page


def test_what_expressions_compute_with_is_asked_for(parts: Context, sign_in: SignIn) -> None:
    inputs = (
        '<input id="i1" label="Half"><inputExpression id="e1" typeRef="number"><text>case.balance / 2</text>'
        '</inputExpression></input><input id="i2" label="Kind"><inputExpression id="e2" typeRef="string">'
        '<text>case.product_group</text></inputExpression><inputValues id="v"><text>"trade","rent"</text></inputValues>'
        "</input>"
    )
    more = '</inputEntry><inputEntry id="x"><text>"rent"</text></inputEntry>'
    rules = rule(1, "< 50", "1").replace("</inputEntry>", more)
    store(parts, table("FIRST", rules, inputs=inputs))
    page = sign_in("analyst").get(HOME + "waits/try")
    assert 'name="v.case.balance"' in page.text
    assert re.search(r'<select[^>]*name="v\.case\.product_group".*?<option>rent</option>', page.text, re.DOTALL)
    client = sign_in("analyst")
    said = text_of(client.get(HOME + "waits/try?v.case.balance=80&v.case.product_group=rent"))
    assert "Days 1" in said
    refused = text_of(client.get(HOME + "waits/try?v.case.balance=80&v.case.product_group=loans"))
    assert "“loans” is none of the values that the column Kind allows" in refused


def test_what_a_file_says_is_never_markup(parts: Context, sign_in: SignIn) -> None:
    evil = "a&quot; onfocus=&quot;x &lt;b&gt;"
    content = (
        '<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="d" name="d" namespace="n">'
        f'<inputData id="in" name="{evil}"/><decision id="fee" name="{evil}"><informationRequirement id="r">'
        f'<requiredInput href="#in"/></informationRequirement><decisionTable id="t" hitPolicy="FIRST">'
        f'<input id="i" label="{evil}"><inputExpression id="e"><text>1</text></inputExpression></input>'
        f'<output id="o" name="{evil}"/><rule id="r1"><description>{evil}</description><inputEntry id="c">'
        '<text>-</text></inputEntry><outputEntry id="g"><text>"&lt;b&gt;,&lt;i&gt;"</text></outputEntry></rule>'
        "</decisionTable></decision></definitions>"
    )
    store(parts, content.encode(), "fee")
    client = sign_in("administrator")
    for page in ("", "fee", "fee/try", "fee/try?of=%22%3E%3Cb%3E", "fee/differences", "-/deploy"):
        answer = client.get(HOME + page)
        assert answer.status_code == 200, page
        assert "<b>" not in answer.text, page
        assert "<i>" not in answer.text, page
        assert 'onfocus="' not in answer.text, page
    assert "v.a&#34; onfocus" in client.get(HOME + "fee/try").text


def test_a_decision_that_is_no_table_shows_its_value(parts: Context, sign_in: SignIn) -> None:
    content = (
        '<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="d" name="d" namespace="n">'
        '<decision id="fee" name="Fee"><literalExpression id="l"><text>case.balance * 0.1</text></literalExpression>'
        "</decision></definitions>"
    )
    store(parts, content.encode(), "fee")
    client = sign_in("analyst")
    assert "case.balance * 0.1" in client.get(HOME + "fee").text
    page = text_of(client.get(HOME + "fee/try?v.case.balance=250"))
    assert "Value 25" in page


def test_a_table_is_replaced_compared_and_taken_back(deployed: Context, sign_in: SignIn) -> None:
    client = sign_in("administrator")
    edited = WAITS.replace(b"<text>21</text>", b"<text>28</text>")
    assert send(client, edited, "waits (1).dmn").location == HOME + "waits"
    assert versions(deployed) == [(1, False), (2, True)]
    with deployed.reading() as session:
        before, after = (each.files for each in deployments.history_of(session, DECISIONS))
    assert {path for path in after if after[path] != before.get(path)} == {"decisions/waits.dmn"}
    page = text_of(client.get(HOME))
    assert "Longer waits" in page
    assert "changed: How long a case waits" in page
    difference = client.get(HOME + "waits/differences")
    assert "1 rule changed" in text_of(difference)
    assert difference.text.count("duly-touched") == 1
    assert "before: 21 now: 28" in text_of(difference)
    assert client.post(HOME + "-/rollback", data={"version": "1"}).location == HOME
    assert versions(deployed) == [(1, True), (2, False)]
    assert "which does not decide any more" in client.get(HOME + "waits?version=2").text
    assert client.post(HOME + "-/rollback", data={"version": "9"}).status_code == 404


def test_rows_that_came_went_and_moved_are_told_apart(parts: Context, sign_in: SignIn) -> None:
    three = [rule(1, "< 5", "3"), rule(2, "< 9", "4"), rule(3, "-", "5")]
    store(parts, table("FIRST", "".join(three)))
    store(parts, table("FIRST", three[1] + three[0] + rule(9, "[20..30]", "7")))
    page = text_of(sign_in("analyst").get(HOME + "waits/differences"))
    assert "0 rules changed · 1 added · 1 removed" in page
    assert "2 → 1" in page
    assert "moved" in page
    assert "3 added" in page
    assert "3 removed" in page


def test_a_broken_table_is_refused_with_every_problem_and_nothing_is_stored(deployed: Context, sign_in: SignIn) -> None:
    broken = WAITS.replace(b"<text>stage</text>", b"<text>stagee</text>")
    page = text_of(send(sign_in("administrator"), broken))
    assert "nothing was stored" in page
    assert "stagee" in page
    assert "decisions/waits.dmn" in page
    assert versions(deployed) == [(1, True)]


@pytest.mark.usefixtures("deployed")
def test_what_is_no_table_is_refused_in_words(sign_in: SignIn) -> None:
    client = sign_in("administrator")
    assert "is no decision table" in send(client, b"hello", "notes.txt").text
    assert "no well-formed XML" in send(client, b"hello").text
    assert "Say why" in send(client, WAITS, note=" ").text
    assert "Choose a file" in client.post(HOME + "-/deploy", data={"note": "x"}).text
    assert "cannot name a table" in send(client, table("FIRST", rule(1, "-", "1"), name="new"), "My table.dmn").text


def test_a_check_stores_nothing_and_warns_with_rule_numbers(deployed: Context, sign_in: SignIn) -> None:
    doubtful = table("UNIQUE", rule(1, "&lt; 5", "3") + rule(2, "&lt; 9", "4")).replace(b"days_late", b"case.balance")
    page = text_of(send(sign_in("administrator"), doubtful, note="", check="1"))
    assert "It can be deployed" in page
    assert "Rules 1 and 2 fit together , for example at Days late = 4" in page
    assert versions(deployed) == [(1, True)]


def test_the_tables_are_no_strategy(deployed: Context, sign_in: SignIn) -> None:
    client = sign_in("administrator")
    assert client.get("/strategies/decisions").location.endswith(HOME)
    assert "/strategies/decisions?" not in client.get("/strategies/").text
    form = {"file": (BytesIO(WAITS.replace(b"<text>21</text>", b"<text>28</text>")), "waits.dmn"), "note": "Longer"}
    assert client.post("/strategies/deploy", data=form).location == HOME
    form = {"file": (BytesIO(WAITS.replace(b"<text>21</text>", b"<text>(</text>")), "waits.dmn"), "note": "Wrong"}
    assert "nothing was stored" in client.post("/strategies/deploy", data=form).text
    assert versions(deployed) == [(1, False), (2, True)]


@pytest.mark.usefixtures("deployed")
def test_only_those_who_deploy_change_tables(sign_in: SignIn) -> None:
    for role in ("analyst", "supervisor", "collector", "auditor"):
        client = sign_in(role)
        assert client.get(HOME).status_code == 200
        assert client.get(HOME + "-/deploy").status_code == 403
        assert send(client, WAITS).status_code == 403
        assert client.post(HOME + "-/rollback", data={"version": "1"}).status_code == 403
        assert "Upload a table" not in client.get(HOME).text


def test_the_timeline_says_what_was_decided_and_why(world: Context, sign_in: SignIn) -> None:
    world.dispatcher.run_due()
    world.worker.run_due()  # what was sent is heard, and the wait begins
    page = sign_in("collector").get("/cases/1?kind=decisions")
    said = text_of(page)
    assert "Decided: Which strategy a case gets" in said
    assert "Strategy: standard_b2b" in said
    assert "Because rule 7, “Everybody else”" in said
    assert "Decided: How long a case waits" in said
    assert "Days to wait: 7" in said
    assert (
        "Because rule 6, “A reminder wants a quick answer” It looked at Stage: first_reminder It was also known" in said
    )
    assert "version 1 of the decision tables, the active one at that moment" in said
    assert 'href="/strategies/decisions/waits?version=1"' in page.text


def test_a_decision_of_the_strategys_own_copy_or_of_a_lost_table_is_told_too(world: Context, sign_in: SignIn) -> None:
    detail = {"rules": [2], "inputs": {"Stage": None}, "value": {"days": 3, "why_so": "x"}}
    told: dict[str, dict[str, object]] = {
        "waits": {**detail, "binding": "version", "version": 1},
        "gone": {**detail, "binding": "latest", "version": 44},
        "old": {},
    }
    with world.unit_of_work() as session:
        key = session.scalars(select(HistoryRow.business_key)).first() or ""
        for name, each in told.items():
            history.record(session, key, who="duly", kind="decision", now=world.now(), text=name, detail=each)
    said = text_of(sign_in("collector").get(f"/cases/{key.rpartition(':')[2]}?kind=decisions"))
    assert "the copy kept with version 1 of the strategy" in said
    assert "Days to wait: 3, Why so: x" in said or "Days: 3, Why so: x" in said
    assert "Stage: not known" in said
    assert "Decided: Gone" in said
    assert "Decided: Old" in said


def test_the_vocabulary_comes_as_json(app: object, sign_in: SignIn) -> None:
    found = sign_in("analyst").get("/api/vocabulary").get_json()
    words = {each["name"]: each for each in found["words"]}
    assert words["case.balance"] == {
        "name": "case.balance",
        "type": "number",
        "description": "what is demanded now, in the case's main currency",
    }
    assert words["stage"]["type"] == "string"
    functions = {each["name"]: each for each in found["functions"]}
    assert [each["name"] for each in functions["substring"]["parameters"]] == ["string", "start position", "length"]
    assert functions["add business days"]["parameters"][0]["type"] == "date"
    assert all(each["description"] for each in found["functions"])
    assert app.test_client().get("/api/vocabulary").status_code == 302  # type: ignore[attr-defined]


@pytest.mark.usefixtures("world")
def test_the_pages_are_accessible_and_fit(open_as: OpenAs, axe: Callable[..., None]) -> None:
    paths = ("", "choose_strategy", "choose_strategy/try?v.currency=PLN&v.amount=150", "waits/differences", "-/deploy")
    for path in paths:
        page = open_as("administrator", HOME + path)
        for width in (1440, 390):
            page.set_viewport_size({"width": width, "height": 900})
            page.wait_for_load_state("networkidle")
            axe(page)
            assert page.evaluate("document.documentElement.scrollWidth") <= width, path


def test_the_answer_changes_while_one_types_and_its_address_can_be_sent(open_as: OpenAs) -> None:
    page = open_as("analyst", HOME + "choose_strategy/try")
    page.get_by_label("Currency").fill("PLN")
    page.get_by_label("Amount owed").fill("150")
    expect(page.locator("#answer dd").first).to_have_text("small_balance")
    page.get_by_label("Amount owed").fill("1500")
    expect(page.locator("#answer dd").first).to_have_text("standard_b2b")
    page.reload()
    expect(page.locator("#answer dd").first).to_have_text("standard_b2b")
    expect(page.get_by_label("Amount owed")).to_have_value("1500")
