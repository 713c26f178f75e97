"""Find the gaps and overlaps of a decision table, each with an example input."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from itertools import pairwise
from typing import Any

from engine.decisions.table import Input, Rule, Table
from engine.feel import YearsMonths
from engine.feel.functions.conversion import shown
from engine.feel.scope import Scope
from engine.feel.steps import NOWHERE
from engine.feel.syntax import At, Literal, Node
from engine.feel.temporal import read_temporal
from engine.feel.values import kind

SINGLE_HIT = {"UNIQUE", "ANY", "FIRST", "PRIORITY"}
MOST_FINDINGS = 10  # of each sort; an author corrects a few and looks again
STEPS: Mapping[str, Any] = {
    "number": Decimal(1),
    "date": timedelta(days=1),
    "date and time": timedelta(days=1),
    "days and time duration": timedelta(days=1),
}
OTHER = "(any other)"


@dataclass(frozen=True, slots=True)
class Finding:
    """A gap (no rules) or an overlap (two rules, from 1), with inputs that show it."""

    rules: tuple[int, ...]
    example: Mapping[str, Any]

    def __str__(self) -> str:
        inputs = ", ".join(f"{label} = {shown(value)}" for label, value in self.example.items()) or "any input"
        if not self.rules:
            return f"no rule covers {inputs}"
        return f"rules {self.rules[0]} and {self.rules[1]} overlap, for example at {inputs}"


def findings(table: Table) -> list[Finding]:
    """Return overlaps where one rule alone may hit, and gaps where something should.

    Cells that compare with variables are beyond it: such a table is not judged.
    """
    if any(cell.names for rule in table.rules for _column, cell in rule.tests) or not table.rules:
        return []
    samples = [_samples(column, number, table.rules) for number, column in enumerate(table.inputs)]
    passing = [[_passing(table.rules, number, value) for value in values] for number, values in enumerate(samples)]
    found = list(_overlaps(table, samples, passing)) if table.policy == "UNIQUE" else []
    if table.policy in SINGLE_HIT and not any(output.default for output in table.outputs):
        found += _gaps(table, samples, passing)
    return found


def _passing(rules: Sequence[Rule], number: int, value: Any) -> int:
    """Return the rules whose cell in that column lets the value pass, as bits."""
    bits = 0
    for index, rule in enumerate(rules):
        tests = [test for column, test in rule.checks if column == number]
        if all(test(value, NOWHERE) is True for test in tests):
            bits |= 1 << index
    return bits


def _samples(column: Input, number: int, rules: Sequence[Rule]) -> list[Any]:
    """Return values between which the column's cells cannot tell a difference, one of each sort."""
    cells = [cell.tree for rule in rules for place, cell in rule.tests if place == number]
    if not cells:
        return [None]
    by_kind: dict[str, set[Any]] = {}
    for value in _constants((*cells, *([column.allowed.tree] if column.allowed else []))):
        by_kind.setdefault(kind(value), set()).add(value)
    values = [sample for name, bounds in by_kind.items() for sample in _around(name, bounds)]
    allowed = column.allowed
    return [value for value in values if allowed is None or allowed.matches_in(value, Scope({}))] or [None]


def _constants(node: Any) -> Iterator[Any]:
    if isinstance(node, tuple):
        for part in node:
            yield from _constants(part)
    elif isinstance(node, At):
        yield read_temporal(node.text)
    elif isinstance(node, Literal):
        if node.value is not None:
            yield node.value
    elif isinstance(node, Node):
        yield from _constants(node.inside())


def _around(name: str, bounds: set[Any]) -> list[Any]:
    """Return the bounds of one type, and something before, between and after them."""
    if name == "boolean":
        return [True, False]
    ordered = sorted(bounds)
    if name == "years and months duration":
        return [
            YearsMonths(months) for value in ordered for months in (value.months - 1, value.months, value.months + 1)
        ]
    step = STEPS.get(name)
    if step is None:
        return [*ordered, OTHER]
    whole = all(isinstance(value, date) or value == value // step * step for value in ordered)
    between = [middle for low, high in pairwise(ordered) for middle in _middle(low, high, step, whole)]
    return [ordered[0] - step, *ordered, *between, ordered[-1] + step]


def _middle(low: Any, high: Any, step: Any, whole: bool) -> list[Any]:
    """Return a value between the two; whole days and numbers have none between neighbours."""
    if not whole:
        return [low + (high - low) / 2]
    return [low + step] if high - low > step else []


def _overlaps(table: Table, samples: list[list[Any]], passing: list[list[int]]) -> Iterator[Finding]:
    """Yield pairs of rules that can hit together: in each column some value passes both."""
    found = 0
    for second in range(len(table.rules)):
        for first in range(second):
            both = (1 << first) | (1 << second)
            shared = [
                next((value for value, bits in zip(values, passes, strict=True) if bits & both == both), OTHER)
                for values, passes in zip(samples, passing, strict=True)
            ]
            together = all(any(bits & both == both for bits in passes) for passes in passing)
            if together and found < MOST_FINDINGS:
                found += 1
                yield Finding((first + 1, second + 1), _example(table, shared))


def _gaps(table: Table, samples: list[list[Any]], passing: list[list[int]]) -> list[Finding]:
    """Return inputs that no rule covers, one for each way the columns rule them out."""
    found: list[Finding] = []
    seen: set[tuple[int, int]] = set()

    def search(number: int, left: int, chosen: list[Any]) -> None:
        if len(found) >= MOST_FINDINGS or (number, left) in seen:
            return
        seen.add((number, left))
        if not left:
            found.append(Finding((), _example(table, chosen)))
        elif number < len(samples):
            for value, bits in zip(samples[number], passing[number], strict=True):
                search(number + 1, left & bits, [*chosen, value])

    search(0, (1 << len(table.rules)) - 1, [])
    return found


def _example(table: Table, values: Sequence[Any]) -> dict[str, Any]:
    labels = [column.label for column in table.inputs]
    return {label: value for label, value in zip(labels, values, strict=False) if value is not None}
