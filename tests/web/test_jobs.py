from typing import Any

import pytest

from engine.errors import Unusable
from tests.web.conftest import SignIn
from web.context import Context
from web.jobs import run
from web.jobs.kind import Order
from web.jobs.progress import Progress, progress_file, standing
from web.jobs.table import DONE, FAILED, RUNNING, Job


def count(parts: Context, order: Order, progress: Progress) -> dict[str, Any]:
    progress(order.arguments["rows"], order.arguments["rows"], "Counting")
    assert standing(parts.settings, order.id).percent == 100
    return {"text": f"{order.arguments['rows']} rows for {order.by}", "href": "/profile"}


def refuse(_parts: Context, _order: Order, _progress: Progress) -> dict[str, Any]:
    raise Unusable("The file has no column “number”.")


def break_down(_parts: Context, _order: Order, _progress: Progress) -> dict[str, Any]:
    raise ZeroDivisionError


KINDS = {"count": count, "refuse": refuse, "break": break_down}


def order(parts: Context, kind: str) -> int:
    with parts.unit_of_work() as session:
        return run.start(session, parts, kind, f"To {kind}", {"rows": 3}, by="collector").id


def stored(parts: Context, number: int) -> Job:
    with parts.reading() as session:
        job = session.get(Job, number)
        assert job is not None
        session.expunge(job)
        return job


def test_work_waits_until_it_is_done(parts: Context, sign_in: SignIn) -> None:
    number = order(parts, "count")
    page = sign_in("collector")
    assert "Begins in a moment" in page.get(f"/jobs/{number}").text
    assert run.run_waiting(parts, KINDS) == 1
    assert "3 rows for collector" in page.get(f"/jobs/{number}").text
    assert stored(parts, number).status == DONE
    assert not progress_file(parts.settings, number).exists()


def test_whoever_waits_is_led_to_the_result(parts: Context, sign_in: SignIn) -> None:
    number = order(parts, "count")
    run.run_waiting(parts, KINDS)
    answer = sign_in("collector").get(f"/jobs/{number}?follow=1", headers={"HX-Request": "true"})
    assert answer.headers["HX-Redirect"] == "/profile"


@pytest.mark.parametrize(("kind", "text"), [("refuse", "has no column"), ("break", "went wrong on our side")])
def test_a_failure_says_why_and_can_be_started_again(parts: Context, sign_in: SignIn, kind: str, text: str) -> None:
    number = order(parts, kind)
    run.run_waiting(parts, KINDS)
    page = sign_in("collector")
    assert text in page.get(f"/jobs/{number}").text
    assert page.post(f"/jobs/{number}/repeat").headers["Location"] == f"/jobs/{number + 1}"
    assert page.post(f"/jobs/{number + 1}/repeat").status_code == 409


def test_what_a_stopped_worker_left_is_told(parts: Context) -> None:
    number = order(parts, "count")
    with parts.unit_of_work() as session:
        job = session.get(Job, number)
        assert job is not None
        job.status = RUNNING
    run.give_up_interrupted(parts)
    assert (stored(parts, number).status, stored(parts, number).error) == (FAILED, run.INTERRUPTED)


def test_work_of_others_is_not_shown(parts: Context, sign_in: SignIn) -> None:
    number = order(parts, "count")
    assert sign_in("supervisor").get(f"/jobs/{number}").status_code == 404
    assert sign_in("administrator").get(f"/jobs/{number}").status_code == 200
