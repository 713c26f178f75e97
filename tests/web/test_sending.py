"""Sending is turned on, off and aside; what would go out today is seen before; the mail folder shows only text."""

from collections.abc import Callable
from dataclasses import replace
from email.message import EmailMessage
from pathlib import Path

import pytest

from tests.web.conftest import OpenAs, SignIn
from tests.web.small_world import bring_in
from web.context import Context
from web.sending import Mode, sending


@pytest.fixture
def world(parts: Context) -> Context:
    bring_in(parts)
    parts.worker.run_due()
    return parts


@pytest.fixture
def folder(parts: Context) -> Path:
    return parts.settings.kept("mail")


def put(folder: Path, name: str, *, subject: str = "Hello") -> None:
    message = EmailMessage()
    message["From"], message["To"], message["Subject"] = "duly@firm.test", "novak@debtors.test", subject
    message.set_content("Plain words <script>alert(1)</script>")
    message.add_alternative("<p>Never <b>shown</b></p>", subtype="html")
    message.add_attachment(b"<html>evil</html>", maintype="text", subtype="html", filename="../evil.html")
    (folder / name).write_bytes(message.as_bytes())


def mode(parts: Context) -> Mode:
    with parts.reading() as session:
        return sending(session).mode


@pytest.mark.usefixtures("world")
def test_what_would_go_out_today_is_listed_with_its_words(sign_in: SignIn) -> None:
    page = sign_in("auditor").get("/sending/").text
    assert "C1@debtors.test" in page
    assert "Payment reminder" in page
    assert "goes out" in page


def test_looking_changes_nothing(world: Context, sign_in: SignIn) -> None:
    sign_in("administrator").get("/sending/")
    assert world.dispatcher.run_due().total == 2
    assert "Nothing waits to go out today" in sign_in("administrator").get("/sending/").text


def test_the_switch_is_turned_by_administrators(parts: Context, sign_in: SignIn) -> None:
    client = sign_in("administrator")
    client.post("/sending/switch", data={"mode": "on"})
    assert mode(parts) is Mode.ON
    client.post("/sending/switch", data={"mode": "redirect", "address": "me@firm.test"})
    assert mode(parts) is Mode.REDIRECT
    assert client.post("/sending/switch", data={"mode": "redirect", "address": "nobody"}).status_code == 422
    assert client.post("/sending/switch", data={"mode": "loud"}).status_code == 422
    client.post("/sending/switch", data={"mode": "off"})
    assert mode(parts) is Mode.OFF
    assert sign_in("auditor").post("/sending/switch", data={"mode": "on"}).status_code == 403
    assert sign_in("supervisor").get("/sending/").status_code == 403


def test_the_mail_server_is_named_without_its_password(parts: Context, sign_in: SignIn) -> None:
    settings = replace(parts.settings, smtp_url="smtp://duly:secret@mail.firm.test:587")
    client = sign_in("administrator")
    client.application.extensions["duly"] = replace(parts, settings=settings)
    page = client.get("/sending/").text
    assert "mail.firm.test:587" in page
    assert "secret" not in page
    assert "nothing leaves before an administrator" in page


def test_messages_in_the_folder_are_shown_as_text(folder: Path, sign_in: SignIn) -> None:
    put(folder, "one.eml")
    client = sign_in("administrator")
    assert "one.eml" in client.get("/sending/mail").text
    page = client.get("/sending/mail/one.eml").text
    assert "&lt;script&gt;" in page
    assert "<b>shown</b>" not in page
    got = client.get("/sending/mail/one.eml/enclosed/1")
    assert got.mimetype == "application/octet-stream"
    assert "attachment; filename=evil.html" in got.headers["Content-Disposition"]


@pytest.mark.parametrize("name", ["..%2fduly.sqlite", "none.eml", "..%2f..%2fsecret.eml"])
def test_nothing_outside_the_folder_is_read(folder: Path, sign_in: SignIn, name: str) -> None:
    (folder.parent / "secret.eml").write_text("hidden")
    assert sign_in("administrator").get(f"/sending/mail/{name}").status_code == 404


def test_the_folder_is_for_administrators(folder: Path, sign_in: SignIn) -> None:
    put(folder, "reset.eml", subject="Password reset")
    for role in ("auditor", "supervisor", "collector", "analyst"):
        assert sign_in(role).get("/sending/mail").status_code == 403
        assert sign_in(role).get("/sending/mail/reset.eml").status_code == 403


@pytest.mark.usefixtures("world")
def test_the_pages_are_accessible_and_fit(folder: Path, open_as: OpenAs, axe: Callable[..., None]) -> None:
    put(folder, "one.eml")
    for path in ("", "mail", "mail/one.eml"):
        page = open_as("administrator", f"/sending/{path}")
        for width in (1440, 390):
            page.set_viewport_size({"width": width, "height": 900})
            axe(page)
            assert page.evaluate("document.documentElement.scrollWidth") <= width, path
