"""What is held after a gap, by strategy, stage and step, and how far it was let go."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, literal, select
from sqlalchemy.orm import Session

from engine import holds
from engine.holds import CASES, MESSAGES, OF_CASES, OF_MESSAGES
from engine.tables import Deployment, Instance, OutboxRow
from receivables.calendars import add_business_days, next_business_day
from web.queries.diagrams import diagram_of


@dataclass(frozen=True, slots=True)
class Group:
    """Cases that stand alike, or the messages of such cases by one `channel`; `since` is the oldest due date."""

    strategy: str
    stage: str
    step: str
    channel: str
    count: int
    since: datetime


@dataclass(frozen=True, slots=True)
class Standing:
    """A hold as it is now.

    `cases` and `messages` are held; `left` counts them and what was let go but is not done yet, of `total` when a
    person let them go. `pace` is how many a day, None where all go at once or nothing was decided.
    """

    gaps: list[tuple[datetime, datetime]]
    cases: int
    messages: int
    left: int
    total: int
    pace: int | None
    decided: bool
    by: str
    at: datetime
    portion_on: date | None
    groups: list[Group]

    @property
    def done(self) -> int:
        return max(0, self.total - self.left)

    @property
    def percent(self) -> int:
        return self.done * 100 // self.total if self.total else 0

    def days(self, per_day: int) -> int:
        """Say on how many business days something is let go at a pace."""
        return -(-max(self.cases, self.messages) // per_day)

    def last_day(self, per_day: int, today: date) -> date:
        """Give the day of the last portion; the first one is let go today, or is over already."""
        begun = self.pace is not None and self.portion_on == today
        first = next_business_day(today, None)
        return add_business_days(first, max(0, self.days(per_day) - (not begun)), None)


def standing(session: Session) -> Standing | None:
    """Give what is held and how it goes on; None where nothing is held."""
    found = holds.open_holds(session)
    left = sum(holds.unfinished(session, hold) for hold in found)
    if not left:
        return None  # a worker ends what is done within a minute
    held = {hold.queue: holds.count(session, hold) for hold in found}
    newest = max(found, key=lambda hold: hold.at)
    return Standing(
        gaps=holds.gaps_of(found),
        cases=held.get(CASES, 0),
        messages=held.get(MESSAGES, 0),
        left=left,
        total=sum(hold.total or 0 for hold in found),
        pace=newest.per_day,
        decided=newest.per_day is not None or newest.total is not None,
        by=newest.by or "",
        at=newest.at,
        portion_on=newest.portion_on,
        groups=_groups(session),
    )


def held_now(session: Session) -> tuple[int, int]:
    """Count the cases and messages that are held now, for notices: two cheap queries."""
    found = {hold.queue: holds.count(session, hold) for hold in holds.open_holds(session)}
    return found.get(CASES, 0), found.get(MESSAGES, 0)


def _groups(session: Session) -> list[Group]:
    """Count by strategy, stage, step and channel; the versions of a strategy are counted together."""
    counted: dict[tuple[str, str, str, str], list[tuple[int, datetime]]] = defaultdict(list)
    strategies = {row.id: row.key for row in session.execute(select(Deployment.id, Deployment.key))}
    for deployment, stage, element, channel, count, since in (*_cases(session), *_messages(session)):
        step = diagram_of(session, deployment).name(element) if element else ""
        counted[strategies.get(deployment, ""), stage or "", step, channel].append((count, since))
    return [
        Group(*place, sum(count for count, _ in found), min(since for _, since in found))
        for place, found in sorted(counted.items())
    ]


def _cases(session: Session) -> list[Any]:
    kept = holds.held(session, CASES)
    place = (Instance.deployment_id, Instance.stage, Instance.element)
    query = select(*place, literal(""), func.count(), func.min(Instance.due_at)).where(OF_CASES).group_by(*place)
    return [] if kept is None else list(session.execute(query, kept.position))


def _messages(session: Session) -> list[Any]:
    kept = holds.held(session, MESSAGES)
    place = (Instance.deployment_id, Instance.stage, OutboxRow.channel)
    query = select(
        Instance.deployment_id,
        Instance.stage,
        literal(""),
        OutboxRow.channel,
        func.count(),
        func.min(OutboxRow.not_before),
    ).select_from(OutboxRow)
    running = (Instance.business_key == OutboxRow.business_key) & (Instance.status != "ended")
    grouped = query.outerjoin(Instance, running).where(OF_MESSAGES).group_by(*place)
    return [] if kept is None else list(session.execute(grouped, kept.position))
