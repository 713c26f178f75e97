"""Strategies are seen with their cases and money, deployed by upload, and taken back."""

import io
import re
import zipfile
from collections.abc import Callable
from io import BytesIO

import pytest
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from engine import deployments
from engine.deployments import MAIN
from engine.errors import Unusable
from tests.web.conftest import OpenAs, SignIn
from tests.web.small_world import bring_in, deploy_all
from web.bundles import PROJECT
from web.context import Context
from web.uploaded_bundles import read_upload

SMALL = (PROJECT / "processes" / "small_balance" / MAIN).read_bytes()
CHANGED = SMALL + b"\n<!-- a second version -->\n"


@pytest.fixture
def world(parts: Context) -> Context:
    bring_in(parts)
    parts.worker.run_due()
    return parts


def send(client: FlaskClient, content: bytes, name: str = "small_balance.bpmn", **more: str) -> TestResponse:
    form = {"file": (BytesIO(content), name), "note": "A better text", **more}
    return client.post("/strategies/deploy", data=form)


def zipped(**files: bytes) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w") as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return out.getvalue()


def versions(parts: Context, key: str = "small_balance") -> list[tuple[int, bool]]:
    with parts.reading() as session:
        return [(each.version, each.active) for each in deployments.history_of(session, key)]


@pytest.mark.usefixtures("world")
def test_cards_say_how_many_cases_and_how_much_money(sign_in: SignIn) -> None:
    page = sign_in("analyst").get("/strategies/").text
    assert "€1,351.00" in page
    assert "Which strategy a case gets" in page


@pytest.mark.usefixtures("world")
def test_the_diagram_comes_with_the_cases_at_each_step(sign_in: SignIn) -> None:
    client = sign_in("analyst")
    page = client.get("/strategies/standard_b2b").text
    address = re.search(r'data-trail-url="([^"]+)"', page)
    assert address is not None
    counts = client.get(address[1]).get_json()["counts"]
    assert sum(int(each["text"]) for each in counts.values()) == 2
    money = client.get(f"{address[1]}?show=money").get_json()["counts"]
    assert any("€1,351.00" in each["title"] for each in money.values())
    assert client.get("/strategies/standard_b2b/versions/1/diagram.bpmn").data.startswith(b"<?xml")


def test_diagrams_are_for_those_who_signed_in(parts: Context, app: object, sign_in: SignIn) -> None:
    deploy_all(parts)
    address = "/strategies/small_balance/versions/1/diagram.bpmn"
    assert app.test_client().get(address).status_code == 302  # type: ignore[attr-defined]
    assert sign_in("collector").get(address).status_code == 200
    assert sign_in("collector").get("/strategies/small_balance/versions/9/diagram.bpmn").status_code == 404
    assert sign_in("collector").get("/strategies/small_balance/versions/1/files/../secret").status_code == 404


def test_a_new_version_is_deployed_and_taken_back(parts: Context, sign_in: SignIn) -> None:
    deploy_all(parts)
    client = sign_in("administrator")
    assert send(client, CHANGED).location == "/strategies/small_balance"
    assert versions(parts) == [(1, False), (2, True)]
    page = client.get("/strategies/small_balance").text
    assert "A better text" in page
    assert "changed: strategy.bpmn" in " ".join(page.split())
    client.post("/strategies/small_balance/rollback", data={"version": "1"})
    assert versions(parts) == [(1, True), (2, False)]
    assert "not the version on which" in client.get("/strategies/small_balance?version=2").text


def test_the_same_files_again_change_nothing(parts: Context, sign_in: SignIn) -> None:
    deploy_all(parts)
    send(sign_in("administrator"), SMALL)
    assert versions(parts) == [(1, True)]


def test_a_folder_comes_as_a_zip(parts: Context, sign_in: SignIn) -> None:
    content = zipped(**{"gentle/strategy.bpmn": SMALL, "gentle/notes.txt": b"left out"})
    assert send(sign_in("administrator"), content, "any.zip").location == "/strategies/gentle"
    assert versions(parts, "gentle") == [(1, True)]


def test_a_broken_diagram_is_refused_with_every_problem_and_nothing_is_stored(parts: Context, sign_in: SignIn) -> None:
    broken = SMALL.replace(b'id="send_message"', b'id="send_massage"')
    page = send(sign_in("administrator"), broken).text
    assert "send_massage" in page
    assert "nothing was stored" in page
    address = re.search(r'data-trail-url="([^"]+)"', page)
    assert address is not None
    marks = sign_in("administrator").get(address[1]).get_json()["counts"]
    assert any("send_massage" in each["title"] for each in marks.values())
    assert sign_in("analyst").get(address[1]).status_code == 403
    assert versions(parts) == []


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        ("notes.txt", b"hello", "neither a diagram"),
        ("x.zip", b"PK nonsense", "cannot be read"),
        ("x.zip", zipped(**{"readme.md": b""}), "There is no strategy.bpmn"),
        ("x.zip", zipped(**{"../strategy.bpmn": SMALL}), "points out of its folder"),
        ("Bad Name.bpmn", SMALL, "cannot name a strategy"),
    ],
)
def test_what_is_no_strategy_is_refused(name: str, content: bytes, said: str) -> None:
    with pytest.raises(Unusable, match=said):
        read_upload(name, content)


def test_an_external_entity_is_refused(sign_in: SignIn) -> None:
    evil = b'<?xml version="1.0"?><!DOCTYPE d [<!ENTITY e SYSTEM "file:///etc/passwd">]><definitions>&e;</definitions>'
    assert "root:" not in (page := send(sign_in("administrator"), evil).text)
    assert 'role="alert"' in page


def test_only_administrators_deploy(parts: Context, sign_in: SignIn) -> None:
    deploy_all(parts)
    for role in ("analyst", "supervisor", "collector", "auditor"):
        assert sign_in(role).get("/strategies/").status_code == 200
        assert send(sign_in(role), SMALL).status_code == 403
        assert sign_in(role).post("/strategies/small_balance/rollback", data={"version": "1"}).status_code == 403


@pytest.mark.usefixtures("world")
def test_the_pages_are_accessible_and_fit(open_as: OpenAs, axe: Callable[..., None]) -> None:
    for path in ("", "standard_b2b", "decisions/choose_strategy", "deploy"):
        page = open_as("administrator", f"/strategies/{path}")
        for width in (1440, 390):
            page.set_viewport_size({"width": width, "height": 900})
            page.wait_for_load_state("networkidle")
            axe(page)
            assert page.evaluate("document.documentElement.scrollWidth") <= width, path
