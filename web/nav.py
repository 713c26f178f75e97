"""The places on the left: what they are called, who may open them, and the numbers that ask for attention."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from flask import current_app, request, url_for
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session

from web.context import context
from web.security.access import access_of
from web.security.rights import Right
from web.security.viewer import Viewer, viewer

Count = Callable[[Session, Viewer], int]


@dataclass(frozen=True)
class Place:
    """An entry of the menu; `count` gives its badge, `key` is the letter after g.

    `listed_for` keeps an entry out of the menus of those who open the page by a link at most.
    """

    title: Any
    endpoint: str
    icon: str
    key: str
    count: Count | None = None
    alarming: bool = False
    listed_for: Right | None = None


@dataclass(frozen=True)
class Shown:
    """A place as the reader sees it."""

    place: Place
    address: str
    current: bool
    badge: int


PLACES = (
    Place(_l("Home"), "home.index", "home", "h"),
    Place(_l("Worklist"), "worklist.index", "list-check", "w"),
    Place(_l("Letters"), "letters.index", "mail", "l"),
    Place(_l("Cases"), "cases.index", "briefcase", "c"),
    Place(_l("Debtors"), "debtors.index", "users", "d"),
    Place(_l("Payments"), "payments.index", "cash", "p"),
    Place(_l("Imports"), "imports.index", "file-import", "i"),
    Place(_l("Strategies"), "strategies.index", "sitemap", "s"),
    Place(_l("Decision tables"), "decisions.index", "table", "t", listed_for=Right.SEE_REPORTS),
    Place(_l("Reports"), "reports.index", "chart-bar", "r"),
    Place(_l("Operations"), "operations.index", "gauge", "o", alarming=True),
    Place(_l("Administration"), "administration.index", "settings", "a"),
)


def places(counts: dict[str, Count]) -> list[Shown]:
    """List the places this reader may open, with their badges (`counts` by endpoint)."""
    person = viewer()
    if person is None:
        return []
    open_places = [place for place in PLACES if _opens(place, person)]
    with context().reading() as session:
        return [_shown(place, counts.get(place.endpoint), session, person) for place in open_places]


def _opens(place: Place, person: Viewer) -> bool:
    if place.endpoint not in current_app.view_functions or place.listed_for not in {None, *person.rights}:
        return False
    access = access_of(current_app, place.endpoint)
    return access is not None and (not access.rights or bool(access.rights & person.rights))


def _shown(place: Place, count: Count | None, session: Session, person: Viewer) -> Shown:
    blueprint = place.endpoint.partition(".")[0]
    badge = count(session, person) if count else 0
    return Shown(place, url_for(place.endpoint), request.blueprint == blueprint, badge)
