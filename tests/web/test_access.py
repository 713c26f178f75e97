import pytest
from flask import Flask

from tests.web.conftest import SignIn
from web.security.access import access_of
from web.security.rights import RIGHTS, SEEING, Right, Role


def test_every_endpoint_says_who_may_open_it(app: Flask) -> None:
    silent = [endpoint for endpoint in app.view_functions if access_of(app, endpoint) is None]
    assert silent == []


def test_what_changes_something_is_never_open_for_lookers(app: Flask) -> None:
    for rule in app.url_map.iter_rules():
        access = access_of(app, rule.endpoint)
        assert access is not None
        if "POST" in (rule.methods or ()) and access.rights:
            assert not access.rights & SEEING, f"{rule} lets people change something who may only look"


def test_auditors_see_everything_and_change_nothing() -> None:
    assert RIGHTS[Role.AUDITOR] == SEEING


def test_every_right_is_somebodys() -> None:
    assert {right for rights in RIGHTS.values() for right in rights} == set(Right)


def test_strangers_are_led_to_the_door(app: Flask) -> None:
    answer = app.test_client().get("/administration/people/?q=x")
    assert answer.status_code == 302
    assert answer.headers["Location"] == "/sign-in?next=/administration/people/?q%3Dx"


def test_strangers_with_a_stale_page_are_led_to_the_door(app: Flask) -> None:
    answer = app.test_client().get("/jobs/", headers={"HX-Request": "true"})
    assert (answer.status_code, answer.headers["HX-Redirect"]) == (401, "/sign-in?next=/jobs/")


@pytest.mark.parametrize("role", ["collector", "supervisor", "analyst"])
def test_only_administrators_administer(sign_in: SignIn, role: str) -> None:
    answer = sign_in(role).get("/administration/people/")
    assert answer.status_code == 403
    assert "Your role does not open this" in answer.text


def test_auditors_look_at_people_but_do_not_change_them(sign_in: SignIn) -> None:
    auditor = sign_in("auditor")
    assert "Add a person" not in auditor.get("/administration/people/").text
    assert auditor.post("/administration/people/collector", data={}).status_code == 403


def test_an_undeclared_view_opens_for_nobody(app: Flask, sign_in: SignIn) -> None:
    app.add_url_rule("/forgotten", "forgotten", lambda: "secret")
    assert sign_in("administrator").get("/forgotten").status_code == 403


def test_headers_keep_foreign_scripts_and_frames_out(app: Flask) -> None:
    headers = app.test_client().get("/sign-in").headers
    assert "default-src 'self'" in headers["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in headers["Content-Security-Policy"]
    assert headers["X-Content-Type-Options"] == "nosniff"


def test_a_form_without_its_token_is_refused(app: Flask, sign_in: SignIn) -> None:
    app.config["WTF_CSRF_ENABLED"] = True
    answer = sign_in("administrator").post("/profile", data={"name": "Mallory"})
    assert answer.status_code == 400
    assert "Nothing was changed" in answer.text
