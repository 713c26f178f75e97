"""Decision tables: which rules hit, and what comes of them by the hit policy."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any

from engine.decisions.errors import DecisionError
from engine.feel import Expression, UnaryTests, allowance, plain
from engine.feel.compiler import Test
from engine.feel.functions import BUILTINS
from engine.feel.operators import equal
from engine.feel.scope import Scope

AGGREGATES: Mapping[str, Any] = {
    "SUM": BUILTINS["sum"],
    "MIN": BUILTINS["min"],
    "MAX": BUILTINS["max"],
    "COUNT": BUILTINS["count"],
}


@dataclass(frozen=True, slots=True)
class Outcome:
    """What a decision came to: the rules that hit (from 1), the inputs they saw, and the decisions it rested on."""

    value: Any
    hits: tuple[int, ...] = ()
    inputs: Mapping[str, Any] = field(default_factory=dict)
    required: Mapping[str, Outcome] = field(default_factory=dict)

    def record(self) -> dict[str, Any]:
        """Return it as JSON data, to be kept as the answer to "why"."""
        told = {"rules": list(self.hits), "inputs": plain(dict(self.inputs)), "value": plain(self.value)}
        rested = {name: one.record() for name, one in self.required.items()}
        return told | ({"required": rested} if rested else {})


@dataclass(frozen=True, slots=True)
class Verdict:
    """What became of a rule (from 1): it hits unless some inputs, by their label, did not pass its cells."""

    rule: int
    failed: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Input:
    """An input column."""

    label: str
    expression: Expression
    allowed: UnaryTests | None = None


@dataclass(frozen=True, slots=True)
class Output:
    """An output column; `ranking` are its values from the highest priority to the lowest."""

    name: str
    default: Expression | None = None
    ranking: Expression | None = None
    coerce: Callable[[Any], Any] = field(default=lambda value: value)


@dataclass(frozen=True, slots=True)
class Rule:
    """A row: the cells that are not `-`, by their column, and the output cells."""

    tests: tuple[tuple[int, UnaryTests], ...]
    outputs: tuple[Expression, ...]
    annotation: str = ""
    checks: tuple[tuple[int, Test], ...] = field(init=False, repr=False, compare=False)

    def __post_init__(self) -> None:
        object.__setattr__(self, "checks", tuple((column, cell.test) for column, cell in self.tests))


@dataclass(frozen=True, slots=True)
class Table:
    """A decision table of the decision `name`."""

    name: str
    policy: str
    aggregation: str
    inputs: tuple[Input, ...]
    outputs: tuple[Output, ...]
    rules: tuple[Rule, ...]

    def evaluate(self, scope: Scope) -> Outcome:
        """Return value, hits and inputs; raise DecisionError where UNIQUE or ANY is broken."""
        with allowance():
            values = [column.expression.evaluate_in(scope) for column in self.inputs]
            inputs = {column.label: value for column, value in zip(self.inputs, values, strict=True)}
            if not self._allowed(values, scope):
                return Outcome(None, (), inputs)
            hits = self._hits(values, scope)
            return self._outcome(hits, inputs, scope) if hits else Outcome(self._default(scope), (), inputs)

    def verdicts(self, scope: Scope) -> tuple[Verdict, ...]:
        """Return for each rule which inputs keep it from hitting, whatever the hit policy makes of those that do."""
        with allowance():
            values = [column.expression.evaluate_in(scope) for column in self.inputs]
            return tuple(
                Verdict(
                    number, tuple(self.inputs[c].label for c, test in rule.checks if test(values[c], scope) is not True)
                )
                for number, rule in enumerate(self.rules, 1)
            )

    def _outcome(self, hits: list[int], inputs: Mapping[str, Any], scope: Scope) -> Outcome:
        answers = [[cell.evaluate_in(scope) for cell in self.rules[hit].outputs] for hit in hits]
        hits, answers = self._ranked(hits, answers, scope)
        return Outcome(self._combined(hits, answers), tuple(hit + 1 for hit in hits), inputs)

    def _allowed(self, values: Sequence[Any], scope: Scope) -> bool:
        """Return whether every input is among its column's values; a list is when all its items are."""
        for column, value in zip(self.inputs, values, strict=True):
            if column.allowed and value is not None:
                each = value if isinstance(value, list) else [value]
                if not column.allowed.matches_in(value, scope) and not all(
                    column.allowed.matches_in(one, scope) for one in each
                ):
                    return False
        return True

    def _hits(self, values: Sequence[Any], scope: Scope) -> list[int]:
        hits = []
        for index, rule in enumerate(self.rules):
            for column, test in rule.checks:
                if test(values[column], scope) is not True:
                    break
            else:
                hits.append(index)
                if self.policy == "FIRST":
                    break
        if self.policy == "UNIQUE" and len(hits) > 1:
            raise self._error(
                hits, "hit together, but the hit policy UNIQUE allows one; make their conditions exclusive"
            )
        return hits

    def _error(self, hits: Sequence[int], message: str) -> DecisionError:
        numbers = " and ".join(str(hit + 1) for hit in hits)
        return DecisionError(f"decision `{self.name}`: rules {numbers} {message}")

    def _default(self, scope: Scope) -> Any:
        if any(output.default for output in self.outputs):
            answer = [output.default.evaluate_in(scope) if output.default else None for output in self.outputs]
            return self._named(answer)
        if self.policy == "COLLECT":
            return {"COUNT": Decimal(0), "": []}.get(self.aggregation)
        return None

    def _gives_list(self) -> bool:
        return self.policy in {"RULE ORDER", "OUTPUT ORDER"} or (self.policy == "COLLECT" and not self.aggregation)

    def _named(self, answer: Sequence[Any]) -> Any:
        """Return the one output, or all of them by name."""
        values = [output.coerce(value) for output, value in zip(self.outputs, answer, strict=True)]
        if len(self.outputs) == 1:
            return values[0]
        return {output.name: value for output, value in zip(self.outputs, values, strict=True)}

    def _ranked(self, hits: list[int], answers: list[list[Any]], scope: Scope) -> tuple[list[int], list[list[Any]]]:
        if self.policy not in {"PRIORITY", "OUTPUT ORDER"}:
            return hits, answers
        rankings = [output.ranking.evaluate_in(scope) if output.ranking else [] for output in self.outputs]
        order = sorted(range(len(hits)), key=lambda place: self._rank(answers[place], rankings))
        order = order[:1] if self.policy == "PRIORITY" else order
        return [hits[place] for place in order], [answers[place] for place in order]

    def _rank(self, answer: Sequence[Any], rankings: Sequence[Sequence[Any]]) -> list[int]:
        """Return the places of the answer's values in their columns' rankings; what is not there comes last."""
        return [
            next((place for place, one in enumerate(ranking) if equal(one, value)), len(ranking))
            for value, ranking in zip(answer, rankings, strict=True)
        ]

    def _combined(self, hits: Sequence[int], answers: Sequence[Sequence[Any]]) -> Any:
        values = [self._named(answer) for answer in answers]
        if self.policy == "ANY" and any(equal(values[0], value) is not True for value in values[1:]):
            raise self._error(hits, "hit together with different outputs, but the hit policy ANY wants the same")
        if self.aggregation:
            return AGGREGATES[self.aggregation](values)
        return values if self._gives_list() else values[0]
