"""The portfolio: its figures agree with the list of cases, lead to what is behind them, and leave as files."""

from collections import Counter
from collections.abc import Callable
from datetime import date
from decimal import Decimal

import pytest

from tests.web.conftest import OpenAs, SignIn
from tests.web.small_world import bring_in
from web.context import Context
from web.queries.case_list import case_list
from web.queries.reports import overview, portfolio

TODAY = date(2026, 3, 2)


@pytest.fixture
def world(parts: Context) -> Context:
    bring_in(parts)
    return parts


def test_the_report_has_the_shape_that_the_command_prints(world: Context) -> None:
    with world.reading() as session:
        found = portfolio(session, TODAY, world.settings.zone)
    assert list(found) == ["as_of", "cases", "by_stage", "open_amount", "aging"]
    assert found["cases"] == {"open": 2, "suspended": 0, "closed": 0}
    assert found["open_amount"] == {"EUR": "1351.00", "PLN": "400.00"}
    assert [each["bucket"] for each in found["aging"]] == ["not due", "1-30", "31-60", "61-90", "91-180", "181+"]


def test_stages_and_cases_agree_to_the_cent(world: Context) -> None:
    with world.reading() as session:
        found = overview(session, TODAY, world.settings.zone)
        lines = case_list(session, TODAY, world.settings.zone)
    sums: Counter[str] = Counter()
    for line in lines:
        sums.update({currency: int(Decimal(text) * 100) for currency, text in line.open_amount.items()})
    assert found.in_cases == dict(sorted(sums.items()))
    assert sum(each.cases for each in found.by_stage) == len(lines)


def test_before_anything_was_known_nothing_is_open(world: Context) -> None:
    with world.reading() as session:
        found = overview(session, date(2025, 1, 1), world.settings.zone)
    assert found.open_amount == {}
    assert found.by_stage == ()


@pytest.mark.usefixtures("world")
def test_the_page_leads_to_the_cases_behind(sign_in: SignIn) -> None:
    page = sign_in("analyst").get(f"/reports/?as_of={TODAY}").text
    assert "€1,351.00" in page
    assert "/cases/?bucket=31-60" in page
    assert "stage=opened" in page


@pytest.mark.parametrize("part", ["aging", "stages"])
@pytest.mark.usefixtures("world")
def test_each_table_leaves_as_a_file(sign_in: SignIn, part: str) -> None:
    answer = sign_in("analyst").get(f"/reports/{part}?as_of={TODAY}&export=csv")
    assert answer.mimetype == "text/csv"
    assert "Open (EUR)" in answer.text


def test_a_day_that_is_none_is_said_so(sign_in: SignIn) -> None:
    assert "is no day" in sign_in("analyst").get("/reports/?as_of=soon").text


def test_collectors_do_not_open_reports(sign_in: SignIn) -> None:
    assert sign_in("collector").get("/reports/").status_code == 403


@pytest.mark.usefixtures("world")
def test_the_page_is_accessible_and_fits(open_as: OpenAs, axe: Callable[..., None]) -> None:
    page = open_as("analyst", "/reports/")
    for width in (1440, 390):
        page.set_viewport_size({"width": width, "height": 900})
        page.wait_for_selector("[data-island=charts] canvas, [data-island=charts] svg, [data-island=charts] table")
        axe(page)
        assert page.evaluate("document.documentElement.scrollWidth") <= width
