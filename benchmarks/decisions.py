"""Evaluations per second of one 20-rule table by Duly and by SpiffWorkflow's own engine, and of expressions.

Each contender runs in a process of its own; rates are the best of five rounds of this thread's CPU time.
"""

from __future__ import annotations

import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from itertools import product
from types import SimpleNamespace
from typing import Any

from lxml import etree
from SpiffWorkflow.bpmn.script_engine import PythonScriptEngine
from SpiffWorkflow.dmn.engine.DMNEngine import DMNEngine
from SpiffWorkflow.dmn.parser.DMNParser import DMNParser

from engine.decisions import read_dmn
from engine.feel import compile_expression

SEGMENTS = ("b2b", "consumer", "public", "small")
BANDS = ((0, 14), (15, 30), (31, 60), (61, 90), (91, 9999))
CASES = [
    {"segment": segment, "days": days, "amount": amount}
    for segment, days, amount in product(SEGMENTS, (3, 20, 45, 75, 400), (50, 5000))
]
EXPRESSIONS = {
    'case.segment = "b2b" and case.days > 30': 'case["segment"] == "b2b" and case["days"] > 30',
    "case.amount * 0.08 / 365 * case.days": 'case["amount"] * Decimal("0.08") / 365 * case["days"]',
    "if case.days in [31..60] then 2 else 1": '2 if 31 <= case["days"] <= 60 else 1',
}
ROUNDS, SECONDS = 5, 0.4


def feel_cells() -> Iterator[list[str]]:
    for number, (segment, (low, high)) in enumerate(product(SEGMENTS, BANDS)):
        yield [f'"{segment}"', f"[{low}..{high}]", ">= 0", str(number)]


def python_cells() -> Iterator[list[str]]:
    for number, (segment, (low, high)) in enumerate(product(SEGMENTS, BANDS)):
        yield [f'"{segment}"', f"{low} <= ? <= {high}", ">= 0", str(number)]


def table(rows: Iterator[list[str]]) -> bytes:
    def cell(kind: str, text: str) -> str:
        return f"<{kind} id='{kind}'><text><![CDATA[{text}]]></text></{kind}>"

    inputs = "".join(f'<input id="i_{name}">{cell("inputExpression", name)}</input>' for name in CASES[0])
    rules = ""
    for number, row in enumerate(rows):
        cells = "".join(cell("inputEntry", text) for text in row[:3])
        rules += f'<rule id="r{number}">{cells}{cell("outputEntry", row[3])}</rule>'
    return (
        '<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="m" name="m" namespace="n">'
        f'<decision id="d" name="d"><decisionTable id="t">{inputs}<output id="o" name="level"/>{rules}'
        "</decisionTable></decision></definitions>"
    ).encode()


def rate(work: Callable[[dict[str, Any]], Any]) -> float:
    """Return calls per second over the cases, the best of the rounds."""
    best = 0.0
    for _ in range(ROUNDS):
        count, started = 0, time.thread_time()
        while time.thread_time() - started < SECONDS:
            for case in CASES:
                work(case)
            count += len(CASES)
        best = max(best, count / (time.thread_time() - started))
    return best


def duly() -> None:
    decision = read_dmn(table(feel_cells()), "table.dmn")["d"]
    assert [decision.evaluate(case).value for case in CASES] == [number // 2 for number in range(40)]
    print(f"{rate(decision.evaluate):.0f}")


def spiff() -> None:
    space = {"dmn": "https://www.omg.org/spec/DMN/20191111/MODEL/"}
    parser = DMNParser(None, etree.fromstring(table(python_cells())), space)
    parser.parse()
    engine = DMNEngine(parser.decision.decisionTables[0])
    workflow = SimpleNamespace(script_engine=PythonScriptEngine())

    def decide(case: dict[str, Any]) -> Any:
        return engine.result(SimpleNamespace(data=dict(case), workflow=workflow))

    assert [decide(case)["level"] for case in CASES] == [number // 2 for number in range(40)]
    print(f"{rate(decide):.0f}")


def expressions() -> None:
    for feel, python in EXPRESSIONS.items():
        ours = compile_expression(feel)
        theirs = compile(f"from decimal import Decimal\ndef run(case): return {python}", "benchmark", "exec")
        space: dict[str, Any] = {}
        exec(theirs, space)  # noqa: S102  a constant of this file
        by_feel = rate(lambda case, ours=ours: ours.evaluate({"case": case}))  # type: ignore[misc]
        by_python = rate(space["run"])
        print(f"{feel:45} FEEL {by_feel:10,.0f}/s   Python {by_python:12,.0f}/s   {by_python / by_feel:5.1f} times")


def alone(name: str) -> float:
    done = subprocess.run([sys.executable, __file__, name], capture_output=True, text=True, check=True)
    return float(done.stdout)


def main() -> int:
    ours, theirs = alone("duly"), alone("spiff")
    print(f"20-rule table: Duly {ours:,.0f}/s, SpiffWorkflow {theirs:,.0f}/s: {ours / theirs:.1f} times")
    expressions()
    return 0 if ours >= 10 * theirs else 1


if __name__ == "__main__":
    sys.exit({"duly": duly, "spiff": spiff}[sys.argv[1]]() if len(sys.argv) > 1 else main())
