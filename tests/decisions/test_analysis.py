"""Gaps and overlaps of tables are found, each with an input that shows it."""

from __future__ import annotations

from itertools import product

import pytest

from engine.decisions import Table, read_dmn
from engine.decisions.analysis import findings

HEAD = '<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" name="m"><decision id="d" name="d">'


def cells(kind: str, *texts: str) -> str:
    return "".join(f"<{kind}><text><![CDATA[{text}]]></text></{kind}>" for text in texts)


def table(*rows: tuple[str, ...], policy: str = "UNIQUE", extra: str = "") -> Table:
    inputs = "".join(f"<input>{cells('inputExpression', name)}</input>" for name in ("days", "segment")[: len(rows[0])])
    rules = "".join(f"<rule>{cells('inputEntry', *row)}{cells('outputEntry', '1')}</rule>" for row in rows)
    logic = f'<decisionTable hitPolicy="{policy}">{inputs}<output name="o">{extra}</output>{rules}</decisionTable>'
    found = read_dmn(f"{HEAD}{logic}</decision></definitions>".encode(), "d.dmn")["d"].logic
    assert isinstance(found, Table)
    return found


@pytest.mark.parametrize(
    ("rows", "said"),
    [
        ([("< 10",), (">= 10",)], []),
        ([("<= 10",), (">= 10",)], ["rules 1 and 2 overlap, for example at days = 10"]),
        ([("< 10",), ("> 10",)], ["no rule covers days = 10"]),
        ([("[0..14]",), ("[15..30]",)], ["no rule covers days = -1"]),
        ([("< 0",), ("[0..14]",), (">= 15",)], []),
        ([("< 0.5",), ("> 1",)], ["no rule covers days = 0.5"]),
        ([("true",)], ["no rule covers days = false"]),
        ([('< @"P7D"',), ('> @"P7D"',)], ["no rule covers days = P7D"]),
        ([('< @"2024-01-01"',), ('>= @"2024-01-01"',)], []),
        ([("< 5", '"a"'), (">= 5", '"a"'), ("-", 'not("a")')], []),
        ([("< 5", '"a"'), ("-", '"b"')], ['no rule covers days = 4, segment = "(any other)"']),
        ([("< 5", "-"), ("-", '"a"')], ['rules 1 and 2 overlap, for example at days = 4, segment = "a"']),
        ([("> limit",)], []),
    ],
)
def test_findings(rows: list[tuple[str, ...]], said: list[str]) -> None:
    found = [str(finding) for finding in findings(table(*rows))]
    assert [text for text in said if text not in found] == []
    assert bool(found) == bool(said)


def test_what_the_policy_or_a_default_allows_is_no_finding() -> None:
    rows = (("< 10",), ("< 20",))
    assert [finding.rules for finding in findings(table(*rows, policy="FIRST"))] == [()]
    assert findings(table(*rows, policy="COLLECT")) == []
    default = "<defaultOutputEntry><text>0</text></defaultOutputEntry>"
    assert findings(table(*rows, policy="FIRST", extra=default)) == []


def test_a_large_table_is_judged_soon() -> None:
    rows = [(f"[{low}..{low + 9}]", f'"s{number}"') for low, number in product(range(0, 300, 10), range(10))]
    found = findings(table(*rows))
    assert all(not finding.rules for finding in found)
    assert found
