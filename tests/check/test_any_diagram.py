"""Whatever is drawn, the check says what is wrong and never stumbles; what it passes, the executor can read."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from lxml import etree

from engine.check.limits import TAKES
from engine.check.model import NODES
from tests.check.diagrams import diagram, error_inner, message_inner, node, properties, timer_inner
from tests.check.toys import found, told

STANDARD = Path(__file__).parents[2] / "processes" / "standard_b2b" / "strategy.bpmn"
INNER = [
    "",
    timer_inner('@"P1D"'),
    timer_inner('"R/P1D"', "timeCycle"),
    message_inner("m_paid", "v"),
    error_inner("e"),
    "<bpmn:terminateEventDefinition/>",
    "<bpmn:multiInstanceLoopCharacteristics/>",
    '<bpmn:startEvent id="in"/><bpmn:endEvent id="out"/>',
]
IDS = st.sampled_from(["a", "b", "c", "d", "Start", ""])
NODE = st.builds(
    lambda tag, name, inner, host: node(tag, name, inner, properties(stage="s", role="collector"), attachedToRef=host),
    st.sampled_from(sorted(NODES)),
    IDS,
    st.sampled_from(INNER),
    IDS,
)
FLOW = st.builds(
    lambda number, source, target, condition: (
        f'<bpmn:sequenceFlow id="f{number}" sourceRef="{source}" targetRef="{target}">{condition}</bpmn:sequenceFlow>'
    ),
    st.integers(0, 99),
    IDS,
    IDS,
    st.sampled_from(["", "<bpmn:conditionExpression>1 = 2</bpmn:conditionExpression>"]),
)


@settings(max_examples=150, deadline=None)
@given(st.lists(NODE, max_size=6), st.lists(FLOW, max_size=8))
def test_random_elements_never_make_the_check_stumble(nodes: list[str], flows: list[str]) -> None:
    problems = found(diagram(*nodes, *flows))
    assert all(problem.message and problem.code for problem in problems)
    assert not any("executor cannot read" in problem.message for problem in problems)


@pytest.mark.parametrize("seed", range(12))
def test_a_strategy_with_pieces_torn_out_is_still_judged(seed: int) -> None:
    chance = random.Random(seed)  # noqa: S311 - the same pieces every time
    root = etree.parse(STANDARD).getroot()
    for element in chance.sample([each for each in root.iter() if each.getparent() is not None], 6):
        if chance.random() < 0.5 or not element.attrib:
            parent = element.getparent()
            if parent is not None:
                parent.remove(element)
        else:
            element.attrib.pop(chance.choice(sorted(map(str, element.attrib))))
    assert all(map(str, told(etree.tostring(root))))


def test_every_event_has_a_rule() -> None:
    assert {tag for tag in NODES if tag.endswith("Event")} == set(TAKES)
