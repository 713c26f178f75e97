"""The person who is asking, as plain data."""

from __future__ import annotations

from dataclasses import dataclass

from flask import g
from flask_security import current_user

from web.security.rights import Right, rights_of


@dataclass(frozen=True)
class Viewer:
    """Who is signed in: `username` is what tasks and the record keep."""

    username: str
    name: str
    email: str
    roles: frozenset[str]
    rights: frozenset[Right]
    locale: str | None

    def may(self, right: str) -> bool:
        """Say whether the person holds a right."""
        return Right(right) in self.rights

    @property
    def initials(self) -> str:
        """The one or two letters of the avatar."""
        words = (self.name or self.username).split()
        return "".join(word[0] for word in (words[:1] + words[1:][-1:])).upper()


def viewer() -> Viewer | None:
    """Give who is signed in, or None; read once per request."""
    if "viewer" not in g:
        g.viewer = _signed_in()
    found: Viewer | None = g.viewer
    return found


def current_person() -> Viewer:
    """Give who is signed in, where the endpoint's access already made sure that somebody is."""
    person = viewer()
    if person is None:
        raise LookupError("Nobody is signed in: declare who may open this endpoint with web.security.access.")
    return person


def _signed_in() -> Viewer | None:
    if not current_user.is_authenticated:
        return None
    roles = frozenset(role.name for role in current_user.roles)
    return Viewer(
        current_user.username,
        current_user.name,
        current_user.email or "",
        roles,
        rights_of(roles),
        current_user.locale or None,
    )
