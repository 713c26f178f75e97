"""What a deployed diagram says to people: how its steps are called and what comes after a wait."""

from __future__ import annotations

from dataclasses import dataclass, field

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.deployments import MAIN, unpacked
from engine.tables import Deployment
from engine.xml import parse_xml

BPMN = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"
FLOW = "sequenceFlow"
ACTING = frozenset({"userTask", "serviceTask", "receiveTask", "intermediateCatchEvent", "endEvent", "subProcess"})


REMEMBERED = 50  # diagrams


@dataclass(frozen=True, slots=True)
class Element:
    """One step as drawn: `tag` without its namespace; `operator` is a service task's verb."""

    id: str
    tag: str
    name: str
    operator: str = ""


@dataclass(slots=True)
class Diagram:
    """The steps by id and where the flows lead: the default flow of a gateway comes last."""

    elements: dict[str, Element] = field(default_factory=dict)
    flows: dict[str, list[str]] = field(default_factory=dict)

    def name(self, element: str) -> str:
        """Give what a step is called."""
        found = self.elements.get(element)
        return found.name if found and found.name else element.replace("_", " ")

    def next_step(self, element: str) -> Element | None:
        """Give the step that usually follows: the first way out of each gateway, past what only branches."""
        return self._follow(element, {element})

    def _follow(self, element: str, seen: set[str]) -> Element | None:
        for step in self.flows.get(element, ()):
            if step in seen:
                continue
            seen.add(step)
            found = self.elements.get(step)
            return found if found is not None and found.tag in ACTING else self._follow(step, seen)
        return None


_READ: dict[str, Diagram] = {}  # by checksum


def diagram_of(session: Session, deployment_id: int) -> Diagram:
    """Give the diagram of a deployed version; one that was read before is remembered, for it never changes."""
    checksum = session.scalar(select(Deployment.checksum).where(Deployment.id == deployment_id))
    if checksum not in _READ:
        if len(_READ) >= REMEMBERED:
            _READ.clear()
        _READ[str(checksum)] = _read(source_of(session, deployment_id))
    return _READ[str(checksum)]


def source_of(session: Session, deployment_id: int) -> bytes:
    """Give the XML of a deployed version."""
    files = session.scalars(select(Deployment.files).where(Deployment.id == deployment_id)).one()
    return unpacked({MAIN: files[MAIN]})[MAIN]


def _read(source: bytes) -> Diagram:
    diagram = Diagram()
    defaults = set()
    flows = []
    for node in parse_xml(source, "the deployed diagram").iter("{*}*"):
        tag, id_ = str(node.tag).partition("}")[2], node.get("id")
        if tag == FLOW:
            flows.append((id_, node.get("sourceRef", ""), node.get("targetRef", "")))
        elif id_ and str(node.tag).startswith(BPMN):
            operator = node.find(".//{*}serviceTaskOperator") if tag == "serviceTask" else None
            diagram.elements[id_] = Element(
                id_, tag, node.get("name") or "", "" if operator is None else operator.get("id", "")
            )
            defaults.add(node.get("default"))
    for _flow, before, after in sorted(flows, key=lambda flow: flow[0] in defaults):
        diagram.flows.setdefault(before, []).append(after)
    return diagram
