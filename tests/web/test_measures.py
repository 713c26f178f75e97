"""Alive, ready, and the measures: who may read them, and that they say what is there."""

import shutil
from dataclasses import replace
from datetime import timedelta

import pytest
from flask import Flask
from flask.testing import FlaskClient
from sqlalchemy import text

from engine import inbox, incidents, processes
from engine.clock import SystemClock, VirtualClock
from engine.lease import this_process
from tests import databases
from tests.web.conftest import SignIn
from tests.web.small_world import bring_in
from web.app import create_app
from web.context import Context
from web.scheduler import do_census, do_sign

WALL = SystemClock()


def figures(client: FlaskClient, **headers: str) -> dict[str, float]:
    answer = client.get("/metrics", headers=headers)
    assert answer.status_code == 200
    lines = [line for line in answer.text.splitlines() if line and not line.startswith("#")]
    return {name: float(value) for name, value in (line.rsplit(" ", 1) for line in lines)}


def with_settings(parts: Context, **changed: str) -> FlaskClient:
    app = create_app(replace(parts, settings=replace(parts.settings, **changed)))
    app.config["TESTING"] = True
    return app.test_client()


def test_the_web_is_alive(app: Flask) -> None:
    assert app.test_client().get("/healthz").text == "alive\n"


def test_it_is_ready_once_a_worker_was_seen_lately(app: Flask, parts: Context) -> None:
    client = app.test_client()
    assert (client.get("/readyz").status_code, client.get("/readyz").text) == (
        503,
        "not ready: no worker was seen within the last minute\n",
    )
    do_sign(parts)
    assert (client.get("/readyz").status_code, client.get("/readyz").text) == (200, "ready\n")
    with parts.unit_of_work() as session:
        processes.seen(session, this_process(), wall=WALL.now() - timedelta(seconds=61))
    assert client.get("/readyz").status_code == 503


def test_it_is_not_ready_on_a_database_of_another_version(app: Flask, parts: Context) -> None:
    do_sign(parts)
    with parts.unit_of_work() as session:
        session.execute(text("UPDATE alembic_version SET version_num = '0000'"))
    answer = app.test_client().get("/readyz")
    assert (answer.status_code, "another version" in answer.text) == (503, True)


def test_without_a_token_only_this_machine_reads_the_measures(parts: Context) -> None:
    client = with_settings(parts)
    for address, status in (("127.0.0.1", 200), ("::1", 200), ("192.0.2.7", 403), ("10.0.0.1", 403)):
        assert client.get("/metrics", environ_overrides={"REMOTE_ADDR": address}).status_code == status
    behind = with_settings(parts, base_url="https://duly.firm.test")
    assert behind.get("/metrics").status_code == 403
    told_who_asks = with_settings(parts, base_url="https://duly.firm.test", trusted_proxies="1")
    assert told_who_asks.get("/metrics").status_code == 200


@pytest.mark.parametrize("given", ["", "Bearer wrong", "Bearer ", "Basic secret", "secret"])
def test_with_a_token_only_its_holders_read_the_measures(parts: Context, given: str) -> None:
    client = with_settings(parts, metrics_token="secret")
    assert client.get("/metrics", headers={"Authorization": given} if given else {}).status_code == 403
    assert figures(client, Authorization="Bearer secret")["duly_workers"] == 0


def test_the_measures_say_what_waits_and_what_was_done(app: Flask, parts: Context, clock: VirtualClock) -> None:
    client = app.test_client()
    bring_in(parts)
    clock.advance(timedelta(seconds=90))
    before = figures(client)
    assert (before["duly_lag_seconds"], before["duly_due_cases"], before["duly_steps_total"]) == (90, 2, 0)
    counts = parts.worker.run_due()
    with parts.unit_of_work() as session:
        now = parts.now() - timedelta(seconds=30)
        inbox.post(session, key="case:1", name="paid", payload={}, unique_key="paid", now=now)
    do_census(parts)
    do_sign(parts)
    after = figures(client)
    assert (after["duly_lag_seconds"], after["duly_due_cases"]) == (0, 0)
    assert after["duly_steps_total"] == counts.steps > 0
    assert (after["duly_advanced_total"], after["duly_started_total"], after["duly_ended_total"]) == (2, 2, 0)
    assert (after["duly_inbox_depth"], after["duly_inbox_oldest_seconds"]) == (1, 30)
    assert after["duly_outbox_depth"] == 2
    assert after['duly_instances{status="running"}'] == 2
    assert (after["duly_workers"], after["duly_open_incidents"]) == (1, 0)


def test_incidents_are_counted(app: Flask, parts: Context) -> None:
    bring_in(parts)
    with parts.unit_of_work() as session:
        incidents.report(session, 1, incidents.Failure(RuntimeError("no"), "x", ""), now=parts.now())
    assert figures(app.test_client())["duly_open_incidents"] == 1


@pytest.mark.parametrize("path", ["/worklist/", "/metrics", "/readyz"])
def test_a_database_that_is_gone_is_told_plainly(app: Flask, parts: Context, sign_in: SignIn, path: str) -> None:
    client = sign_in("collector")
    assert client.get("/worklist/").status_code == 200
    parts.database.dispose()
    shutil.rmtree(parts.settings.folder)
    databases.drop(parts.settings.folder / "duly.sqlite")
    answer = client.get(path)
    assert (answer.status_code, answer.text.count("\n")) == (503, 1), answer.text
    assert "the database" in answer.text.lower() or "Duly's database does not answer" in answer.text
    assert app.test_client().get("/healthz").status_code == 200
