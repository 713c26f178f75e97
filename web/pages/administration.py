"""What an administrator sets: one page that leads to everything."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from flask import Blueprint, current_app, render_template
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l

from web.security.access import requires
from web.security.rights import Right

pages = Blueprint("administration", __name__, url_prefix="/administration")


@dataclass(frozen=True)
class Door:
    """A card of the page: what is behind it, in words."""

    title: Any
    text: Any
    endpoint: str
    icon: str


DOORS = (
    Door(_l("People"), _l("Accounts, roles, passwords."), "users.index", "users"),
    Door(_l("Groups"), _l("Teams of collectors and their supervisors."), "groups.index", "users-group"),
    Door(
        _l("Creditor"), _l("Name, address, bank accounts, logo and signature on letters."), "creditor.show", "building"
    ),
    Door(
        _l("Product groups"), _l("Grace days, four eyes, and which source of payments leads."), "products.index", "tag"
    ),
    Door(_l("Sending"), _l("Whether messages leave, and what would go out today."), "sending.index", "send"),
    Door(
        _l("Background work"),
        _l("Imports, exports and other long work: progress and results."),
        "jobs.index",
        "hourglass",
    ),
)


@pages.get("/")
@requires(Right.SEE_SETTINGS)
def index() -> ResponseReturnValue:
    """Show everything that can be set."""
    doors = [door for door in DOORS if door.endpoint in current_app.view_functions]
    return render_template("administration/index.html", doors=doors)
