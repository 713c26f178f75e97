"""One line of a case's timeline."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, time
from typing import Any

from flask_babel import lazy_gettext as _l

from web.context import context
from web.formats import local

CHIPS: dict[str, Any] = {
    "messages": _l("Messages and letters"),
    "calls": _l("Calls and notes"),
    "money": _l("Payments"),
    "promises": _l("Promises"),
    "disputes": _l("Disputes"),
    "tasks": _l("Tasks"),
    "course": _l("Course"),
    "decisions": _l("Decisions"),
}
"""What the timeline can be narrowed to."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """What happened: when, of which kind (a chip), by whom (a username), and why, for who asks."""

    at: datetime
    chip: str
    icon: str
    title: str
    who: str = ""
    colour: str = "secondary"
    text: str = ""
    body: str = ""
    """A message as it was sent."""
    href: str | None = None
    link: str = ""
    """What the address opens."""
    why: tuple[tuple[str, str], ...] = ()
    whole_day: bool = False
    """Whether only the day is known."""
    order: int = 0
    """The place in the record, among what happened at the same moment."""
    told: str = ""
    """The kind of the record's row that says the same, if there is one: it lends its place."""

    @property
    def day(self) -> date:
        """The day on which it happened, in the business time zone."""
        return local(self.at).date()


def on_day(day: date) -> datetime:
    """Give a moment for what is known by the day alone: in the middle of it."""
    return datetime.combine(day, time(12), tzinfo=context().settings.zone)
