"""How strategies run: versions, cases, money, what came in, what is stuck; per strategy and per step of a diagram."""

from __future__ import annotations

import json
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from datetime import date, timedelta
from typing import Any

from sqlalchemy import Select, and_, func, or_, select
from sqlalchemy.orm import Session

from engine import deployments
from engine.errors import NotFound
from engine.tables import Deployment, Incident, Instance
from receivables.balance import Amounts, case_balances, open_amount_query
from receivables.case import Case, CaseItem
from receivables.receivable import Receivable
from service_tasks.keys import number_of

ON_THE_WAY = ("new", "running", "suspended", "stuck")
COLLECTED_DAYS = 30


@dataclass(slots=True)
class Card:
    """A strategy with its running version; amounts in minor units per currency."""

    active: Deployment
    cases: int = 0
    open_amount: Amounts = field(default_factory=dict)
    collected: Amounts = field(default_factory=dict)
    stuck: int = 0


@dataclass(frozen=True, slots=True)
class Version:
    """A version with its cases: those on the way, and all it ever had."""

    deployment: Deployment
    running: int
    all: int
    changed: tuple[str, ...] = ()
    """The files in which it differs from the version before; none for the first."""


@dataclass(frozen=True, slots=True)
class Form:
    """A form that a version brings: its key and what it asks."""

    key: str
    questions: tuple[str, ...]


def cards(session: Session, today: date) -> list[Card]:
    """Give every strategy by its active version."""
    running = deployments.active_strategies(session)
    counts, stuck = _by_key(session, _on_the_way()), _by_key(session, _stuck())
    money, collected = _open_amounts(session, today), _collected(session, today)
    return [
        Card(each, counts[each.key], money.get(each.key, {}), collected.get(each.key, {}), stuck[each.key])
        for each in running
    ]


def versions(session: Session, key: str = "") -> list[Version]:
    """Give the versions of a strategy (or of all) with their cases, the newest first."""
    found = deployments.history_of(session, key) if key else deployments.all_versions(session)
    found = [each for each in found if each.key != deployments.DECISIONS]
    if key and not found:
        raise NotFound(f"There is no strategy {key!r}.")
    going = _by_deployment(session, Instance.status.in_(ON_THE_WAY))
    ever = _by_deployment(session, Instance.id.is_not(None))
    before: list[Deployment | None] = [None, *found]
    rows = [
        Version(each, going[each.id], ever[each.id], _changed(earlier, each))
        for earlier, each in zip(before, found, strict=False)
    ]
    return sorted(rows, key=lambda each: (each.deployment.key, -each.deployment.version))


def _changed(earlier: Deployment | None, later: Deployment) -> tuple[str, ...]:
    if earlier is None or earlier.key != later.key:
        return ()
    ours, theirs = earlier.files, later.files
    return tuple(path for path in sorted({*ours, *theirs}) if ours.get(path) != theirs.get(path))


def find_version(session: Session, key: str, number: int) -> Deployment:
    """Give a version; raises NotFound."""
    query = select(Deployment).where(Deployment.key == key, Deployment.version == number)
    found = session.scalar(query)
    if found is None:
        raise NotFound(f"There is no version {number} of strategy {key!r}.")
    return found


def files_of(deployment: Deployment) -> dict[str, bytes]:
    """Give a version's files by path."""
    return deployments.unpacked(deployment.files)


def forms_of(files: Mapping[str, bytes]) -> list[Form]:
    """Give the forms among a version's files with what they ask."""
    schemas = {path: json.loads(data) for path, data in files.items() if path.startswith("forms/")}
    return [
        Form(path.removeprefix("forms/").removesuffix(".json"), tuple(_questions(schema)))
        for path, schema in schemas.items()
    ]


def _questions(schema: Mapping[str, Any]) -> Iterable[str]:
    return (str(each["label"]) for each in schema.get("components", ()) if each.get("key") and each.get("label"))


@dataclass(frozen=True, slots=True)
class Place:
    """An element of a diagram with the cases that stand there; `stages` are theirs."""

    element: str
    cases: int
    open_amount: Amounts
    stuck: int
    stage: str


def places(session: Session, deployment: Deployment, today: date) -> list[Place]:
    """Say how many cases of a version stand where, and what they owe."""
    query = select(Instance.element, Instance.stage, Instance.status, Instance.business_key).where(
        Instance.deployment_id == deployment.id, Instance.status.in_(ON_THE_WAY)
    )
    rows = [row for row in session.execute(query).all() if row[0]]
    owed = _owed_by_number(session, today)
    elements = sorted({row[0] for row in rows})
    return [_place(element, [row for row in rows if row[0] == element], owed) for element in elements]


def _place(element: str, rows: list[Any], owed: Mapping[int, Amounts]) -> Place:
    amounts = _added(owed.get(number_of(key), {}) for _, _, _, key in rows)
    stages = Counter(stage for _, stage, _, _ in rows)
    stuck = sum(1 for _, _, status, _ in rows if status == "stuck")
    return Place(element, len(rows), amounts, stuck, stages.most_common(1)[0][0])


def _owed_by_number(session: Session, today: date) -> dict[int, Amounts]:
    balances = case_balances(session, today)
    numbers = session.execute(select(Case.id, Case.number).where(Case.closed_on.is_(None))).all()
    return {number: balances.get(case_id, {}) for case_id, number in numbers}


def _on_the_way() -> Select[str, int]:
    query = select(Deployment.key, func.count()).join(Instance, Instance.deployment_id == Deployment.id)
    return query.where(Instance.status.in_(ON_THE_WAY)).group_by(Deployment.key)


def _stuck() -> Select[str, int]:
    query = select(Deployment.key, func.count()).join(Instance, Instance.deployment_id == Deployment.id)
    query = query.join(Incident, Incident.instance_id == Instance.id)
    return query.where(Incident.resolved_at.is_(None)).group_by(Deployment.key)


def _by_key(session: Session, query: Select[str, int]) -> Counter[str]:
    return Counter(dict(session.execute(query).all()))


def _by_deployment(session: Session, condition: Any) -> Counter[int]:
    query = select(Instance.deployment_id, func.count()).where(condition).group_by(Instance.deployment_id)
    return Counter(dict(session.execute(query).all()))


def _open_amounts(session: Session, today: date) -> dict[str, Amounts]:
    balances = case_balances(session, today)
    found: dict[str, Amounts] = defaultdict(dict)
    for case_id, strategy in session.execute(select(Case.id, Case.strategy).where(Case.closed_on.is_(None))):
        found[strategy] = _added((found[strategy], balances.get(case_id, {})))
    return found


def _collected(session: Session, today: date) -> dict[str, Amounts]:
    """Sum what was settled in the last days on what cases held then, by the strategy of the case."""
    since = today - timedelta(days=COLLECTED_DAYS)
    held = or_(CaseItem.left_on.is_(None), CaseItem.left_on >= since)
    newest = select(func.max(CaseItem.id)).where(held).group_by(CaseItem.receivable_id)
    now, before = open_amount_query(today), open_amount_query(since).alias("before")
    came = now.c.settled - func.coalesce(before.c.settled, 0)
    query = (
        select(Case.strategy, Receivable.currency, func.sum(came))
        .join(CaseItem, and_(CaseItem.case_id == Case.id, CaseItem.id.in_(newest)))
        .join(Receivable, Receivable.id == CaseItem.receivable_id)
        .join(now, now.c.receivable_id == CaseItem.receivable_id)
        .outerjoin(before, before.c.receivable_id == CaseItem.receivable_id)
        .group_by(Case.strategy, Receivable.currency)
    )
    found: dict[str, Amounts] = defaultdict(dict)
    for strategy, currency, amount in session.execute(query):
        if amount:
            found[strategy][currency] = int(amount)
    return found


def _added(parts: Iterable[Mapping[str, int]]) -> Amounts:
    amounts: Counter[str] = Counter()
    for part in parts:
        amounts.update(part)
    return {currency: amounts[currency] for currency in sorted(amounts)}
