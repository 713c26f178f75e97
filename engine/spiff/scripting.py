"""What SpiffWorkflow asks while it runs: expressions, operators, decisions, the time; no Python from a diagram."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from SpiffWorkflow.task import Task

from engine.catalogue import Call, Catalogue, Facts, Parameter
from engine.clock import local_date
from engine.decisions import Decision
from engine.errors import DiagramError, Problem
from engine.feel import Expression, compile_expression, plain
from engine.spiff.watching import Intervening, Kind, Watching, unmarked
from engine.write_buffer import WriteBuffer

LATEST = "latest"
PLACE = re.compile(r"\{([^{}]+)\}")


@dataclass(frozen=True, slots=True)
class Tables:
    """The decisions of one deployment, by id and by name; `version` is the deployment's number."""

    version: int
    decisions: Mapping[str, Decision]


class Scripting:
    """The script engine of one advance of one instance. `horizon` is up to when timers may fire now.

    `latest` are the shared decisions that calls bound to the latest ask, where there are any.
    """

    environment = None  # the library's place for Python; there is none

    def __init__(
        self, programme: Programme, facts: Facts, call: Call, zone: ZoneInfo, latest: Tables | None = None
    ) -> None:
        self.programme = programme
        self.facts = facts
        self.latest = latest
        self.now = self.horizon = call.now
        self.zone = zone
        self.answers: Mapping[str, Any] = {}  # of the person whose finished task is being taken
        self.recording: Watching | None = None
        self.running: Task | None = None  # the step being run: where an error happened
        self.interventions: Intervening | None = None
        self._call = call
        self._calls = 0
        self._moment: Mapping[str, Any] = {}

    def afresh(self, call: Call) -> Scripting:
        """Give another engine that knows the same and has done nothing yet."""
        return Scripting(self.programme, self.facts, call, self.zone, self.latest)

    def note(self, kind: Kind, does: Callable[[Any], Any], task: Task, outcome: str = "") -> None:
        """Let the recording know of a step that was done, where there is one."""
        if self.recording is not None:
            self.recording.note(kind, does, task, outcome)

    @contextmanager
    def counting_from(self, since: datetime | None) -> Iterator[None]:
        """Let waits that begin now be counted from `since`, where there is one: they began before they were known."""
        now, moment = self.now, self._moment
        if since is not None:
            self.now, self._moment = since, {"now": since.astimezone(self.zone), "today": local_date(since, self.zone)}
        yield
        self.now, self._moment = now, moment

    def evaluate(self, task: Task, expression: str, external_context: Mapping[str, Any] | None = None) -> Any:
        """Evaluate a FEEL expression over the case's facts, the instance's own variables and what is given beside."""
        compiled = self.programme.expression(expression)
        return compiled.evaluate({**self.facts.variables, **self._moment, **task.data, **(external_context or {})})

    def wait(self, task: Task, expression: str, element: str, host: str) -> Any:
        """Evaluate a timer's expression as its wait begins; a wait that a person let be left is over at once."""
        self.running = task
        if self.interventions is not None and self.interventions.passes(task, element):
            return self.now
        return self.evaluate(task, expression, self.asked(task, element, host))

    def asked(self, task: Task, element: str, host: str = "") -> dict[str, Any]:
        """Make the decision drawn at a timer or service task; give it by name, for that element's expressions alone."""
        decision = self.programme.properties(element).get("decision")
        if decision is None:
            return {}
        stage = self.programme.stage_of(element) or self.programme.stage_of(host)
        return {decision: self._made(task, decision, element, stage)}

    def execute(self, task: Task, _script: str, _external_context: Any = None) -> bool:
        """Refuse scripts: a diagram decides by expressions and acts by operators."""
        raise DiagramError([Problem("", task.task_spec.name, 0, "script", "error", "scripts are not run")])

    def call_operator(self, task: Task, name: str, values: dict[str, Any]) -> Any:
        """Call a catalogued operator with typed parameters; give its result as plain JSON data."""
        operator = self.programme.catalogue.operators[name]
        types = {parameter.name: parameter for parameter in operator.parameters}
        arguments = {key: typed(types[key], value) for key, value in values.items()}
        self._calls += 1
        element = task.task_spec.bpmn_id
        call = replace(
            self._call,
            data=unmarked(task.data),
            element=element,
            stage=self.programme.stage_of(element),
            token=f"{self._call.token}.{self._calls}",
        )
        return plain(operator.function(call, **arguments))

    def decide(self, task: Task, name: str) -> Any:
        """Make the decision that a business rule task asks; give its outcome as plain JSON data."""
        element = task.task_spec.bpmn_id
        return plain(self._made(task, name, element, self.programme.stage_of(element)))

    def _made(self, task: Task, name: str, element: str, stage: str) -> Any:
        """Make a decision; put on record which rules of which version hit on which inputs."""
        binding, tables = self._bound(name, element)
        stage = stage or self._call.stage
        outcome = tables.decisions[name].evaluate({**self.facts.variables, **self._moment, **task.data, "stage": stage})
        detail = {"decision": name, "binding": binding, "version": tables.version, **outcome.record()}
        self.write.history(kind="decision", text=name, detail=detail, element=element, stage=stage)
        return outcome.value

    def _bound(self, name: str, element: str) -> tuple[str, Tables]:
        """Give whom a call asks: the shared decisions where it says so and they have it, else the strategy's own."""
        asks_latest = self.programme.properties(element).get("binding") == LATEST
        if asks_latest and self.latest is not None and name in self.latest.decisions:
            return LATEST, self.latest
        return "version", self.programme.tables

    def fill(self, task: Task, template: str) -> str:
        """Fill the {FEEL} places of a text for people."""
        return self.programme.text(template, {**self.facts.variables, **task.data})

    @property
    def write(self) -> WriteBuffer:
        return self._call.write


class Programme:
    """What all instances of one deployment share: compiled expressions, decisions, the elements' properties."""

    def __init__(self, catalogue: Catalogue, elements: Mapping[str, Mapping[str, Any]], tables: Tables) -> None:
        self.catalogue = catalogue
        self.elements = elements
        self.tables = tables
        self._compiled: dict[str, Expression] = {}

    def expression(self, text: str) -> Expression:
        """Give the compiled expression, compiling it at its first use."""
        if text not in self._compiled:
            self._compiled[text] = compile_expression(text, functions=self.catalogue.functions)
        return self._compiled[text]

    def properties(self, element: str) -> Mapping[str, str]:
        """Give the Duly properties drawn at an element: stage, form, role, due, ..."""
        found: Mapping[str, str] = self.elements.get(element, {}).get("properties") or {}
        return found

    def stage_of(self, element: str) -> str:
        return self.properties(element).get("stage", "")

    def text(self, template: str, variables: Mapping[str, Any]) -> str:
        """Fill a text's {FEEL} places."""
        return PLACE.sub(lambda place: _readable(self.expression(place[1]).evaluate(variables)), template)


def _readable(value: Any) -> str:
    return "–" if value is None else str(plain(value))


def typed(parameter: Parameter, value: Any) -> Any:
    """Convert a FEEL value to what the operator's signature asks for; FEEL's numbers are decimals."""
    wanted = parameter.python_type
    if value is None or wanted is type(value):
        return value
    if wanted is int and isinstance(value, Decimal) and value == value.to_integral_value():
        return int(value)
    if wanted is Decimal and isinstance(value, int | str) and not isinstance(value, bool):
        return Decimal(value)  # a saved decimal is read back as text
    if wanted is date and isinstance(value, str):
        return date.fromisoformat(value)
    message = f"parameter {parameter.name} needs a {parameter.feel_type}, not {value!r}"
    raise TypeError(message)
