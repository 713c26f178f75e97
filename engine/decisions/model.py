"""A DMN model ready to run: decisions, what they need, and the functions they share."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from engine.decisions.errors import DecisionError
from engine.decisions.logic import Logic, with_inner_tables
from engine.decisions.table import Outcome, Table, Verdict
from engine.feel import Function, admit, allowance
from engine.feel.scope import Scope

Coerce = Callable[[Any], Any]


@dataclass(frozen=True, slots=True)
class Need:
    """Something required, by its key; `within` is the name of the import it comes from, if it does."""

    key: str
    within: str = ""


@dataclass(frozen=True, slots=True)
class InputData:
    """What the caller has to give."""

    name: str
    coerce: Coerce
    needs: tuple[Need, ...] = ()

    def value(self, run: Run, within: str) -> Any:
        """Return the caller's value as the input's type; that of an import may stand under the import's name."""
        groups = [within] if within else []
        places = [(run.variables.get(group), self.name) for group in (*groups, *run.model.imports)]
        places += [(run.variables, f"{group}.{self.name}") for group in (*groups, *run.model.imports)]
        places.insert(len(groups), (run.variables, self.name))
        for holder, key in places:
            if isinstance(holder, Mapping) and key in holder:
                return self.coerce(admit(holder[key]))
        return None


@dataclass(frozen=True, slots=True)
class Knowledge:
    """A business knowledge model: a function, with what it needs itself."""

    name: str
    make: Callable[[Scope], Function]
    needs: tuple[Need, ...] = ()

    def value(self, run: Run, _within: str) -> Any:
        """Return the function; it may call itself."""
        own: dict[str, Any] = {}
        own[self.name] = self.make(Scope(own, run.scope(self.needs)))
        return own[self.name]


@dataclass(frozen=True, slots=True)
class Service:
    """A decision service: some decisions as a function of some inputs (by key, in order)."""

    name: str
    parameters: tuple[str, ...]
    outputs: tuple[str, ...]
    needs: tuple[Need, ...] = ()

    def value(self, run: Run, _within: str) -> Function:
        """Return the function."""
        names = tuple(run.model.elements[key].name for key in self.parameters)

        def call(*arguments: Any) -> Any:
            if len(arguments) != len(names):
                return None
            return self.answer(run, dict(zip(self.parameters, arguments, strict=True)))

        return Function(names, call)

    def answer(self, run: Run, arguments: Mapping[str, Any]) -> Any:
        """Return the one output decision's value, or several by name."""
        given = {key: run.model.elements[key].coerce(value) for key, value in arguments.items()}
        if any(value is None and arguments[key] is not None for key, value in given.items()):
            return None
        inner = Run(run.model, run.free, given)
        values = {run.model.elements[key].name: inner.value(Need(key)) for key in self.outputs}
        return next(iter(values.values())) if len(values) == 1 else values

    def coerce(self, value: Any) -> Any:
        """Return the value: a service as a parameter has no type of its own."""
        return value


class Model:
    """All elements of a file, and those it imports, by `namespace#id`."""

    def __init__(self) -> None:
        self.elements: dict[str, Any] = {}
        self.imports: list[str] = []
        self._declared: frozenset[str] | None = None

    def declared(self) -> frozenset[str]:
        """Return the names the finished model gives a meaning to; a decision sees those it requires, and no others."""
        if self._declared is None:
            self._declared = frozenset([one.name for one in self.elements.values()] + self.imports)
        return self._declared

    def decisions(self) -> dict[str, Decision]:
        """Return the decisions by key."""
        return {key: one for key, one in self.elements.items() if isinstance(one, Decision)}


class Run:
    """One evaluation: each decision is made once; `given` are values of elements that are not to be worked out."""

    def __init__(self, model: Model, variables: Mapping[str, Any], given: Mapping[str, Any] | None = None) -> None:
        self.model = model
        self.variables = variables
        declared = model.declared()
        self.free = {name: value for name, value in variables.items() if name not in declared}
        self.given = given or {}
        self.outcomes: dict[str, Outcome] = {}
        self.parts: dict[str, Run] = {}

    def scope(self, needs: tuple[Need, ...]) -> Scope:
        """Return a scope with the caller's own names and the elements that are needed."""
        values: dict[str, Any] = dict(self.free)
        groups: dict[str, dict[str, Any]] = {"": values}
        for need in needs:
            if need.key in self.model.elements:
                group = groups.setdefault(need.within, {})
                group[self.model.elements[need.key].name] = self.value(need)
        values.update((name, group) for name, group in groups.items() if name)
        return Scope(values)

    def part(self, within: str) -> Run:
        """Return the run of what is imported under that name, where the caller gave it inputs of its own."""
        group = self.variables.get(within) if within else None
        if not isinstance(group, Mapping):
            return self
        if within not in self.parts:
            self.parts[within] = Run(self.model, {**self.variables, **group}, self.given)
        return self.parts[within]

    def value(self, need: Need) -> Any:
        """Return what is needed."""
        if need.key in self.given:
            return self.given[need.key]
        element, part = self.model.elements[need.key], self.part(need.within)
        if not isinstance(element, Decision):
            return element.value(part, need.within)
        outcome = self.outcomes[need.key] = part.outcome(element, need.key)
        return outcome.value

    def outcome(self, decision: Decision, key: str) -> Outcome:
        """Return what the decision comes to."""
        if key not in self.outcomes:
            self.outcomes[key] = decision.made(self)
        return self.outcomes[key]


@dataclass(frozen=True, slots=True)
class Decision:
    """A decision of a model; `names` are the variables beyond the model's that its expressions use."""

    key: str
    name: str
    logic: Logic | Table
    coerce: Coerce
    needs: tuple[Need, ...]
    model: Model = field(repr=False)
    names: frozenset[str] = frozenset()

    @property
    def id(self) -> str:
        """Return the DMN id."""
        return self.key.rpartition("#")[2]

    def evaluate(self, variables: Mapping[str, Any]) -> Outcome:
        """Decide; raise DecisionError where the table is broken, FeelError where an expression runs away."""
        with allowance():
            return Run(self.model, variables).outcome(self, self.key)

    def verdicts(self, variables: Mapping[str, Any]) -> tuple[Verdict, ...]:
        """Return why each rule of the decision's table hits or does not; nothing where it is no table."""
        with allowance():
            run = Run(self.model, variables)
            return self.logic.verdicts(run.scope(self.needs)) if isinstance(self.logic, Table) else ()

    def made(self, run: Run) -> Outcome:
        """Return the outcome within a run, its required decisions made first."""
        scope = run.scope(self.needs)
        rested = [need.key for need in self.needs if need.key in run.outcomes]
        required = {run.model.elements[key].name: run.outcomes[key] for key in rested}
        if isinstance(self.logic, Table):
            outcome = self.logic.evaluate(scope)
            return Outcome(self.coerce(outcome.value), outcome.hits, outcome.inputs, required)
        value, inner = with_inner_tables(self.logic, scope)
        return Outcome(self.coerce(value), required=required | inner)


def refuse_cycles(model: Model, what: str) -> None:
    """Raise DecisionError when elements need each other in a circle."""
    done: set[str] = set()

    def visit(key: str, path: tuple[str, ...]) -> None:
        if key in path:
            circle = " needs ".join(model.elements[one].name for one in (*path, key))
            raise DecisionError(f"{what}: {circle}, a circle", key.rpartition("#")[2])
        if key in model.elements and key not in done:
            for need in model.elements[key].needs:
                visit(need.key, (*path, key))
            done.add(key)

    for key in model.elements:
        visit(key, ())
