"""What people try who want more than they may: each of these was open once."""

import io
import zipfile
from pathlib import Path

import pytest
from flask import Flask
from flask_security import hash_password
from sqlalchemy import select

from engine.errors import Unusable
from engine.unit_of_work import Database
from receivables.debtor import Contact, Debtor
from receivables.staff import Person
from tests.databases import ON_POSTGRESQL
from tests.web.at_work import parts
from tests.web.conftest import SignIn
from web.commands.backup import copy_database
from web.context import Context
from web.jobs.table import FAILED, Job
from web.settings import Settings
from web.uploaded_bundles import read_upload

__all__ = ["parts"]
HUGE = "9" * 30
PLACES = ("cases", "debtors", "payments", "worklist", "letters", "imports", "jobs", "operations/messages")


def failed_job(parts: Context, kind: str, by: str) -> int:
    with parts.unit_of_work() as session:
        job = Job(kind=kind, title="Import", arguments={}, by=by, created_at=parts.now(), status=FAILED)
        session.add(job)
        session.flush()
        return job.id


def jobs(parts: Context) -> int:
    with parts.reading() as session:
        return len(session.scalars(select(Job)).all())


@pytest.mark.parametrize("role", ["auditor", "collector", "analyst"])
def test_nobody_repeats_the_work_of_others(parts: Context, sign_in: SignIn, role: str) -> None:
    number = failed_job(parts, "import", "supervisor")
    before = jobs(parts)
    assert sign_in(role).post(f"/jobs/{number}/repeat").status_code == 404
    assert jobs(parts) == before


def test_who_may_no_longer_import_does_not_repeat_an_import(parts: Context, sign_in: SignIn) -> None:
    number = failed_job(parts, "import", "collector")
    assert sign_in("collector").post(f"/jobs/{number}/repeat").status_code == 404
    assert "Start again" not in sign_in("collector").get(f"/jobs/{number}").text


def test_administrators_repeat_the_work_of_others(parts: Context, sign_in: SignIn) -> None:
    number = failed_job(parts, "import", "supervisor")
    assert sign_in("administrator").post(f"/jobs/{number}/repeat").status_code == 302


@pytest.mark.parametrize("deed", ["", "/end"])
def test_contacts_change_at_their_own_debtor_alone(parts: Context, sign_in: SignIn, deed: str) -> None:
    with parts.reading() as session:
        contact = session.scalars(select(Contact).where(Contact.channel == "email")).first()
        assert contact is not None
        other = session.scalar(select(Debtor.id).where(Debtor.id != contact.debtor_id).limit(1))
    wish = {"channel": "email", "value": "thief@example.com"}
    answer = sign_in("collector").post(f"/debtors/{other}/contacts/{contact.id}{deed}", data=wish)
    with parts.reading() as session:
        assert session.get_one(Contact, contact.id).valid_until is None
        assert session.scalar(select(Contact).where(Contact.value == "thief@example.com")) is None
    assert "has no contact" in answer.text


@pytest.mark.parametrize("place", PLACES)
def test_impossible_numbers_lead_to_nothing(sign_in: SignIn, place: str) -> None:
    assert sign_in("administrator").get(f"/{place}/{HUGE}").status_code == 404


@pytest.mark.parametrize("place", ["cases/", "worklist/", "jobs/", "letters/all", "worklist/?export=zz&page=2"])
def test_impossible_pages_are_the_first(sign_in: SignIn, place: str) -> None:
    mark = "&" if "?" in place else "?"
    assert sign_in("administrator").get(f"/{place}{mark}page={HUGE}").status_code == 200


@pytest.mark.parametrize(
    ("path", "form"),
    [
        ("/worklist/many", {"deed": "burn", "selected": ["x", HUGE]}),
        ("/letters/approve", {"letter": ["x", HUGE]}),
        ("/letters/print/posted", {"selected": ["x", HUGE]}),
        ("/payments/preview", {"debtor": HUGE}),
    ],
)
def test_impossible_choices_break_nothing(sign_in: SignIn, path: str, form: dict[str, str | list[str]]) -> None:
    assert sign_in("supervisor").post(path, data=form).status_code < 500


@pytest.mark.parametrize("sent", [[], "x", {"data": []}, {"data": "x"}])
def test_answers_of_another_shape_break_nothing(sign_in: SignIn, sent: object) -> None:
    assert sign_in("collector").post("/worklist/1", json=sent).status_code < 500


def test_a_letter_is_not_kept_by_the_browser(app: Flask, sign_in: SignIn) -> None:
    app.add_url_rule("/kept", "favicon_like", lambda: ("x", {"Cache-Control": "no-cache, max-age=0"}))
    assert sign_in("auditor").get("/kept").headers["Cache-Control"] == "no-store"


def test_no_token_signs_in_by_address(app: Flask, parts: Context) -> None:
    with app.app_context(), parts.unit_of_work() as session:
        person = session.scalar(select(Person).where(Person.username == "collector"))
        assert person is not None
        person.password = hash_password("correct horse battery")
    asked = {"email": "collector", "password": "correct horse battery"}
    answer = app.test_client().post("/sign-in?include_auth_token", json=asked)
    token = answer.get_json()["response"]["user"]["authentication_token"]
    stranger = app.test_client()
    assert stranger.get(f"/profile?auth_token={token}").status_code == 302
    assert stranger.get("/profile", headers={"Authentication-Token": token}).status_code == 302


@pytest.mark.skipif(ON_POSTGRESQL, reason="PostgreSQL has a backup of its own")
def test_the_home_folder_and_backups_are_nobody_elses(parts: Context, tmp_path: Path) -> None:
    settings = Settings(home=str(tmp_path / "new" / "home"))
    assert settings.kept("mail").parent.stat().st_mode & 0o077 == 0
    Database(f"sqlite:///{tmp_path}/other/duly.sqlite").dispose()
    assert (tmp_path / "other").stat().st_mode & 0o077 == 0
    copy_database(parts, tmp_path / "copy.sqlite")
    assert (tmp_path / "copy.sqlite").stat().st_mode & 0o077 == 0


def test_a_damaged_zip_is_refused() -> None:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("process.bpmn", b"<a/>" * 1000)
    start = len("process.bpmn") + 30  # the local header comes first
    damaged = bytearray(out.getvalue())
    damaged[start : start + 8] = b"\xff" * 8
    with pytest.raises(Unusable, match="cannot be read"):
        read_upload("x.zip", bytes(damaged))
