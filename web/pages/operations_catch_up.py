"""Catch up: what is held after a gap, and how it is let go."""

from __future__ import annotations

from typing import Any

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from engine.errors import Unusable
from service_tasks.stages import stage_order, stage_title
from web import catch_up as deeds
from web.context import context
from web.day_run import resting_since
from web.formats import day_text
from web.pages.operations_queues import CHANNELS, pages
from web.queries.catch_up import Group, Standing, standing
from web.queries.words import people_names, strategy_name
from web.security.access import requires
from web.security.rights import Right
from web.security.viewer import current_person
from web.tables import Column, Kind, Listed, Table, respond

__all__ = ["pages"]
USUAL_DAYS = 5
"""Over so many days is proposed to let go what is held."""
MOST_A_DAY = 1_000_000


@pages.get("/catch-up")
@requires(Right.SEE_OPERATIONS)
def catch_up() -> ResponseReturnValue:
    """Show since when and what is held, and how it goes on."""
    parts = context()
    with parts.reading() as session:
        found = standing(session)
        values: dict[str, Any] = {
            "resting": resting_since(parts.database, parts.today()),
            "held": found,
            "names": people_names(session),
            "proposed": _proposed(found) if found else 0,
            "pace_text": _pace_text(found) if found else "",
        }
        if found is None or not found.groups:
            return render_template("operations/catch_up.html", table=None, **values)
        return respond(TABLE, Listed(found.groups), "operations/catch_up.html", **values)


@pages.get("/catch-up/days")
@requires(Right.SEE_OPERATIONS)
def catch_up_days() -> ResponseReturnValue:
    """Say what a pace means in days, while it is typed."""
    with context().reading() as session:
        found = standing(session)
    return _days_text(found, _per_day()) if found else _("Nothing is held.")


@pages.post("/catch-up/release")
@requires(Right.OPERATE)
def release() -> ResponseReturnValue:
    """Let all of it go now, or so many a day."""
    per_day = None if request.form.get("all") else _per_day()
    if per_day is None and not request.form.get("all"):
        raise Unusable(_("How many a day? Write a whole number, 1 or more."))
    deeds.release(context(), by=current_person().username, per_day=per_day)
    flash(_("It is let go: the worker goes on with it in a moment."), "success")
    return redirect(url_for("operations.catch_up"))


@pages.post("/catch-up/hold")
@requires(Right.OPERATE)
def hold_again() -> ResponseReturnValue:
    """Hold again what is not done yet."""
    count = deeds.hold_again(context(), by=current_person().username)
    flash(ngettext("%(num)s is held again.", "%(num)s are held again.", count), "success")
    return redirect(url_for("operations.catch_up"))


@pages.post("/catch-up/wake")
@requires(Right.OPERATE)
def wake() -> ResponseReturnValue:
    """Begin today after a long rest, with everything held that fell due in it."""
    deeds.wake(context())
    flash(_("Today has begun. What fell due is held until you let it go."), "success")
    return redirect(url_for("operations.catch_up"))


def _per_day() -> int | None:
    given = request.values.get("per_day", "").strip()
    number = int(given) if given.isdecimal() and len(given) <= len(str(MOST_A_DAY)) else 0
    return number if 1 <= number <= MOST_A_DAY else None


def _proposed(found: Standing) -> int:
    return max(1, -(-max(found.cases, found.messages) // USUAL_DAYS))


def _days_text(found: Standing, per_day: int | None) -> str:
    if per_day is None:
        return str(_("Write a whole number, 1 or more."))
    days, last = found.days(per_day), day_text(found.last_day(per_day, context().today()))
    return str(
        ngettext(
            "That takes %(num)s business day: the last ones go on %(last)s.",
            "That takes %(num)s business days: the last ones go on %(last)s.",
            days,
            last=last,
        )
    )


def _pace_text(found: Standing) -> str:
    """Say how it goes on, or what the proposed pace would mean."""
    if found.decided and found.pace is None:
        return str(_("All of it was let go; the worker does it in the order of due dates."))
    if found.pace is None:
        return _days_text(found, _proposed(found))
    days, last = found.days(found.pace), day_text(found.last_day(found.pace, context().today()))
    if not days:
        return str(_("The last portion was let go."))
    return str(
        ngettext(
            "What is still held goes on %(num)s business day, on %(last)s.",
            "What is still held goes on %(num)s business days, the last ones on %(last)s.",
            days,
            last=last,
        )
    )


def _what(group: Group) -> str:
    return str(CHANNELS.get(group.channel, group.channel) if group.channel else _("Cases"))


TABLE = Table(
    name="held",
    title=_l("What is held"),
    columns=(
        Column(key="strategy", title=_l("Strategy"), value=lambda g: strategy_name(g.strategy) if g.strategy else ""),
        Column(
            key="stage",
            title=_l("Stage"),
            value=lambda g: stage_title(g.stage) if g.stage else _("Not begun"),
            sort=lambda g: stage_order(g.stage),
        ),
        Column(key="step", title=_l("Waits at"), value=lambda g: g.step),
        Column(key="what", title=_l("What"), value=_what),
        Column(key="count", title=_l("How many"), value=lambda g: g.count, kind=Kind.NUMBER),
        Column(key="since", title=_l("Due since"), value=lambda g: g.since, kind=Kind.MOMENT),
    ),
)
