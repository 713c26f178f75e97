"""A plan made ready, and the cases that go its way: read together, a fixed number of queries for a batch."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.catalogue import Facts
from engine.deployments import history_of, unpacked
from engine.errors import NotFound
from engine.interventions import ORDERS
from engine.migration.plan import Outcome, Plan, checked
from engine.programmes import Loaded, Programmes
from engine.spiff.advance import Advanced
from engine.spiff.scripting import Tables
from engine.spiff.transfer import Transfer
from engine.tables import Deployment, HistoryRow, InboxRow, Instance, TaskRow
from engine.worker.worker import LoadFacts


@dataclass(slots=True)
class Version:
    """One side of a move."""

    deployment: Deployment
    loaded: Loaded
    files: Mapping[str, bytes]

    def form(self, name: str) -> bytes | None:
        """Give a form as it was deployed."""
        return self.files.get(f"forms/{name}.json")


@dataclass(slots=True)
class Route:
    """Both versions, and how what stands on one comes to stand on the other."""

    plan: Plan
    old: Version
    new: Version
    transfer: Transfer
    elements: Mapping[str, str]
    latest: Tables | None

    def before(self, element: str) -> str:
        """Give what an element of the new version is called in the old one."""
        return next((old for old, new in self.elements.items() if new == element), element)


@dataclass(slots=True)
class Standing:
    """One case as it was read; `tasks` are the open ones by token, `record` its history where a plan needs it."""

    instance: Instance
    facts: Facts
    tasks: Mapping[str, TaskRow]
    record: Sequence[HistoryRow]
    ordered: bool
    """Whether a person's order waits to be carried out: it speaks of the old version's elements."""


@dataclass(slots=True)
class Move:
    """One computed move, not yet written; `advanced` is None for a case that has not begun yet."""

    standing: Standing
    outcome: Outcome
    advanced: Advanced | None = None
    record: list[dict[str, Any]] = field(default_factory=list)
    tasks: dict[str, dict[str, Any]] = field(default_factory=dict)

    @property
    def number(self) -> int:
        """The instance's id."""
        return self.standing.instance.id


def route_of(session: Session, programmes: Programmes, plan: Plan) -> Route:
    """Make a plan ready; raises NotFound and Unusable where it cannot be used."""
    old = version_of(session, programmes, plan.strategy, plan.source)
    new = version_of(session, programmes, plan.strategy, plan.target)
    elements = checked(plan, old.loaded.specification, new.loaded.specification)
    transfer = Transfer(old.loaded.specification, new.loaded.specification, elements, f"version {plan.target}")
    return Route(plan, old, new, transfer, elements, programmes.latest(session))


def version_of(session: Session, programmes: Programmes, strategy: str, number: int) -> Version:
    """Give a version ready to run; raises NotFound."""
    found = [each for each in history_of(session, strategy) if each.version == number]
    if not found:
        raise NotFound(f"there is no version {number} of {strategy!r}; see duly strategies list")
    return Version(found[0], programmes.of(session, found[0].id), unpacked(found[0].files))


def read_standings(
    session: Session, route: Route, programmes: Programmes, load_facts: LoadFacts, ids: Sequence[int], *, now: datetime
) -> list[Standing]:
    """Read those of the instances that are still on the old version, with all that moving them needs."""
    still = (Instance.id.in_(ids), Instance.deployment_id == route.old.deployment.id, Instance.status != "ended")
    instances = session.scalars(select(Instance).where(*still).order_by(Instance.id)).all()
    facts = load_facts(session, [each.business_key for each in instances], now)
    programmes.load_shapes(session, {each.shape_id for each in instances if each.shape_id is not None})
    tasks = open_tasks(session, ids)
    record = _record(session, ids) if route.plan.recompute else {}
    ordered = _ordered(session, [each.business_key for each in instances])
    return [
        Standing(
            instance=each,
            facts=facts.get(each.business_key) or Facts({}),
            tasks=tasks.get(each.id, {}),
            record=record.get(each.id, ()),
            ordered=each.business_key in ordered,
        )
        for each in instances
    ]


def _ordered(session: Session, keys: Sequence[str]) -> set[str]:
    waiting = (InboxRow.handled_at.is_(None), InboxRow.name.in_(ORDERS), InboxRow.business_key.in_(keys))
    return set(session.scalars(select(InboxRow.business_key).where(*waiting)))


def open_tasks(session: Session, ids: Sequence[int]) -> dict[int, dict[str, TaskRow]]:
    """Give the open tasks of instances by their token."""
    found: dict[int, dict[str, TaskRow]] = {}
    query = select(TaskRow).where(TaskRow.instance_id.in_(ids), TaskRow.status == "open")
    for row in session.scalars(query):
        found.setdefault(row.instance_id, {})[row.token] = row
    return found


def _record(session: Session, ids: Sequence[int]) -> dict[int, list[HistoryRow]]:
    found: dict[int, list[HistoryRow]] = {}
    query = select(HistoryRow).where(HistoryRow.instance_id.in_(ids)).order_by(HistoryRow.id)
    for row in session.scalars(query):
        found.setdefault(row.instance_id, []).append(row)
    return found
