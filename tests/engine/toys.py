"""Toy diagrams, a fake catalogue and a small world to run them in: no debt anywhere."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import inbox, instances, worklist
from engine.catalogue import Call, Catalogue, Facts, MessageType, Retry, operator
from engine.clock import VirtualClock
from engine.deployments import DECISIONS, deploy, packed
from engine.errors import BusinessError, TemporaryError
from engine.tables import Deployment, HistoryRow, Instance, OutboxRow, TaskRow
from engine.unit_of_work import Database
from engine.worker import Counts, Worker

MONDAY = datetime(2026, 3, 2, 8, tzinfo=UTC)
ZONE = ZoneInfo("Europe/Warsaw")
HEAD = """<?xml version="1.0" encoding="UTF-8"?>
<bpmn:definitions xmlns:bpmn="http://www.omg.org/spec/BPMN/20100524/MODEL" id="toys" targetNamespace="toys"
  xmlns:s="http://spiffworkflow.org/bpmn/schema/1.0/core" xmlns:xsi="http://www.w3.org/2001/XMLSchema-instance">
<bpmn:message id="m_paid" name="paid"/><bpmn:message id="m_sent" name="sent"/>
<bpmn:error id="e_refused" errorCode="refused"/>
<bpmn:process id="toy" isExecutable="true">"""


class Drawing:
    """Build a diagram: nodes as XML, flows as "a>b>c"."""

    def __init__(self) -> None:
        self.nodes: list[str] = []
        self.flows: list[str] = []

    def add(self, xml: str) -> None:
        self.nodes.append(xml)

    def start(self, name: str = "start") -> None:
        self.add(f'<bpmn:startEvent id="{name}"/>')

    def end(self, name: str = "end") -> None:
        self.add(f'<bpmn:endEvent id="{name}"/>')

    def say(self, name: str, text: str = '"hello"', operator: str = "say", stage: str = "") -> None:
        value = text.replace('"', "&quot;")
        self.add(
            f'<bpmn:serviceTask id="{name}"><bpmn:extensionElements>{_stage(stage)}'
            f'<s:serviceTaskOperator id="{operator}" resultVariable="{name}_result"><s:parameters>'
            f'<s:parameter id="text" type="string" value="{value}"/>'
            "</s:parameters></s:serviceTaskOperator></bpmn:extensionElements></bpmn:serviceTask>"
        )

    def ask(self, name: str, stage: str = "", **more: str) -> None:
        self.add(
            f'<bpmn:userTask id="{name}" name="Ask"><bpmn:extensionElements>{_stage(stage, role="collector", **more)}'
            "<s:instructionsForEndUser>Ask about {case.amount}</s:instructionsForEndUser>"
            "</bpmn:extensionElements></bpmn:userTask>"
        )

    def wait(self, name: str, duration: str = '@"P7D"', stage: str = "", **more: str) -> None:
        self.add(
            f'<bpmn:intermediateCatchEvent id="{name}"><bpmn:extensionElements>{_stage(stage, **more)}'
            f"</bpmn:extensionElements>{after(duration)}</bpmn:intermediateCatchEvent>"
        )

    def decide(self, name: str, decision: str, stage: str = "", **more: str) -> None:
        self.add(
            f'<bpmn:businessRuleTask id="{name}"><bpmn:extensionElements>{_stage(stage, **more)}'
            f"<s:calledDecisionId>{decision}</s:calledDecisionId></bpmn:extensionElements></bpmn:businessRuleTask>"
        )

    def boundary(self, name: str, on: str, definition: str, *, interrupting: bool = True, **more: str) -> None:
        cancel = str(interrupting).lower()
        held = f"<bpmn:extensionElements>{_stage('', **more)}</bpmn:extensionElements>" if more else ""
        self.add(
            f'<bpmn:boundaryEvent id="{name}" attachedToRef="{on}" cancelActivity="{cancel}">{held}{definition}'
            "</bpmn:boundaryEvent>"
        )

    def sub(self, name: str, inner: Drawing) -> None:
        self.add(f'<bpmn:subProcess id="{name}">{inner.body()}</bpmn:subProcess>')

    def flow(self, *names: str) -> None:
        for source, target in pairwise(names):
            self.flows.append(f'<bpmn:sequenceFlow id="{source}_{target}" sourceRef="{source}" targetRef="{target}"/>')

    def flow_if(self, source: str, target: str, condition: str) -> None:
        self.flows.append(
            f'<bpmn:sequenceFlow id="{source}_{target}" sourceRef="{source}" targetRef="{target}">'
            f'<bpmn:conditionExpression xsi:type="bpmn:tFormalExpression">{condition}</bpmn:conditionExpression>'
            "</bpmn:sequenceFlow>"
        )

    def body(self) -> str:
        return "".join((*self.nodes, *self.flows))

    def xml(self) -> bytes:
        return f"{HEAD}{self.body()}</bpmn:process></bpmn:definitions>".encode()


def _stage(stage: str, **more: str) -> str:
    pairs = {"stage": stage, **more} if stage else more
    inner = "".join(f'<s:property name="{name}" value="{value}"/>' for name, value in pairs.items())
    return f"<s:properties>{inner}</s:properties>" if inner else ""


PAID = '<bpmn:messageEventDefinition messageRef="m_paid"/>'
REFUSED = '<bpmn:errorEventDefinition errorRef="e_refused"/>'


def after(duration: str) -> str:
    return f"<bpmn:timerEventDefinition><bpmn:timeDuration>{duration}</bpmn:timeDuration></bpmn:timerEventDefinition>"


def table(name: str, *rules: tuple[str, str], asks: str = "stage") -> bytes:
    """Draw a decision table of one input, by default the stage; rules are (test, outcome)."""
    drawn = "".join(
        f'<rule id="r{number}"><inputEntry id="i{number}"><text>{test}</text></inputEntry>'
        f'<outputEntry id="o{number}"><text>{outcome}</text></outputEntry></rule>'
        for number, (test, outcome) in enumerate(rules)
    )
    return (
        '<definitions xmlns="https://www.omg.org/spec/DMN/20191111/MODEL/" id="d" name="d" namespace="n">'
        f'<decision id="{name}" name="{name}"><decisionTable id="t" hitPolicy="FIRST"><input id="i">'
        f'<inputExpression id="e"><text>{asks}</text></inputExpression></input><output id="o" name="{name}"/>'
        f"{drawn}</decisionTable></decision></definitions>"
    ).encode()


def asking_for(keys: str) -> dict[str, bytes]:
    """Make a form for each key, with a field of that name; of a key such as "names*" people choose several."""
    return {f"forms/{key.rstrip('*')}.json": _form(key.rstrip("*"), many=key.endswith("*")) for key in keys.split()}


def _form(key: str, *, many: bool) -> bytes:
    choices = [{"label": name, "value": name} for name in ("Anna", "Ben", "Cleo")]
    component = {"type": "checklist", "values": choices} if many else {"type": "textfield"}
    return json.dumps({"components": [{**component, "key": key, "label": key}]}).encode()


def by_path(tables: Mapping[str, bytes]) -> dict[str, bytes]:
    return {f"decisions/{name}.dmn": data for name, data in tables.items()}


@operator("say", title="Say something")
def say(call: Call, *, text: str) -> str:
    """Leave a message in the outbox."""
    call.write.outbox(channel="voice", key=call.token, payload={"text": text})
    return text


@operator("refuse", title="Refuse", errors=("refused",))
def refuse(_call: Call, *, text: str) -> None:
    """Refuse as expected."""
    raise BusinessError("refused", text)


@operator("stumble", title="Stumble")
def stumble(call: Call, *, text: str) -> None:
    """Fail while the case's facts say so."""
    if call.facts.variables.get("down"):
        raise TemporaryError(text)
    if call.facts.variables.get("broken"):
        raise ZeroDivisionError(text)


@operator("flicker", title="Flicker", retry=Retry(attempts=3, first_pause=timedelta(minutes=1), factor=3))
def flicker(_call: Call, *, text: str) -> None:
    """Never be there."""
    raise TemporaryError(text)


CATALOGUE = Catalogue.of((say, refuse, stumble, flicker), (MessageType("paid"), MessageType("sent")), {})


@dataclass
class World:
    """A database with its tables, a clock and a worker; `facts` by business key."""

    database: Database
    facts: dict[str, dict[str, Any]] = field(default_factory=dict)

    def __post_init__(self) -> None:
        self.clock = VirtualClock(MONDAY)
        self.worker = self.new_worker()

    def new_worker(self) -> Worker:
        return Worker(self.database, CATALOGUE, self.clock, ZONE, self.load_facts)

    def load_facts(self, _session: Session, keys: Sequence[str], now: datetime) -> Mapping[str, Facts]:
        return {key: Facts({"case": {"amount": 100}, "now": now, **self.facts.get(key, {})}) for key in keys}

    def deploy(self, drawing: Drawing, key: str = "toy", *, forms: str = "", **tables: bytes) -> None:
        """Store a version without the check: toys are allowed what the check refuses."""
        with self.database.unit_of_work() as session:
            old = list(session.scalars(select(Deployment).where(Deployment.key == key)))
            for deployment in old:
                deployment.active = False
            files = packed({"strategy.bpmn": drawing.xml(), **by_path(tables), **asking_for(forms)})
            row = Deployment(key=key, version=len(old) + 1, name=key, checksum="x", files=files, by="test", at=MONDAY)
            row.note, row.active = "", True
            session.add(row)

    def share(self, **tables: bytes) -> int:
        """Deploy decisions that all strategies share; give their version."""
        with self.database.unit_of_work() as session:
            more: dict[str, Any] = {
                "name": "Decisions",
                "by": "test",
                "note": "",
                "now": self.clock.now(),
                "catalogue": CATALOGUE,
            }
            return deploy(session, key=DECISIONS, files=by_path(tables), **more)[0].version

    def made(self, key: str) -> list[HistoryRow]:
        """Give the decisions that are on record, in order."""
        with self.database.reading() as session:
            wanted = (HistoryRow.business_key == key, HistoryRow.kind == "decision")
            return list(session.scalars(select(HistoryRow).where(*wanted).order_by(HistoryRow.seq)))

    def begin(self, *keys: str, strategy: str = "toy") -> Counts:
        with self.database.unit_of_work() as session:
            for key in keys:
                instances.start(session, key=key, strategy=strategy, now=self.clock.now())
        return self.worker.run_due()

    def tell(self, key: str, name: str, unique: str = "") -> None:
        with self.database.unit_of_work() as session:
            now = self.clock.now()
            inbox.post(session, key=key, name=name, payload={}, unique_key=unique or f"{name}:{key}:{now}", now=now)

    def pass_days(self, days: float) -> Counts:
        self.clock.advance(timedelta(days=days))
        return self.worker.run_due()

    def instance(self, key: str) -> Instance:
        with self.database.reading() as session:
            return session.scalars(select(Instance).where(Instance.business_key == key)).one()

    def tasks(self, key: str, status: str = "open") -> list[TaskRow]:
        with self.database.reading() as session:
            wanted = (TaskRow.business_key == key, TaskRow.status == status)
            return list(session.scalars(select(TaskRow).where(*wanted).order_by(TaskRow.id)))

    def finish(self, key: str, which: int = 0, **result: Any) -> None:
        task = self.tasks(key)[which]
        with self.database.unit_of_work() as session:
            worklist.complete(session, task.id, by="anna", result=result, now=self.clock.now())
        self.worker.wake(key)

    def said(self) -> list[str]:
        """Give what was said, in order."""
        with self.database.reading() as session:
            return [str(row.payload["text"]) for row in session.scalars(select(OutboxRow).order_by(OutboxRow.id))]

    def path_of(self, key: str) -> list[str]:
        """Give the elements passed, in order, from the record."""
        with self.database.reading() as session:
            query = select(HistoryRow).where(HistoryRow.business_key == key).order_by(HistoryRow.seq)
            return [element for row in session.scalars(query) for element in (row.detail or {}).get("path", ())]
