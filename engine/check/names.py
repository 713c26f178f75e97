"""Everything exists that the diagram names: messages, roles, properties, forms, decisions, templates."""

from __future__ import annotations

from collections.abc import Iterator

from engine.catalogue import Catalogue
from engine.check.bundle import Bundle
from engine.check.literals import string_value
from engine.check.model import Diagram, Node
from engine.check.nearest import did_you_mean
from engine.errors import Problem

EVERYWHERE = frozenset({"stage"})
PROPERTIES = {
    "userTask": frozenset({"form", "role", "due", "annotation", "four_eyes"}),
    "businessRuleTask": frozenset({"binding"}),
    "intermediateCatchEvent": frozenset({"decision", "binding"}),
    "boundaryEvent": frozenset({"decision", "binding", "missed"}),
    "serviceTask": frozenset({"decision", "binding"}),
}
NOTE = "note"  # the field in which the worklist looks for an annotation
VALUES = {
    "annotation": frozenset({"required"}),
    "four_eyes": frozenset({"letter"}),
    "binding": frozenset({"latest", "version"}),
    "missed": frozenset({"once", "each"}),
}


def names(diagram: Diagram, bundle: Bundle, catalogue: Catalogue) -> Iterator[Problem]:
    """Check what nodes name against the catalogue and the files deployed with the diagram."""
    for node in diagram.nodes.values():
        yield from _properties(diagram, node)
        yield from _messages(diagram, node, catalogue)
        yield from _decision(diagram, node, bundle)
        yield from _call(diagram, node)
        yield from _missed(diagram, node)
    for node in diagram.of("userTask"):
        yield from _user_task(diagram, node, bundle, catalogue)
    for node in diagram.of("serviceTask"):
        yield from _templates(diagram, node, bundle, catalogue)


def _properties(diagram: Diagram, node: Node) -> Iterator[Problem]:
    known = EVERYWHERE | PROPERTIES.get(node.tag, frozenset())
    for each in node.given_properties:
        if not each.name or each.value is None:
            message = "A property needs a name and a value; complete or remove it."
            yield diagram.problem(node, "bad_property", message, line=each.line)
        elif each.name not in known:
            message = f"A {node.tag} has no property {each.name!r}. {did_you_mean(each.name, known)}"
            yield diagram.problem(node, "unknown_property", message, line=each.line)
        elif each.name in VALUES and each.value not in VALUES[each.name]:
            allowed = " or ".join(map(repr, sorted(VALUES[each.name])))
            message = f"Property {each.name!r} is {each.value!r}; it may be {allowed}, or be left out."
            yield diagram.problem(node, "bad_property", message, line=each.line)


def _messages(diagram: Diagram, node: Node, catalogue: Catalogue) -> Iterator[Problem]:
    references = [(trigger.ref, trigger.line) for trigger in node.triggers if trigger.kind == "message"]
    if node.tag == "receiveTask":
        references.append((node.attributes.get("messageRef", ""), node.line))
    for reference, line in references:
        name = diagram.messages.get(reference, "")
        if not name:
            message = f"It waits for no message yet. {did_you_mean('', catalogue.messages)}"
            yield diagram.problem(node, "no_message", message, line=line)
        elif name not in catalogue.messages:
            message = f"There is no message {name!r}: it would wait for ever. {did_you_mean(name, catalogue.messages)}"
            yield diagram.problem(node, "unknown_message", message, line=line)


def _user_task(diagram: Diagram, node: Node, bundle: Bundle, catalogue: Catalogue) -> Iterator[Problem]:
    role, form = node.properties.get("role", ""), node.properties.get("form", "")
    if role not in catalogue.roles:
        what = f"There is no role {role!r}." if role else "It says not whose task it is: set the property 'role'."
        message = f"{what} {did_you_mean(role, catalogue.roles)}"
        yield diagram.problem(node, "unknown_role", message)
    if not form:
        message = "It has no form: people can only say that it is done. Set the property 'form' if they shall answer."
        yield diagram.warning(node, "no_form", message)
    elif form not in bundle.forms:
        message = f"There is no form forms/{form}.json. {did_you_mean(form, bundle.forms)}"
        yield diagram.problem(node, "unknown_form", message)
    elif node.properties.get("annotation") and bundle.forms[form] and NOTE not in bundle.forms[form]:
        message = f"It asks for an annotation, but the form {form!r} has no field {NOTE!r} to write it in; add one."
        yield diagram.problem(node, "no_note", message)
    if not node.name:
        message = "It has no name; people read it in their list of tasks."
        yield diagram.warning(node, "no_name", message)


def _decision(diagram: Diagram, node: Node, bundle: Bundle) -> Iterator[Problem]:
    called = node.decision
    if node.tag == "businessRuleTask" and not called:
        message = f"It says not which decision it asks. {did_you_mean('', bundle.decisions)}"
        yield diagram.problem(node, "no_decision", message)
    elif called and called not in bundle.decisions:
        message = f"There is no decision {called!r} among the .dmn files. {did_you_mean(called, bundle.decisions)}"
        yield diagram.problem(node, "unknown_decision", message)


def _call(diagram: Diagram, node: Node) -> Iterator[Problem]:
    """Check that an event that names a decision or a binding asks one indeed."""
    if node.tag == "businessRuleTask" or node.decision:
        return
    for each in node.given_properties:
        if each.name == "decision" and each.value is not None and "decision" in PROPERTIES.get(node.tag, ()):
            message = "Only a timer or service task asks a decision: name one there, or remove the property 'decision'."
            yield diagram.problem(node, "bad_property", message, line=each.line)
        elif each.name == "binding" and "binding" in PROPERTIES.get(node.tag, ()):
            message = "A binding belongs to a decision, and none is asked here: set 'decision', or remove 'binding'."
            yield diagram.problem(node, "bad_property", message, line=each.line)


def _missed(diagram: Diagram, node: Node) -> Iterator[Problem]:
    timer = node.triggered_by("timer")
    if node.tag == "boundaryEvent" and "missed" in node.properties and (timer is None or timer.timer != "timeCycle"):
        message = "Only a repeating timer can miss turns; remove the property 'missed', or let the timer repeat."
        yield diagram.problem(node, "bad_property", message)


def _templates(diagram: Diagram, node: Node, bundle: Bundle, catalogue: Catalogue) -> Iterator[Problem]:
    exists = catalogue.template_exists
    if exists is None and not bundle.templates:
        return
    for given in node.operation.parameters if node.operation else ():
        name = string_value(given.value or "") if given.name == "template" else None
        if name is None or name in bundle.templates or (exists is not None and exists(name)):
            continue
        message = f"There is no template {name!r} in letter_templates/. {did_you_mean(name, bundle.templates)}"
        yield diagram.problem(node, "unknown_template", message, line=given.line)
