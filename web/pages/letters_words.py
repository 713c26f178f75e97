"""The words for letters: what a template and a state are called."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l

from web.tables import Badge

TEMPLATES: dict[str, Any] = {
    "demand": _l("Demand"),
    "precourt_demand": _l("Pre-court demand"),
    "consumer_demand": _l("Demand to a consumer"),
}
STATES: dict[str, tuple[Any, str, str]] = {
    "drafted": (_l("Waits for approval"), "blue", "clock"),
    "approved": (_l("Approved"), "green", "check"),
    "returned": (_l("Sent back"), "orange", "arrow-back-up"),
    "queued": (_l("On its way"), "azure", "send"),
    "sent": (_l("Sent"), "green", "circle-check"),
    "superseded": (_l("Replaced"), "secondary", "versions"),
}
WAYS: dict[str, Any] = {"email": _l("By e-mail"), "post": _l("By post"), "letter": _l("Letter")}


def template_title(key: str) -> str:
    """Give what people read for a template; one an analyst added is read from its key."""
    return str(TEMPLATES.get(key) or key.replace("_", " ").capitalize())


def state_badge(status: str) -> Badge:
    """Give the badge of a letter's state."""
    text, colour, icon = STATES.get(status, (status, "secondary", "help"))
    return Badge(str(text), colour, icon)


def way_title(channel: str | None) -> str:
    """Give how a letter leaves."""
    return str(WAYS.get(channel or "", channel or ""))
