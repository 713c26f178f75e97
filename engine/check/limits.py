"""What BPMN has and the executor has not, or would silently ignore: refused with the way round it."""

from __future__ import annotations

from collections.abc import Iterator

from engine.check.model import Diagram, Node, Trigger
from engine.errors import Problem

REFUSED = {
    "complexGateway": "Complex gateways are not run; use exclusive, inclusive or parallel ones.",
    "transaction": "Transactions are not run; use a sub-process with a boundary error event.",
    "adHocSubProcess": "Ad-hoc sub-processes are not run; draw the steps and the order in which they may come.",
    "callActivity": "Other diagrams cannot be called; draw the steps as a sub-process.",
    "scriptTask": "Scripts are not run; compute in a FEEL expression, or act by a service task.",
    "manualTask": "A manual task is on nobody's list; use a user task.",
    "task": "A plain task would stop the case without anybody being told; make it a user, service or receive task.",
    "sendTask": "A send task sends nothing; use a service task with an operator that sends.",
}
KINDS = {
    "link": "Link events are ignored by the executor; draw the flow itself.",
    "compensate": "Compensation is not run; draw the steps that undo.",
    "signal": "Signals are not sent between cases; use a message.",
    "escalation": "Escalations are not run; use a boundary error event, or a service task that tells somebody.",
    "conditional": "Conditional events are not watched; use a message, or a timer and a gateway.",
    "cancel": "Cancel events belong to transactions, which are not run.",
}
TAKES = {
    "startEvent": frozenset[str](),
    "endEvent": frozenset({"error", "terminate"}),
    "intermediateCatchEvent": frozenset({"timer", "message"}),
    "intermediateThrowEvent": frozenset[str](),
    "boundaryEvent": frozenset({"timer", "message", "error"}),
}
MUST_WAIT = frozenset({"intermediateCatchEvent", "boundaryEvent"})
DATA = frozenset({"ioSpecification", "dataInputAssociation", "dataOutputAssociation"})
EXTENSIONS = {
    "properties": None,
    "serviceTaskOperator": frozenset({"serviceTask"}),
    "calledDecisionId": frozenset({"businessRuleTask"}),
    "instructionsForEndUser": frozenset({"userTask"}),
    "messageVariable": frozenset({"receiveTask", "intermediateCatchEvent", "boundaryEvent"}),
}
SCRIPTS = frozenset({"preScript", "postScript", "scriptsOnInstances"})


def limits(diagram: Diagram) -> Iterator[Problem]:
    """Refuse what would not run as it is drawn."""
    for node in diagram.nodes.values():
        if node.tag in REFUSED:
            yield diagram.problem(node, "unsupported", REFUSED[node.tag])
        yield from _markers(diagram, node)
        yield from _events(diagram, node)
        yield from _extensions(diagram, node)
    for stray in diagram.unknown:
        yield diagram.problem(stray, "unsupported", f"A {stray.tag} is not run; remove it.")


def _markers(diagram: Diagram, node: Node) -> Iterator[Problem]:
    if "standardLoopCharacteristics" in node.children:
        yield diagram.problem(node, "unsupported", "Loop markers are not run; draw the loop with a gateway.")
    if node.children & DATA:
        message = "Data arrows are not followed: every step sees all variables of its case. Remove them."
        yield diagram.problem(node, "unsupported", message)
    if node.attributes.get("triggeredByEvent") == "true":
        message = "Event sub-processes are not run; put a boundary event on a sub-process around the steps."
        yield diagram.problem(node, "unsupported", message)
    if node.attributes.get("isForCompensation") == "true":
        yield diagram.problem(node, "unsupported", KINDS["compensate"])


def _events(diagram: Diagram, node: Node) -> Iterator[Problem]:
    if node.tag not in TAKES:
        return
    for trigger in node.triggers:
        yield from _trigger(diagram, node, trigger)
    if len(node.triggers) > 1:
        yield diagram.problem(
            node, "unsupported", "Several triggers in one event are not run; draw one event for each."
        )
    if not node.triggers and node.tag in MUST_WAIT:
        yield diagram.problem(node, "no_trigger", "This event waits for nothing; make it a timer or message event.")


def _trigger(diagram: Diagram, node: Node, trigger: Trigger) -> Iterator[Problem]:
    if trigger.kind in KINDS:
        yield diagram.problem(node, "unsupported", KINDS[trigger.kind], line=trigger.line)
    elif trigger.kind not in TAKES[node.tag]:
        yield diagram.problem(node, "unsupported", _why_not_here(node, trigger), line=trigger.line)
    elif trigger.kind == "error" and node.attributes.get("cancelActivity") == "false":
        message = "An error always ends the step it comes from; make this event interrupting."
        yield diagram.problem(node, "unsupported", message, line=trigger.line)
    elif trigger.kind == "timer" and not trigger.text:
        message = 'This timer has no time; give it a date, or a duration such as @"P7D".'
        yield diagram.problem(node, "no_time", message, line=trigger.line)


def _why_not_here(node: Node, trigger: Trigger) -> str:
    if node.tag == "startEvent":
        return f"A case starts by itself: a start event may have no {trigger.kind}. Use a plain start event."
    if trigger.kind == "message":
        return "Messages are sent by service tasks, not by events; use a service task."
    return f"A {trigger.kind} event cannot stand here; see the list of what is run."


def _extensions(diagram: Diagram, node: Node) -> Iterator[Problem]:
    for each in node.extensions:
        if not each.ours:
            message = f"The setting {each.name!r} is another program's and has no effect here."
            yield diagram.warning(node, "foreign_extension", message, line=each.line)
        elif each.name in SCRIPTS:
            message = f"Scripts are not run: remove {each.name!r}; compute in FEEL expressions instead."
            yield diagram.problem(node, "script", message, line=each.line)
        elif each.name not in EXTENSIONS:
            message = f"The setting {each.name!r} is not known and would have no effect; remove it."
            yield diagram.problem(node, "unknown_extension", message, line=each.line)
        elif (allowed := EXTENSIONS[each.name]) is not None and node.tag not in allowed:
            message = f"The setting {each.name!r} has no effect on a {node.tag}; remove it."
            yield diagram.problem(node, "unknown_extension", message, line=each.line)
