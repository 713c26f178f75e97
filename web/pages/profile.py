"""One's own account: name, language, password."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _

from engine.errors import InvalidForm
from web import people
from web.context import context
from web.i18n import LANGUAGES
from web.security.access import signed_in
from web.security.viewer import current_person

pages = Blueprint("profile", __name__)


@pages.get("/profile")
@signed_in
def show() -> ResponseReturnValue:
    """Show what is known about the reader's account."""
    with context().reading() as session:
        person = people.find(session, current_person().username)
        return render_template("profile/show.html", person=person)


@pages.post("/profile")
@signed_in
def save() -> ResponseReturnValue:
    """Keep the reader's name and language."""
    locale = request.form.get("locale", "")
    if locale and locale not in LANGUAGES:
        raise InvalidForm({"locale": _("Duly does not speak this language yet.")})
    with context().unit_of_work() as session:
        person = people.find(session, current_person().username)
        person.name = request.form.get("name", "").strip() or person.username
        person.locale = locale or None
    flash(_("Saved."), "success")
    return redirect(url_for("profile.show"))
