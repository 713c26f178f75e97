"""A diagram as the checks see it: plain data with lines, no XML and nothing of the executor."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field

from engine.errors import Problem

ACTIVITIES = frozenset(
    {
        "task",
        "userTask",
        "serviceTask",
        "scriptTask",
        "businessRuleTask",
        "manualTask",
        "sendTask",
        "receiveTask",
        "subProcess",
        "transaction",
        "adHocSubProcess",
        "callActivity",
    }
)
GATEWAYS = frozenset({"exclusiveGateway", "inclusiveGateway", "parallelGateway", "eventBasedGateway", "complexGateway"})
EVENTS = frozenset({"startEvent", "endEvent", "intermediateCatchEvent", "intermediateThrowEvent", "boundaryEvent"})
NODES = ACTIVITIES | GATEWAYS | EVENTS
SCOPES = frozenset({"process", "subProcess", "transaction", "adHocSubProcess"})
CHOOSING = frozenset({"exclusiveGateway", "inclusiveGateway"})


@dataclass(frozen=True, slots=True)
class Trigger:
    """An event definition: `kind` such as timer, message, error; `ref` the id of what it names; `timer` its element."""

    kind: str
    line: int
    ref: str = ""
    timer: str = ""
    text: str = ""


@dataclass(frozen=True, slots=True)
class Given:
    """A parameter as a service task gives it; what is None was not written."""

    name: str
    type: str | None
    value: str | None
    line: int


@dataclass(frozen=True, slots=True)
class Operation:
    """What a service task calls."""

    name: str
    result: str
    parameters: tuple[Given, ...]
    retries: bool
    line: int


@dataclass(frozen=True, slots=True)
class Extension:
    """An element in extensionElements: `ours` tells whether its namespace is the executor's."""

    name: str
    ours: bool
    text: str
    line: int
    inner: bool  # within the node's event definition


@dataclass(frozen=True, slots=True)
class Property:
    """A `spiffworkflow:property`; what is None was not written."""

    name: str | None
    value: str | None
    line: int


@dataclass(frozen=True, slots=True)
class Repeat:
    """A multi-instance marker: how often (FEEL) or over which list, the names it uses, when it is enough (FEEL)."""

    line: int
    times: str
    over: str
    item: str
    gathered: str
    answer: str
    until: str


@dataclass(frozen=True, slots=True)
class Node:
    """A flow node; `scope` is the id of the process or sub-process it stands in, `children` its other BPMN elements."""

    id: str
    tag: str
    name: str
    line: int
    scope: str
    attributes: Mapping[str, str]
    triggers: tuple[Trigger, ...] = ()
    extensions: tuple[Extension, ...] = ()
    given_properties: tuple[Property, ...] = ()
    operation: Operation | None = None
    children: frozenset[str] = frozenset()
    repeat: Repeat | None = None

    @property
    def properties(self) -> dict[str, str]:
        return {each.name: each.value for each in self.given_properties if each.name and each.value is not None}

    @property
    def host(self) -> str:
        return self.attributes.get("attachedToRef", "")

    @property
    def decision(self) -> str:
        """Give the decision it asks: a business rule task's, or what a timer or service task asks for itself."""
        if self.tag == "businessRuleTask":
            return self.extension("calledDecisionId")
        return self.properties.get("decision", "") if self.decides_by_itself else ""

    @property
    def decides_by_itself(self) -> bool:
        """Whether it may ask a decision that only its own expressions know."""
        return self.tag == "serviceTask" or self.triggered_by("timer") is not None

    @property
    def asks_latest(self) -> bool:
        return bool(self.decision) and self.properties.get("binding") == "latest"

    def extension(self, name: str) -> str:
        """Give the text of one of the executor's own extensions, or ""."""
        return next((each.text for each in self.extensions if each.ours and each.name == name), "")

    def triggered_by(self, kind: str) -> Trigger | None:
        return next((trigger for trigger in self.triggers if trigger.kind == kind), None)


@dataclass(frozen=True, slots=True)
class Flow:
    """A sequence flow."""

    id: str
    name: str
    line: int
    scope: str
    source: str
    target: str
    condition: str | None = None


@dataclass(frozen=True, slots=True)
class Scope:
    """A process or a sub-process: what holds nodes and flows."""

    id: str
    tag: str
    line: int
    parent: str
    executable: bool


@dataclass(frozen=True, slots=True)
class Stray:
    """An element in a process that is neither node nor flow nor known decoration, or one that points nowhere."""

    id: str
    tag: str
    line: int
    ref: str = ""


@dataclass(frozen=True)
class Diagram:
    """One BPMN file."""

    file: str
    scopes: Mapping[str, Scope]
    nodes: Mapping[str, Node]
    flows: tuple[Flow, ...]
    messages: Mapping[str, str]
    errors: Mapping[str, str | None]
    drawn: frozenset[str]
    twice: tuple[tuple[str, int], ...]
    nameless: tuple[tuple[str, int], ...]
    unknown: tuple[Stray, ...]
    data_references: tuple[Stray, ...]
    data_objects: frozenset[str]
    has_drawing: bool
    outgoing: Mapping[str, tuple[Flow, ...]] = field(default_factory=dict)
    incoming: Mapping[str, tuple[Flow, ...]] = field(default_factory=dict)
    boundaries: Mapping[str, tuple[Node, ...]] = field(default_factory=dict)

    def problem(
        self, at: Node | Flow | Scope | Stray, code: str, message: str, *, line: int = 0, severity: str = "error"
    ) -> Problem:
        """Report a finding about an element."""
        return Problem(self.file, at.id, line or at.line, code, severity, message)

    def warning(self, at: Node | Flow | Scope | Stray, code: str, message: str, *, line: int = 0) -> Problem:
        """Report what does not prevent deployment."""
        return self.problem(at, code, message, line=line, severity="warning")

    def of(self, *tags: str) -> Iterator[Node]:
        """Give the nodes of these tags."""
        return (node for node in self.nodes.values() if node.tag in tags)

    def within(self, scope: str) -> Iterator[Node]:
        """Give the nodes that stand directly in a process or sub-process."""
        return (node for node in self.nodes.values() if node.scope == scope)

    def awaited(self, node: Node) -> Iterator[str]:
        """Give the names of the messages that a node waits for, as far as they are declared."""
        references = [trigger.ref for trigger in node.triggers if trigger.kind == "message"]
        for reference in (*references, node.attributes.get("messageRef", "")):
            if self.messages.get(reference):
                yield self.messages[reference]

    def enclosing(self, node: Node) -> Iterator[str]:
        """Give the ids of the sub-processes around a node, from the inside."""
        scope = self.scopes.get(node.scope)
        while scope is not None and scope.parent:
            yield scope.id
            scope = self.scopes.get(scope.parent)
