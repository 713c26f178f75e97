"""People and their groups: add, change, switch off; shared by the pages and the command line."""

from __future__ import annotations

import re
import secrets
import uuid
from collections.abc import Collection

from flask_security import hash_password
from sqlalchemy import func, or_, select
from sqlalchemy.orm import Session

from engine.errors import InvalidForm, NotFound
from receivables.staff import Person, Role, StaffGroup
from web.security.rights import Role as RoleName

PASSWORD_LENGTH = 10
USERNAME = re.compile(r"[a-z0-9][a-z0-9._-]{1,62}")


def ensure_roles(session: Session) -> dict[str, Role]:
    """Give every role by its name; add the missing ones."""
    known = {role.name: role for role in session.scalars(select(Role))}
    for name in RoleName:
        if name not in known:
            known[name] = Role(name=name)
            session.add(known[name])
    session.flush()
    return known


def find(session: Session, username: str) -> Person:
    """Give a person by username; raise `NotFound`."""
    person = session.scalar(select(Person).where(Person.username == username))
    if person is None:
        raise NotFound(f"There is no user {username!r}.")
    return person


def add(session: Session, *, username: str, name: str, email: str, roles: Collection[str], password: str) -> Person:
    """Add an account; `password` in clear, stored hashed (needs an application context). Raise `InvalidForm`."""
    person = Person(username=username.strip().lower(), fs_uniquifier=uuid.uuid4().hex, active=True)
    _check_username(person.username)
    set_password(person, password)
    change(session, person, name=name, email=email, roles=roles)
    session.add(person)
    session.flush()
    return person


def change(session: Session, person: Person, *, name: str, email: str, roles: Collection[str]) -> None:
    """Set name, e-mail and roles. Raise `InvalidForm` when the e-mail is taken or a role unknown."""
    known = ensure_roles(session)
    unknown = [role for role in roles if role not in known]
    if unknown:
        raise InvalidForm({"roles": f"{', '.join(unknown)}: no such role; there are {', '.join(known)}."})
    _check_free(session, person, email)
    person.name = name.strip() or person.username
    person.email = email.strip()
    person.roles = [known[role] for role in sorted(set(roles))]


def set_password(person: Person, password: str) -> None:
    """Store a password hashed and end every session of the person."""
    if len(password) < PASSWORD_LENGTH:
        raise InvalidForm({"password": f"A password has at least {PASSWORD_LENGTH} characters."})
    person.password = hash_password(password)
    person.fs_uniquifier = uuid.uuid4().hex


def new_password() -> str:
    """Make up a password that can be read out on the phone."""
    letters = "abcdefghjkmnpqrstuvwxyz23456789"
    return "-".join("".join(secrets.choice(letters) for _ in range(4)) for _ in range(4))


def keep_an_administrator(session: Session, person: Person, roles: Collection[str]) -> None:
    """Raise `InvalidForm` when nobody would be left who may administer, were these the person's roles."""
    if RoleName.ADMINISTRATOR not in roles and _last_administrator(session, person):
        raise InvalidForm({"roles": "This is the last administrator: make somebody else one first."})


def _last_administrator(session: Session, person: Person) -> bool:
    others = select(func.count()).select_from(Person).where(Person.active, Person.id != person.id)
    others = others.where(Person.roles.any(Role.name == RoleName.ADMINISTRATOR))
    return not session.scalar(others) and any(role.name == RoleName.ADMINISTRATOR for role in person.roles)


def group(session: Session, key: str) -> StaffGroup:
    """Give a group by its key; raise `NotFound`."""
    found = session.scalar(select(StaffGroup).where(StaffGroup.key == key))
    if found is None:
        raise NotFound(f"There is no group {key!r}.")
    return found


def _check_username(username: str) -> None:
    if not USERNAME.fullmatch(username):
        raise InvalidForm({"username": "A user name has 2 to 63 small letters, digits, dots, dashes or underscores."})


def _check_free(session: Session, person: Person, email: str) -> None:
    if "@" not in email:
        raise InvalidForm({"email": f"{email!r} is no e-mail address."})
    taken = or_(func.lower(Person.email) == email.strip().lower(), Person.username == person.username)
    with session.no_autoflush:
        other = session.scalar(select(Person).where(taken, Person.id != (person.id or 0)))
    if other is not None and other.username == person.username:
        raise InvalidForm({"username": f"{person.username} exists already."})
    if other is not None:
        raise InvalidForm({"email": f"{email} belongs to {other.username} already."})


def set_active(person: Person, *, active: bool) -> None:
    """Let a person sign in, or not any more; switching off ends every session."""
    person.active = active
    if not active:
        person.fs_uniquifier = uuid.uuid4().hex
