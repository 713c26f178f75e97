"""A person's saved views of the worklist: a name for a tab, a search and filters."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from engine.errors import InvalidForm
from engine.settings_table import get_setting, set_setting
from web.context import context
from web.pages.worklist_table import TABS
from web.security.access import signed_in
from web.security.viewer import current_person

pages = Blueprint("worklist_views", __name__, url_prefix="/worklist/views")
KEPT = ("tab", "q", "stage", "sort")
MOST_VIEWS = 12
LONGEST_NAME = 40

View = dict[str, str]
"""`name`, and the arguments of the address that shows it."""


def saved_views(session: Session, username: str) -> list[View]:
    """Give a person's views in the order they were saved."""
    views: list[View] = get_setting(session, _key(username)) or []
    return views


def view_address(view: View) -> str:
    """Give the address that shows a view."""
    arguments: dict[str, Any] = {key: value for key, value in view.items() if key in KEPT}
    return url_for("worklist.index", view=view["name"], **arguments)


@pages.post("/")
@signed_in
def save() -> ResponseReturnValue:
    """Save the list as it is narrowed now under a name; the same name again replaces it."""
    name = " ".join(request.form.get("name", "").split())[:LONGEST_NAME]
    if not name:
        raise InvalidForm({"name": _("Give the view a name.")})
    view = {"name": name, **{key: request.form[key] for key in KEPT if request.form.get(key)}}
    if view.get("tab") not in TABS:
        view["tab"] = "mine"
    _change(name, view)
    flash(_("View “%(name)s” saved.", name=name), "success")
    return redirect(view_address(view))


@pages.post("/remove")
@signed_in
def remove() -> ResponseReturnValue:
    """Take a view away."""
    name = request.form.get("name", "")
    _change(name, None)
    flash(_("View “%(name)s” removed.", name=name), "success")
    return redirect(url_for("worklist.index"))


def _change(name: str, view: View | None) -> None:
    username = current_person().username
    with context().unit_of_work() as session:
        others = [each for each in saved_views(session, username) if each["name"] != name]
        views = ([*others, view] if view else others)[-MOST_VIEWS:]
        set_setting(session, _key(username), views, by=username, now=context().now())


def _key(username: str) -> str:
    return f"worklist.views:{username}"
