"""Steps that are repeated say over what or how often, in names that exist and hide nothing."""

from __future__ import annotations

import pytest

from tests.check.diagrams import chain, diagram, end, start, subprocess, user
from tests.check.toys import codes, found
from tests.engine.walks.diagrams import each, times


def repeated(marker: str) -> bytes:
    step = user("x").replace("</bpmn:userTask>", f"{marker}</bpmn:userTask>")
    return diagram(start(), step, end(), chain("start", "x", "end"))


@pytest.mark.parametrize("one_by_one", [False, True])
@pytest.mark.parametrize(
    "marker",
    [
        times("3"),
        times("1 + 2", item="number"),
        times("2", until="reached"),
        each("note", "line"),
        each("note", "line", gathered=("notes", "reached")),
    ],
)
def test_what_may_be_repeated(marker: str, *, one_by_one: bool) -> None:
    order = f'isSequential="{str(one_by_one).lower()}"'
    assert found(repeated(marker.replace('isSequential="false"', order))) == []


def test_a_sub_process_may_be_repeated() -> None:
    inner = subprocess("x", times("2"), start("s"), user("u"), end("e"), chain("s", "u", "e"))
    assert found(diagram(start(), inner, end(), chain("start", "x", "end"))) == []


@pytest.mark.parametrize(
    ("marker", "code"),
    [
        ("<bpmn:multiInstanceLoopCharacteristics/>", "bad_repeat"),
        (times(""), "bad_repeat"),
        (each("nobody", "line"), "bad_repeat"),
        (each("note", ""), "bad_repeat"),
        (each("note", "line", gathered=("note", "reached")), "bad_repeat"),
        (each("note", "line", gathered=("notes", "")), "bad_repeat"),
        (each("note", "reached"), "bad_variable"),
        (each("note", "case"), "bad_variable"),
        (each("note", "no name"), "bad_variable"),
        (times('"three"'), "mistyped_expression"),
        (times("case.nothing"), "bad_expression"),
        (times("3", until="7"), "mistyped_expression"),
    ],
)
def test_what_is_wrong_with_a_marker(marker: str, code: str) -> None:
    assert (code, "x") in codes(repeated(marker))
