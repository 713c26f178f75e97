"""Home: what needs whom, figures, pictures that lead to cases, workload, notices; empty at first."""

import json
import re
from collections.abc import Callable
from typing import Any

import pytest

from receivables.notes import tell_staff
from tests.web.at_work import office, parts
from tests.web.conftest import OpenAs, SignIn
from web.context import Context

__all__ = ["office", "parts"]


def charts(page: str) -> list[dict[str, Any]]:
    found = re.findall(r'data-island="charts".*?<script type="application/json">(.*?)</script>', page, re.DOTALL)
    return [json.loads(text) for text in found]


def test_what_needs_a_collector_now(sign_in: SignIn) -> None:
    page = sign_in("collector").get("/").text
    assert "Call the debtor · Dogwood Ltd" in page
    assert "11 days late" in page
    assert "€31,500.00" in page
    assert "Workload by person" not in page
    assert "wait for your approval" not in page


def test_a_supervisor_sees_letters_and_workload(sign_in: SignIn) -> None:
    page = sign_in("supervisor").get("/").text
    assert "3 letters wait for your approval" in page
    assert "Workload by person" in page
    assert b"Collector" in sign_in("supervisor").get("/?export=csv").data


def test_pictures_lead_to_the_cases_behind_them(sign_in: SignIn) -> None:
    aging, stages = charts(sign_in("analyst").get("/").text)
    assert aging["series"][0]["values"] == ["0.00", "0.00", "31500.00", "0.00", "0.00", "0.00"]
    assert stages["labels"] == ["Phone", "Demand"]
    assert stages["series"][0]["values"] == [3, 3]
    assert "stage=demand" in stages["links"][1]
    assert sign_in("analyst").get(stages["links"][1]).status_code == 200


def test_notices_are_read_once(sign_in: SignIn, parts: Context) -> None:
    with parts.unit_of_work() as session:
        number = tell_staff(session, "Call Amber before noon.", now=parts.now(), username="collector").id
        tell_staff(session, "For the supervisor alone.", now=parts.now(), username="supervisor")
    client = sign_in("collector")
    page = client.get("/").text
    assert "Call Amber before noon." in page
    assert "For the supervisor alone." not in page
    assert client.post(f"/notices/{number}/read").status_code == 302
    assert "Call Amber before noon." not in client.get("/").text
    assert client.post(f"/notices/{number}/read").status_code == 404
    client.post("/notices/read")
    assert "Nothing new" in client.get("/").text


@pytest.mark.parametrize(("role", "width"), [("supervisor", 1440), ("supervisor", 390), ("collector", 390)])
def test_home_is_accessible_and_fits(open_as: OpenAs, axe: Callable[..., None], role: str, width: int) -> None:
    page = open_as(role, "/")
    page.set_viewport_size({"width": width, "height": 900})
    page.wait_for_selector("[data-mounted=yes]")
    axe(page)
    assert page.evaluate("document.documentElement.scrollWidth") <= width
