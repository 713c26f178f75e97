"""Stuck cases put together by what failed, and what a person may choose from when they act on them."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import datetime
from hashlib import blake2b

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import history, operations
from engine.interventions import ORDERS
from engine.programmes import Programmes
from engine.spiff.placing import ways_out
from engine.tables import InboxRow, Instance
from service_tasks.stages import stage_title
from web.queries.diagrams import Diagram, diagram_of
from web.queries.operations import CHUNK, Stuck
from web.queries.words import strategy_name

Choices = list[tuple[str, str]]


@dataclass(frozen=True, slots=True)
class Group:
    """Cases that failed alike: at the same step of the same strategy, with the same words."""

    key: str
    strategy: str
    step: str
    reason: str
    cases: Sequence[Stuck]

    @property
    def since(self) -> datetime:
        """When the first of them got stuck."""
        return min(each.incident.at for each in self.cases)

    @property
    def by_itself(self) -> int:
        """How many of them are still tried again without anybody's help."""
        return sum(each.incident.retry_at is not None for each in self.cases)


def groups(found: Iterable[Stuck]) -> list[Group]:
    """Put stuck cases together, the largest group first."""
    together: dict[str, list[Stuck]] = {}
    for each in found:
        together.setdefault(group_key(each), []).append(each)
    made = [
        Group(key, strategy_name(some[0].strategy), some[0].step, some[0].reason, some)
        for key, some in together.items()
    ]
    return sorted(made, key=lambda group: -len(group.cases))


def group_key(stuck: Stuck) -> str:
    """Give the short name of the group in which a stuck case is."""
    alike = repr((stuck.strategy, stuck.incident.element, stuck.incident.error))
    return blake2b(alike.encode(), digest_size=8).hexdigest()


def places_for(session: Session, programmes: Programmes, keys: Sequence[str]) -> Choices:
    """Give the elements to which all these cases may be moved, by their names."""
    kinds: dict[tuple[int, str], str] = {}
    for first in range(0, len(keys), CHUNK):
        some = (Instance.business_key.in_(keys[first : first + CHUNK]), Instance.status != "ended")
        query = select(Instance.deployment_id, Instance.element, Instance.business_key).where(*some)
        kinds |= {(row.deployment_id, row.element): row.business_key for row in session.execute(query)}
    offered = [operations.offers(session, programmes, key) for key in kinds.values()]
    common = [each for each in offered[0] if all(each in others for others in offered)] if offered else []
    return _named(session, programmes, next(iter(kinds), (0, ""))[0], common)


def ways_for(session: Session, programmes: Programmes, stuck: Stuck) -> Choices:
    """Give the elements to which the flows out of the step lead at which a case is stuck."""
    deployment = session.get_one(Instance, stuck.incident.instance_id).deployment_id
    specification = programmes.of(session, deployment).specification
    return _named(session, programmes, deployment, ways_out(specification, stuck.incident.element))


def stands_at(session: Session, key: str) -> str:
    """Give the name of the step at which a case stands."""
    instance = history.latest_instance(session, key)
    return diagram_of(session, instance.deployment_id).name(instance.element)


def ordered(session: Session, key: str) -> list[tuple[str, datetime]]:
    """Give what people ordered for a case that was not done yet, oldest first."""
    waiting = (InboxRow.business_key == key, InboxRow.handled_at.is_(None), InboxRow.name.in_(ORDERS))
    rows = session.scalars(select(InboxRow).where(*waiting).order_by(InboxRow.id)).all()
    diagram = diagram_of(session, history.latest_instance(session, key).deployment_id) if rows else Diagram()
    return [(_order(row, diagram), row.at) for row in rows]


def _order(row: InboxRow, diagram: Diagram) -> str:
    payload = row.payload
    at, to = diagram.name(payload.get("at", "")), diagram.name(payload.get("to", ""))
    words = {
        "$skip": _("Skip “%(step)s”", step=at),
        "$move": _("Move to “%(step)s”", step=to),
        "$change": _("Set %(name)s to %(value)s", name=payload.get("name"), value=payload.get("value")),
    }
    return f"{words[row.name]} ({payload['by']}: {payload['reason']})"


def _named(session: Session, programmes: Programmes, deployment: int, elements: Sequence[str]) -> Choices:
    if not elements:
        return []
    diagram, programme = diagram_of(session, deployment), programmes.of(session, deployment).programme
    choices = []
    for element in elements:
        kind, stage = _kind(diagram, element), stage_title(programme.stage_of(element))
        choices.append((element, " · ".join(filter(None, (diagram.name(element), kind, stage)))))
    return choices


def _kind(diagram: Diagram, element: str) -> str:
    tag = diagram.elements[element].tag if element in diagram.elements else ""
    kinds = {
        "userTask": _("task"),
        "intermediateCatchEvent": _("wait"),
        "receiveTask": _("wait"),
        "endEvent": _("end"),
        "subProcess": _("part"),
    }
    return str(kinds.get(tag) or (_("gateway") if tag.endswith("Gateway") else _("step")))
