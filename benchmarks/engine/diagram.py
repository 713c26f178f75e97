"""The diagram that all contestants run: remind, hear that it was sent, wait for a call or seven days, again.

Drawn once, in two dialects: Duly's expressions are FEEL, SpiffWorkflow's own are Python.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise
from xml.sax.saxutils import escape

PROCESS = "dunning"
HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" id="d" targetNamespace="d"
  xmlns:s="http://spiffworkflow.org/bpmn/schema/1.0/core" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">
<bpmn:message id="m_paid" name="paid"/><bpmn:message id="m_sent" name="sent"/>
<bpmn:process id="dunning" isExecutable="true">"""
FLOWS = (
    "start>remind>sent>call>asked",
    "late>remind",
    "paid>thank>end_paid",
)


@dataclass(frozen=True, slots=True)
class Dialect:
    """How the expressions of the diagram are written."""

    week: str
    promised: str
    amount: str


FEEL = Dialect(week='@"P7D"', promised="promised = true", amount="case.amount")
PYTHON = Dialect(week='"P7D"', promised="promised == True", amount="case['amount']")


def diagram(dialect: Dialect) -> bytes:
    """Give the BPMN XML."""
    nodes = (
        '<bpmn:startEvent id="start"/>',
        _service("remind", "reminder", "reminded", dialect),
        _message("sent", "m_sent"),
        _call(),
        _on_call("late", _timer(dialect.week)),
        _on_call("paid", '<bpmn:messageEventDefinition messageRef="m_paid"/>'),
        '<bpmn:exclusiveGateway id="asked" default="asked_remind"/>',
        _service("thank", "thanks", "thanked", dialect),
        '<bpmn:endEvent id="end_promised"/><bpmn:endEvent id="end_paid"/>',
    )
    flows = [_flow(*pair) for line in FLOWS for pair in _pairs(line)]
    flows += [_flow("asked", "remind"), _flow("asked", "end_promised", dialect.promised)]
    return f"{HEAD}{''.join((*nodes, *flows))}</bpmn:process></bpmn:definitions>".encode()


def _pairs(line: str) -> list[tuple[str, str]]:
    names = line.split(">")
    return list(pairwise(names))


def _flow(source: str, target: str, condition: str = "") -> str:
    inner = (
        f'<bpmn:conditionExpression xsi:type="bpmn:tFormalExpression">{escape(condition)}</bpmn:conditionExpression>'
        if condition
        else ""
    )
    return (
        f'<bpmn:sequenceFlow id="{source}_{target}" sourceRef="{source}" targetRef="{target}">{inner}'
        "</bpmn:sequenceFlow>"
    )


def _drawn(stage: str, **more: str) -> str:
    pairs = {"stage": stage, **more}
    inner = "".join(f'<s:property name="{name}" value="{value}"/>' for name, value in pairs.items())
    return f"<s:properties>{inner}</s:properties>"


def _service(name: str, template: str, result: str, dialect: Dialect) -> str:
    given = {"template": f'"{template}"', "amount": dialect.amount}
    parameters = "".join(
        f'<s:parameter id="{key}" type="any" value="{escape(value, {chr(34): "&quot;"})}"/>'
        for key, value in given.items()
    )
    return (
        f'<bpmn:serviceTask id="{name}" name="Send the {template}"><bpmn:extensionElements>{_drawn(template)}'
        f'<s:serviceTaskOperator id="send_message" resultVariable="{result}"><s:parameters>{parameters}'
        "</s:parameters></s:serviceTaskOperator></bpmn:extensionElements></bpmn:serviceTask>"
    )


def _message(name: str, message: str) -> str:
    return (
        f'<bpmn:intermediateCatchEvent id="{name}"><bpmn:extensionElements>{_drawn("reminder")}'
        f'</bpmn:extensionElements><bpmn:messageEventDefinition messageRef="{message}"/></bpmn:intermediateCatchEvent>'
    )


def _timer(duration: str) -> str:
    return f"<bpmn:timerEventDefinition><bpmn:timeDuration>{duration}</bpmn:timeDuration></bpmn:timerEventDefinition>"


def _call() -> str:
    text = "<s:instructionsForEndUser>Call the debtor: {case.amount} is owed.</s:instructionsForEndUser>"
    drawn = _drawn("phone", role="collector")
    return (
        f'<bpmn:userTask id="call" name="Call the debtor"><bpmn:extensionElements>{drawn}{text}'
        "</bpmn:extensionElements></bpmn:userTask>"
    )


def _on_call(name: str, definition: str) -> str:
    return f'<bpmn:boundaryEvent id="{name}" attachedToRef="call">{definition}</bpmn:boundaryEvent>'
