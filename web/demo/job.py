"""The button that moves the demo's clock on, as long work."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _

from web.context import Context
from web.demo.replay import advance
from web.jobs.kind import Order
from web.jobs.progress import Progress


def advance_clock(parts: Context, order: Order, progress: Progress) -> dict[str, Any]:
    """Live through the ordered number of days."""
    last = advance(parts, int(order.arguments["days"]), progress)
    return {"text": _("It is %(day)s now.", day=last.isoformat()), "href": "/"}
