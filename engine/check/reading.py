"""Read BPMN XML into the checks' own model; tolerant, since what is wrong is for the checks to say."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping
from typing import Any, TypeVar

from engine.check.model import (
    NODES,
    SCOPES,
    Diagram,
    Extension,
    Flow,
    Given,
    Node,
    Operation,
    Property,
    Repeat,
    Scope,
    Stray,
    Trigger,
)
from engine.errors import Unusable
from engine.xml import parse_xml

BPMN = "{http://www.omg.org/spec/BPMN/20100524/MODEL}"
DI = "{http://www.omg.org/spec/BPMN/20100524/DI}"
SPIFF = "{http://spiffworkflow.org/bpmn/schema/1.0/core}"
MOST_NODES = 2_000
TIMERS = ("timeDate", "timeDuration", "timeCycle")
DECORATION = frozenset(
    {
        "sequenceFlow",
        "laneSet",
        "dataObject",
        "dataObjectReference",
        "dataStoreReference",
        "textAnnotation",
        "association",
        "group",
        "category",
        "documentation",
        "extensionElements",
        "ioSpecification",
        "property",
        "incoming",
        "outgoing",
        "dataInputAssociation",
        "artifact",
        "dataOutputAssociation",
        "multiInstanceLoopCharacteristics",
        "standardLoopCharacteristics",
        "monitoring",
        "auditing",
    }
)
Keyed = TypeVar("Keyed", Flow, Node)


def read_diagram(data: bytes, file: str) -> Diagram:
    """Read one BPMN file; raises Unusable where it is none at all, far too large, or its XML is dangerous."""
    root = parse_xml(data, file)
    if root.tag != f"{BPMN}definitions":
        raise Unusable(f"{file} is no BPMN 2.0 diagram: its root is <{_local(root)}>, not <definitions>.")
    if sum(1 for _node in root.iter(*(BPMN + tag for tag in NODES))) > MOST_NODES:
        raise Unusable(f"{file} has more than {MOST_NODES:,} steps; at most so many are read. Make several strategies.")
    scopes = [_scope(each) for each in root.iter(*(BPMN + tag for tag in SCOPES))]
    nodes = {node.id: node for node in map(_node, root.iter(*(BPMN + tag for tag in NODES))) if node.id}
    flows = tuple(_flow(each) for each in root.iter(f"{BPMN}sequenceFlow"))
    drawn = frozenset(str(each.get("bpmnElement")) for each in root.iter(f"{DI}BPMNShape", f"{DI}BPMNEdge"))
    return Diagram(
        file=file,
        scopes={scope.id: scope for scope in scopes},
        nodes=nodes,
        flows=flows,
        messages={str(each.get("id")): each.get("name") or "" for each in root.iter(f"{BPMN}message")},
        errors={str(each.get("id")): each.get("errorCode") for each in root.iter(f"{BPMN}error")},
        drawn=drawn,
        twice=tuple(_twice(root)),
        nameless=tuple(_nameless(root)),
        unknown=tuple(_unknown(root)),
        data_references=tuple(_stray(each, "dataObjectRef") for each in root.iter(f"{BPMN}dataObjectReference")),
        data_objects=frozenset(str(each.get("id")) for each in root.iter(f"{BPMN}dataObject")),
        has_drawing=bool(drawn),
        outgoing=_grouped(flows, lambda flow: flow.source),
        incoming=_grouped(flows, lambda flow: flow.target),
        boundaries=_grouped((node for node in nodes.values() if node.tag == "boundaryEvent"), lambda node: node.host),
    )


def _grouped(things: Iterable[Keyed], key: Callable[[Keyed], str]) -> Mapping[str, tuple[Keyed, ...]]:
    found: dict[str, list[Keyed]] = {}
    for thing in things:
        found.setdefault(key(thing), []).append(thing)
    return {name: tuple(each) for name, each in found.items()}


def _local(element: Any) -> str:
    return str(element.tag).rpartition("}")[2]


def _line(element: Any) -> int:
    return element.sourceline or 0


def _children(element: Any) -> Iterator[Any]:
    return (child for child in element if isinstance(child.tag, str))


def _scope_of(element: Any) -> str:
    parent = element.getparent()
    while parent is not None and _local(parent) not in SCOPES:
        parent = parent.getparent()
    return "" if parent is None else parent.get("id") or ""


def _scope(element: Any) -> Scope:
    executable = element.get("isExecutable", "true") == "true"
    return Scope(element.get("id") or "", _local(element), _line(element), _scope_of(element), executable)


def _flow(element: Any) -> Flow:
    condition = element.find(f"{BPMN}conditionExpression")
    return Flow(
        id=element.get("id") or "",
        name=element.get("name") or "",
        line=_line(element),
        scope=_scope_of(element),
        source=element.get("sourceRef") or "",
        target=element.get("targetRef") or "",
        condition=None if condition is None else (condition.text or "").strip(),
    )


def _stray(element: Any, ref: str = "") -> Stray:
    return Stray(element.get("id") or "", _local(element), _line(element), element.get(ref) or "" if ref else "")


def _node(element: Any) -> Node:
    own = element.find(f"{BPMN}extensionElements")
    properties = [] if own is None else own.iterfind(f"{SPIFF}properties/{SPIFF}property")
    operator = None if own is None else own.find(f"{SPIFF}serviceTaskOperator")
    return Node(
        id=element.get("id") or "",
        tag=_local(element),
        name=" ".join((element.get("name") or "").split()),
        line=_line(element),
        scope=_scope_of(element),
        attributes={str(key): str(value) for key, value in element.attrib.items()},
        triggers=tuple(_trigger(each) for each in _children(element) if _local(each).endswith("EventDefinition")),
        extensions=tuple(_extensions(element)),
        given_properties=tuple(Property(each.get("name"), each.get("value"), _line(each)) for each in properties),
        operation=None if operator is None else _operation(operator),
        children=frozenset(_local(each) for each in _children(element)),
        repeat=_repeat(element.find(f"{BPMN}multiInstanceLoopCharacteristics")),
    )


def _repeat(marker: Any) -> Repeat | None:
    if marker is None:
        return None
    text = {_local(each): each.text or "" for each in _children(marker)}
    names = {_local(each): each.get("id") or "" for each in _children(marker)}
    return Repeat(
        line=_line(marker),
        times=text.get("loopCardinality", ""),
        over=text.get("loopDataInputRef", ""),
        item=names.get("inputDataItem", ""),
        gathered=text.get("loopDataOutputRef", ""),
        answer=names.get("outputDataItem", ""),
        until=text.get("completionCondition", ""),
    )


def _trigger(element: Any) -> Trigger:
    kind = _local(element).removesuffix("EventDefinition")
    timer = next((each for each in _children(element) if _local(each) in TIMERS), None)
    text = "" if timer is None else (timer.text or "").strip()
    ref = element.get(f"{kind}Ref") or ""
    return Trigger(kind, _line(element), ref, "" if timer is None else _local(timer), text)


def _extensions(element: Any) -> Iterator[Extension]:
    for inner, holder in [(False, element), *((True, each) for each in _children(element) if _is_trigger(each))]:
        for each in holder.iterfind(f"{BPMN}extensionElements/*"):
            if isinstance(each.tag, str):
                text = (each.text or "").strip()
                yield Extension(_local(each), each.tag.startswith(SPIFF), text, _line(each), inner)


def _is_trigger(element: Any) -> bool:
    return _local(element).endswith("EventDefinition")


def _operation(element: Any) -> Operation:
    given = [
        Given(each.get("id") or "", each.get("type"), each.get("value"), _line(each))
        for each in element.iter(f"{SPIFF}parameter")
    ]
    retries = element.find(f"{SPIFF}retry") is not None
    return Operation(
        element.get("id") or "", element.get("resultVariable") or "", tuple(given), retries, _line(element)
    )


def _semantic(root: Any) -> Iterator[Any]:
    return (each for each in root.iter(f"{BPMN}*") if isinstance(each.tag, str))


def _twice(root: Any) -> Iterator[tuple[str, int]]:
    seen = Counter(each.get("id") for each in _semantic(root) if each.get("id"))
    # The executor finds elements by any id in the file, an operator's or a parameter's too.
    seen.update({each.get("id") for each in root.iter(f"{SPIFF}*") if each.get("id")})
    for each in _semantic(root):
        if seen[each.get("id")] > 1:
            yield each.get("id"), _line(each)


def _nameless(root: Any) -> Iterator[tuple[str, int]]:
    tags = NODES | SCOPES | {"sequenceFlow", "message", "error"}
    return ((_local(each), _line(each)) for each in _semantic(root) if _local(each) in tags and not each.get("id"))


def _unknown(root: Any) -> Iterator[Stray]:
    for scope in root.iter(*(BPMN + tag for tag in SCOPES)):
        for child in _children(scope):
            if _local(child) not in NODES | DECORATION and child.tag.startswith(BPMN):
                yield _stray(child)
