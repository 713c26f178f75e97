"""The demo's clock, moved on by a day or a week."""

from __future__ import annotations

from flask import Blueprint, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import ngettext

from engine.errors import Conflict, Unusable
from web.clock import is_demo
from web.context import context
from web.jobs.run import start
from web.security.access import requires
from web.security.rights import Right
from web.security.viewer import current_person

pages = Blueprint("clock", __name__)
KIND = "advance_clock"
MOST_DAYS = 31


@pages.post("/clock")
@requires(Right.MOVE_CLOCK)
def advance() -> ResponseReturnValue:
    """Move the clock on by `days`; everything that falls due happens day by day."""
    days = request.form.get("days", "1")
    if not days.isdecimal() or len(days) > len(str(MOST_DAYS)) or not 0 < int(days) <= MOST_DAYS:
        raise Unusable(f"{days!r} is no number of days between 1 and {MOST_DAYS}.")
    if not is_demo(context().database):
        raise Conflict("This installation has a real clock: it cannot be moved.")
    with context().unit_of_work() as session:
        title = ngettext("Move the clock on by %(num)s day", "Move the clock on by %(num)s days", int(days))
        job = start(session, context(), KIND, title, {"days": int(days)}, by=current_person().username)
    return redirect(url_for("jobs.show", number=job.id))
