"""Groups of collectors and their supervisors."""

from __future__ import annotations

import re
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.orm import Session, selectinload

from receivables.staff import Person, StaffGroup
from web import people
from web.context import context
from web.security.access import requires
from web.security.rights import Right
from web.tables import Column, Kind, Listed, Table, respond

pages = Blueprint("groups", __name__, url_prefix="/administration/groups")


@pages.get("/")
@requires(Right.SEE_SETTINGS)
def index() -> ResponseReturnValue:
    """List the groups."""
    with context().reading() as session:
        groups = session.scalars(select(StaffGroup).options(selectinload(StaffGroup.members)).order_by(StaffGroup.name))
        return respond(_table(_names(session)), Listed(groups.all()), "groups/index.html")


@pages.get("/new")
@requires(Right.ADMINISTER)
def new() -> ResponseReturnValue:
    """Ask for a new group."""
    with context().reading() as session:
        return _form(session, None, {})


@pages.post("/new")
@requires(Right.ADMINISTER)
def create() -> ResponseReturnValue:
    """Add a group."""
    with context().unit_of_work() as session:
        group = StaffGroup(key=_free_key(session, request.form.get("name", "")))
        errors = _fill(session, group)
        if errors:
            session.rollback()
            return _form(session, None, errors)
        session.add(group)
    flash(_("Group added."), "success")
    return redirect(url_for("groups.index"))


@pages.get("/<key>")
@requires(Right.SEE_SETTINGS)
def show(key: str) -> ResponseReturnValue:
    """Show a group with its members."""
    with context().reading() as session:
        return _form(session, people.group(session, key), {})


@pages.post("/<key>")
@requires(Right.ADMINISTER)
def save(key: str) -> ResponseReturnValue:
    """Change name, supervisor and members."""
    with context().unit_of_work() as session:
        group = people.group(session, key)
        errors = _fill(session, group)
        if errors:
            session.rollback()
            return _form(session, group, errors)
    flash(_("Saved."), "success")
    return redirect(url_for("groups.index"))


def _form(session: Session, group: StaffGroup | None, errors: dict[str, str]) -> ResponseReturnValue:
    everyone = session.scalars(select(Person).where(Person.active).order_by(Person.name)).all()
    members = {person.username for person in group.members} if group else set(request.form.getlist("members"))
    return render_template("groups/form.html", group=group, everyone=everyone, members=members, errors=errors)


def _fill(session: Session, group: StaffGroup) -> dict[str, str]:
    """Take over what was entered; give what is wrong by field."""
    known = {person.username: person for person in session.scalars(select(Person))}
    supervisor = request.form.get("supervisor", "")
    group.name = request.form.get("name", "").strip()
    group.supervisor = supervisor if supervisor in known else None
    group.members = [known[name] for name in request.form.getlist("members") if name in known]
    return {} if group.name else {"name": _("Give the group a name.")}


def _free_key(session: Session, name: str) -> str:
    taken = set(session.scalars(select(StaffGroup.key)))
    stem = re.sub(r"[^a-z0-9]+", "_", name.lower()).strip("_") or "group"
    keys = [stem, *(f"{stem}_{number}" for number in range(2, len(taken) + 3))]
    return next(key for key in keys if key not in taken)


def _names(session: Session) -> dict[str, str]:
    return {person.username: person.name for person in session.scalars(select(Person))}


def _table(names: dict[str, str]) -> Table:
    def supervisor(group: StaffGroup) -> Any:
        return names.get(group.supervisor or "", group.supervisor)

    return Table(
        name="groups",
        title=_l("Groups"),
        columns=(
            Column(key="name", title=_l("Group"), value=lambda g: g.name, searched=True),
            Column(key="supervisor", title=_l("Supervisor"), value=supervisor, searched=True),
            Column(key="members", title=_l("Members"), value=lambda g: len(g.members), kind=Kind.NUMBER),
            Column(key="key", title=_l("Key in decisions"), value=lambda g: g.key, wide_only=True),
        ),
        href=lambda g: url_for("groups.show", key=g.key),
        empty_title=_l("No groups yet"),
        empty_text=_l("Cases are given to groups of collectors; add the first one."),
        empty_icon="users-group",
    )
