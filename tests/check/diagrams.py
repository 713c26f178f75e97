"""Draw small BPMN diagrams for the tests of the check: `diagram(start(), ..., flow("a", "b"))`."""

from __future__ import annotations

import re
from html import escape
from itertools import pairwise

NAMESPACES = (
    'xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" xmlns:bpmndi="http://www.omg.org/spec/BPMN/20100524/DI" '
    'xmlns:dc="http://www.omg.org/spec/DD/20100524/DC" xmlns:di="http://www.omg.org/spec/DD/20100524/DI" '
    'xmlns:spiffworkflow="http://spiffworkflow.org/bpmn/schema/1.0/core"'
)
NODE = re.compile(r'<bpmn:(?:\w*(?:Event|[tT]ask|Gateway|Process|Activity)|transaction) id="([^"]+)"')
FLOW = re.compile(r'<bpmn:sequenceFlow id="([^"]+)"')


def diagram(*elements: str, declared: str = "", process: str = 'id="toy" isExecutable="true"') -> bytes:
    """Put elements (with flows of their own) into a process, with a drawing of all of them."""
    body = "\n".join(elements)
    return (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<bpmn:definitions {NAMESPACES} id="toys" targetNamespace="t">\n'
        f"{MESSAGES}{declared}\n<bpmn:process {process}>\n{body}\n</bpmn:process>\n{drawn(body)}\n</bpmn:definitions>\n"
    ).encode()


MESSAGES = '<bpmn:message id="m_paid" name="paid"/><bpmn:message id="m_sent" name="sent"/>'


def drawn(body: str) -> str:
    shapes = "".join(
        f'<bpmndi:BPMNShape id="{each}_di" bpmnElement="{each}">'
        f'<dc:Bounds x="0" y="{80 * number}" width="9" height="9"/></bpmndi:BPMNShape>'
        for number, each in enumerate(NODE.findall(body))
    )
    edges = "".join(
        f'<bpmndi:BPMNEdge id="{each}_di" bpmnElement="{each}"><di:waypoint x="0" y="0"/></bpmndi:BPMNEdge>'
        for each in FLOW.findall(body)
    )
    plane = f'<bpmndi:BPMNPlane id="plane" bpmnElement="toy">{shapes}{edges}</bpmndi:BPMNPlane>'
    return f'<bpmndi:BPMNDiagram id="drawing">{plane}</bpmndi:BPMNDiagram>'


def node(tag: str, name: str, inner: str = "", extensions: str = "", /, **attributes: str) -> str:
    """Draw any flow node; `name` is its id too."""
    more = "".join(f' {key}="{escape(value)}"' for key, value in attributes.items())
    held = f"<bpmn:extensionElements>{extensions}</bpmn:extensionElements>" if extensions else ""
    return f'<bpmn:{tag} id="{name}" name="{name}"{more}>{held}{inner}</bpmn:{tag}>'


def start(name: str = "start") -> str:
    return node("startEvent", name)


def end(name: str = "end") -> str:
    return node("endEvent", name)


def flow(source: str, target: str, condition: str = "") -> str:
    inner = f"<bpmn:conditionExpression>{escape(condition)}</bpmn:conditionExpression>" if condition else ""
    return (
        f'<bpmn:sequenceFlow id="{source}_{target}" sourceRef="{source}" targetRef="{target}">'
        f"{inner}</bpmn:sequenceFlow>"
    )


def chain(*names: str) -> str:
    """Connect nodes one after the other."""
    return "\n".join(flow(*pair) for pair in pairwise(names))


def properties(**values: str) -> str:
    each = "".join(f'<spiffworkflow:property name="{key}" value="{escape(text)}"/>' for key, text in values.items())
    return f"<spiffworkflow:properties>{each}</spiffworkflow:properties>"


def service(name: str, operator: str = "note", result: str = "", /, **parameters: str) -> str:
    """Draw a service task; parameters are FEEL texts."""
    given = "".join(
        f'<spiffworkflow:parameter id="{key}" type="any" value="{escape(text)}"/>' for key, text in parameters.items()
    )
    variable = f' resultVariable="{result}"' if result else ""
    call = (
        f'<spiffworkflow:serviceTaskOperator id="{operator}"{variable}>'
        f"<spiffworkflow:parameters>{given}</spiffworkflow:parameters></spiffworkflow:serviceTaskOperator>"
    )
    return node("serviceTask", name, "", properties(stage="work") + call)


def user(name: str, instructions: str = "", /, **values: str) -> str:
    texts = f"<spiffworkflow:instructionsForEndUser>{escape(instructions)}</spiffworkflow:instructionsForEndUser>"
    settings = {"stage": "work", "form": "call", "role": "collector", **values}
    return node("userTask", name, "", properties(**settings) + (texts if instructions else ""))


def timer_inner(text: str, kind: str = "timeDuration") -> str:
    return f"<bpmn:timerEventDefinition><bpmn:{kind}>{escape(text)}</bpmn:{kind}></bpmn:timerEventDefinition>"


def timer(name: str, text: str = '@"P7D"', kind: str = "timeDuration") -> str:
    return node("intermediateCatchEvent", name, timer_inner(text, kind), properties(stage="wait"))


def message_inner(reference: str, variable: str = "") -> str:
    held = f"<spiffworkflow:messageVariable>{variable}</spiffworkflow:messageVariable>"
    held = f"<bpmn:extensionElements>{held}</bpmn:extensionElements>" if variable else ""
    return f'<bpmn:messageEventDefinition messageRef="{reference}">{held}</bpmn:messageEventDefinition>'


def message(name: str, reference: str = "m_paid", variable: str = "") -> str:
    return node("intermediateCatchEvent", name, message_inner(reference, variable), properties(stage="wait"))


def error_inner(reference: str) -> str:
    return f'<bpmn:errorEventDefinition errorRef="{reference}"/>'


def declared_error(code: str) -> str:
    return f'<bpmn:error id="e_{code}" name="{code}" errorCode="{code}"/>'


def boundary(name: str, host: str, inner: str, /, **attributes: str) -> str:
    return node("boundaryEvent", name, inner, "", attachedToRef=host, **attributes)


def subprocess(name: str, *elements: str, **attributes: str) -> str:
    return node("subProcess", name, "\n".join(elements), "", **attributes)
