from __future__ import annotations

import re
from pathlib import Path

import pytest

from engine.check import check
from receivables.case_facts import CaseFacts
from service_tasks.catalogue import build_catalogue
from service_tasks.choosing import Choices, shipped_choices
from service_tasks.documents import DocumentStore
from service_tasks.letter_desk import LetterDesk
from service_tasks.robot import answered_forms
from service_tasks.stages import STAGES, stage_order, stage_title
from tests.processes.founding import ROOT, STRATEGIES, press, strategy_files
from tests.service_tasks.calling import debtor, facts


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_the_shipped_strategies_have_nothing_to_complain_about(strategy: str) -> None:
    files = {path: data for path, data in strategy_files(strategy).items() if not path.startswith("letter_templates")}
    named = press().keys()
    files |= {f"letter_templates/en/{key}.txt": b"Subject: s\n" for key in named}
    catalogue = build_catalogue(LetterDesk(press(), DocumentStore(Path())))
    assert check(files, catalogue) == []


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_every_element_stands_in_a_named_stage(strategy: str) -> None:
    diagram = strategy_files(strategy)["strategy.bpmn"].decode()
    assert set(re.findall(r'name="stage" value="(\w+)"', diagram)) <= STAGES.keys()


@pytest.mark.parametrize("strategy", STRATEGIES)
def test_every_template_that_a_diagram_names_exists(strategy: str) -> None:
    diagram = strategy_files(strategy)["strategy.bpmn"].decode()
    named = set(re.findall(r'id="template" type="string" value=\'"(\w+)"\'', diagram))
    assert named
    assert named <= press().keys()


def test_the_robot_can_fill_in_every_form() -> None:
    assert set(answered_forms()) == {path.stem for path in (ROOT / "forms").glob("*.json")}


def test_stages_are_named_and_ordered_also_where_an_analyst_invented_one() -> None:
    assert stage_title("precourt") == "Pre-court demand"
    assert stage_title("field_visit") == "Field visit"
    assert stage_order("phone") < stage_order("demand") < stage_order("field_visit")


@pytest.mark.parametrize(
    ("case", "strategy", "priority"),
    [
        (facts(balance={"EUR": 4_999}), "small_balance", 10),
        (facts(balance={"EUR": 5_000}), "standard_b2b", 30),
        (facts(balance={"PLN": 19_999}, currency="PLN"), "small_balance", 10),
        (facts(balance={"EUR": 500_000}, debtor=debtor(type="consumer")), "consumer", 50),
        (facts(balance={"EUR": 4_000}, debtor=debtor(segment="key")), "standard_b2b", 90),
        (facts(balance={"EUR": 20_000_000}), "standard_b2b", 85),
        (facts(balance={"EUR": 2_000_000}, days_overdue=61), "standard_b2b", 75),
    ],
)
def test_the_tables_choose_by_kind_and_size(case: CaseFacts, strategy: str, priority: int) -> None:
    chosen = shipped_choices()(case)
    assert (chosen.strategy, chosen.group_key, chosen.priority) == (strategy, "collections", priority)


def test_missing_tables_are_named() -> None:
    with pytest.raises(Exception, match="assign_case and no choose_strategy"):
        Choices({})
