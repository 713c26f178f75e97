"""People: accounts, roles, passwords; switched off, never deleted, for the record names them."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.errors import Conflict, InvalidForm
from receivables.staff import Person, StaffGroup
from receivables.staff import Role as RoleRow
from web import people
from web.context import context
from web.security.access import requires
from web.security.rights import Right, Role, role_name
from web.security.viewer import current_person
from web.tables import Badge, Column, Filter, Kind, Query, Table, respond

pages = Blueprint("users", __name__, url_prefix="/administration/people")
ON, OFF = Badge(_l("active"), "green", "check"), Badge(_l("switched off"), "secondary", "ban")


@pages.get("/")
@requires(Right.SEE_SETTINGS)
def index() -> ResponseReturnValue:
    """List everyone with an account."""
    with context().reading() as session:
        return respond(_table(), Query(session, select(Person).order_by(Person.username)), "users/index.html")


@pages.get("/new")
@requires(Right.ADMINISTER)
def new() -> ResponseReturnValue:
    """Ask for a new account."""
    with context().reading() as session:
        return _form(session, None)


@pages.post("/new")
@requires(Right.ADMINISTER)
def create() -> ResponseReturnValue:
    """Add an account with a password made up, shown once."""
    password = people.new_password()
    asked = request.form
    try:
        with context().unit_of_work() as session:
            person = people.add(
                session,
                username=asked.get("username", ""),
                name=asked.get("name", ""),
                email=asked.get("email", ""),
                roles=asked.getlist("roles"),
                password=password,
            )
            _set_groups(session, person)
            username = person.username
    except InvalidForm as wrong:
        return _refused(None, wrong)
    return _told(username, password)


@pages.get("/<username>")
@requires(Right.SEE_SETTINGS)
def show(username: str) -> ResponseReturnValue:
    """Show one account."""
    with context().reading() as session:
        return _form(session, people.find(session, username))


@pages.post("/<username>")
@requires(Right.ADMINISTER)
def save(username: str) -> ResponseReturnValue:
    """Change name, e-mail, roles and groups."""
    asked = request.form
    try:
        with context().unit_of_work() as session:
            person = people.find(session, username)
            roles = asked.getlist("roles")
            people.keep_an_administrator(session, person, roles)
            people.change(session, person, name=asked.get("name", ""), email=asked.get("email", ""), roles=roles)
            _set_groups(session, person)
    except InvalidForm as wrong:
        return _refused(username, wrong)
    flash(_("Saved."), "success")
    return redirect(url_for("users.index"))


@pages.post("/<username>/password")
@requires(Right.ADMINISTER)
def set_password(username: str) -> ResponseReturnValue:
    """Make up a new password, shown once; every session of the person ends."""
    password = people.new_password()
    with context().unit_of_work() as session:
        people.set_password(people.find(session, username), password)
    return _told(username, password)


@pages.post("/<username>/switch")
@requires(Right.ADMINISTER)
def switch(username: str) -> ResponseReturnValue:
    """Switch an account off or on again."""
    with context().unit_of_work() as session:
        person = people.find(session, username)
        if person.active:
            people.keep_an_administrator(session, person, ())
        if username == current_person().username:
            raise Conflict(_("Nobody switches off the own account: ask another administrator."))
        people.set_active(person, active=not person.active)
        told = _("%(name)s may sign in again.") if person.active else _("%(name)s is switched off and signed out.")
        flash(told % {"name": person.name}, "success")
    return redirect(url_for("users.show", username=username))


def _form(session: Session, person: Person | None, wrong: InvalidForm | None = None) -> ResponseReturnValue:
    values: dict[str, Any] = {"username": "", "name": "", "email": "", "roles": set(), "groups": set()}
    groups = session.scalars(select(StaffGroup).order_by(StaffGroup.name)).all()
    if person is not None:
        mine = {group.key for group in groups if person in group.members}
        roles = {role.name for role in person.roles}
        values = {
            "username": person.username,
            "name": person.name,
            "email": person.email,
            "roles": roles,
            "groups": mine,
        }
    if wrong is not None:
        given = request.form
        values |= {key: given[key] for key in ("username", "name", "email") if key in given}
        values |= {"roles": set(given.getlist("roles")), "groups": set(given.getlist("groups"))}
    errors = wrong.errors if wrong else {}
    return render_template(
        "users/form.html", person=person, values=values, groups=groups, all_roles=list(Role), errors=errors
    )


def _refused(username: str | None, wrong: InvalidForm) -> ResponseReturnValue:
    with context().reading() as session:
        return _form(session, people.find(session, username) if username else None, wrong)


def _told(username: str, password: str) -> ResponseReturnValue:
    return render_template("users/password.html", username=username, password=password)


def _set_groups(session: Session, person: Person) -> None:
    wanted = set(request.form.getlist("groups"))
    for group in session.scalars(select(StaffGroup)):
        if group.key in wanted and person not in group.members:
            group.members.append(person)
        elif group.key not in wanted and person in group.members:
            group.members.remove(person)


def _table() -> Table:
    return Table(
        name="people",
        title=_l("People"),
        columns=(
            Column(key="name", title=_l("Name"), value=lambda p: p.name, sort=Person.name, search=Person.name),
            Column(
                key="username",
                title=_l("User name"),
                value=lambda p: p.username,
                sort=Person.username,
                search=Person.username,
            ),
            Column(key="email", title=_l("E-mail"), value=lambda p: p.email, sort=Person.email, search=Person.email),
            Column(
                key="roles",
                title=_l("Roles"),
                value=lambda p: ", ".join(role_name(role.name) for role in p.roles),
                sortable=False,
            ),
            Column(key="active", title=_l("State"), value=_state, kind=Kind.BADGE, sort=Person.active),
        ),
        filters=(
            Filter(
                key="role",
                title=_l("Role"),
                choices=[(role, role_name(role)) for role in Role],
                where=lambda role: Person.roles.any(RoleRow.name == role),
            ),
        ),
        href=lambda p: url_for("users.show", username=p.username),
        order="name",
    )


def _state(person: Person) -> Badge:
    return ON if person.active else OFF
