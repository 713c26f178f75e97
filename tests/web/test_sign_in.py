import email
import re
from email.message import EmailMessage
from email.policy import default
from pathlib import Path

import pytest
from flask import Flask
from flask.testing import FlaskClient

from web import people
from web.context import Context
from web.security import limits
from web.security.limits import ALLOWED, WINDOW_SECONDS, FailureLimit

PASSWORD = "correct horse battery"


@pytest.fixture
def stranger(app: Flask, parts: Context) -> FlaskClient:
    with app.app_context(), parts.unit_of_work() as session:
        people.set_password(people.find(session, "collector"), PASSWORD)
    return app.test_client()


def enter(client: FlaskClient, name: str, password: str) -> tuple[int, str]:
    answer = client.post("/sign-in", data={"email": name, "password": password})
    return answer.status_code, answer.text


@pytest.mark.parametrize("name", ["collector", "Collector", "COLLECTOR@firm.test"])
def test_username_and_email_both_open(stranger: FlaskClient, name: str) -> None:
    assert enter(stranger, name, PASSWORD)[0] == 302
    assert stranger.get("/profile").status_code == 200


@pytest.mark.parametrize(("name", "password"), [("collector", "wrong"), ("nobody", PASSWORD)])
def test_a_refusal_does_not_say_which_was_wrong(stranger: FlaskClient, name: str, password: str) -> None:
    status, text = enter(stranger, name, password)
    assert status == 200
    assert "The user name or the password is not right." in text


def test_guessing_is_slowed_down(stranger: FlaskClient, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "ALLOWED", 2)
    for _ in range(2):
        enter(stranger, "collector", "guess")
    assert "Too many attempts" in enter(stranger, "collector", PASSWORD)[1]


def test_a_switched_off_account_stays_out(stranger: FlaskClient, parts: Context) -> None:
    with parts.unit_of_work() as session:
        people.set_active(people.find(session, "collector"), active=False)
    assert enter(stranger, "collector", PASSWORD)[0] == 200
    assert stranger.get("/profile").status_code == 302


def test_a_forgotten_password_is_set_anew_by_mail(stranger: FlaskClient, parts: Context) -> None:
    stranger.post("/reset-password", data={"email": "collector@firm.test"})
    mail = only_mail(parts.settings.kept("mail"))
    assert mail["To"] == "collector@firm.test"
    found = re.search(r"http\S+(/reset-password/\S+)", mail.get_content())
    assert found is not None
    stranger.post(found[1], data={"password": "a new one, long", "password_confirm": "a new one, long"})
    assert enter(stranger, "collector", "a new one, long")[0] == 302


def test_a_reset_for_nobody_sends_nothing_and_says_the_same(stranger: FlaskClient, parts: Context) -> None:
    answer = stranger.post("/reset-password", data={"email": "nobody@firm.test"}, follow_redirects=True)
    assert answer.status_code == 200
    assert list(parts.settings.kept("mail").glob("*.eml")) == []


def test_nobody_floods_a_mailbox(stranger: FlaskClient, parts: Context, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(limits, "ALLOWED", 2)
    for _ in range(3):
        stranger.post("/reset-password", data={"email": "collector@firm.test"})
    assert len(list(parts.settings.kept("mail").glob("*.eml"))) == 2


def test_the_link_names_our_own_address_whatever_the_request_says(stranger: FlaskClient, parts: Context) -> None:
    stranger.post("/reset-password", data={"email": "collector@firm.test"}, headers={"Host": "evil.test"})
    assert "evil.test" not in only_mail(parts.settings.kept("mail")).get_content()


@pytest.mark.parametrize("address", ["https://evil.test/", "//evil.test/", "/\\evil.test"])
def test_signing_in_leads_nowhere_foreign(stranger: FlaskClient, address: str) -> None:
    answer = stranger.post(f"/sign-in?next={address}", data={"email": "collector", "password": PASSWORD})
    assert not answer.headers.get("Location", "").startswith(("http", "//", "/\\"))


def test_waiting_is_over_after_the_window() -> None:
    now = [0.0]
    limit = FailureLimit(lambda: now[0])
    for _ in range(ALLOWED):
        limit.failed("anna")
    assert limit.wait("anna") > 0
    now[0] = WINDOW_SECONDS + 1
    assert limit.wait("anna") == 0


def only_mail(folder: Path) -> EmailMessage:
    (path,) = folder.glob("*.eml")
    return email.message_from_bytes(path.read_bytes(), policy=default)
