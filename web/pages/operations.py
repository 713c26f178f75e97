"""Stuck cases: what failed, where, and the buttons that let them go on or end them."""

from __future__ import annotations

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from engine import incidents, operations
from engine.errors import Unusable
from engine.operations import Deed
from web.context import context
from web.entries import row_numbers
from web.links import address
from web.queries.catch_up import held_now
from web.queries.operations import Stuck, find_stuck, stuck_cases
from web.queries.words import people_names, strategy_name
from web.security.access import requires
from web.security.rights import Right
from web.security.viewer import current_person
from web.tables import Column, Filter, Kind, Listed, Table, respond

pages = Blueprint("operations", __name__, url_prefix="/operations")
WOKEN = 20
"""Cases that take their step before the page answers; the worker takes the others within seconds."""


@pages.get("/")
@requires(Right.SEE_OPERATIONS)
def index() -> ResponseReturnValue:
    """List the stuck cases."""
    with context().reading() as session:
        found = stuck_cases(session)
        return respond(
            _table(found), Listed(found), "operations/index.html", steps=_steps(found), held=held_now(session)
        )


@pages.get("/stuck/<int:number>")
@requires(Right.SEE_OPERATIONS)
def show(number: int) -> ResponseReturnValue:
    """Show why a case is stuck, in plain words and for technicians."""
    with context().reading() as session:
        found = find_stuck(session, number)
        return render_template(
            "operations/show.html",
            stuck=found,
            incident=found.incident,
            strategy=strategy_name(found.strategy),
            names=people_names(session),
        )


@pages.post("/retry")
@requires(Right.OPERATE)
def retry() -> ResponseReturnValue:
    """Let the picked cases (or all at a step: `strategy`, `element`) try again at once."""
    chosen = row_numbers(request.form.getlist("selected")) or _at_step()
    if not chosen:
        raise Unusable(_("Pick a stuck case first."))
    keys = _retried(chosen)
    for key in keys[:WOKEN]:
        context().worker.wake(key)
    with context().reading() as session:
        left = {each.incident.business_key for each in stuck_cases(session)} & set(keys[:WOKEN])
    text = ngettext("%(num)s case goes on.", "%(num)s cases go on.", len(keys) - len(left))
    again = ngettext("%(num)s case is stuck again.", "%(num)s cases are stuck again.", len(left))
    flash(f"{text} {again}" if left else text, "warning" if left else "success")
    return redirect(url_for("operations.index"))


@pages.post("/stuck/<int:number>/cancel")
@requires(Right.OPERATE)
def cancel(number: int) -> ResponseReturnValue:
    """End a stuck case's process for good, with the reason."""
    reason = request.form.get("reason", "").strip()
    if not reason:
        raise Unusable(_("Say why the process ends: it is kept in the case's record."))
    with context().unit_of_work() as session:
        deed = Deed(current_person().username, reason, context().now())
        operations.cancel(session, incidents.get_open(session, number).business_key, deed)
    flash(_("The process has ended. The case stays open for a person to decide."), "success")
    return redirect(url_for("operations.index"))


def _retried(numbers: list[int]) -> list[str]:
    """Set the cases free to try again; those that somebody freed meanwhile are left out."""
    reason = request.form.get("reason", "").strip() or _("tried again by hand")
    deed = Deed(current_person().username, reason, context().now())
    with context().unit_of_work() as session:
        outcomes = operations.each(session, numbers, lambda key: operations.retry(session, key, deed))
    return [each.key for each in outcomes if not each.refused]


def _at_step() -> list[int]:
    strategy, element = request.form.get("strategy"), request.form.get("element")
    with context().reading() as session:
        found = stuck_cases(session)
    return [each.id for each in found if (each.strategy, each.incident.element) == (strategy, element)]


def _steps(found: list[Stuck]) -> dict[tuple[str, str], tuple[str, int]]:
    """Give the steps at which several cases are stuck: (strategy, element) -> its name, how many."""
    steps: dict[tuple[str, str], tuple[str, int]] = {}
    for each in found:
        place = (each.strategy, each.incident.element)
        steps[place] = (each.step, steps.get(place, ("", 0))[1] + 1)
    return {place: (name, count) for place, (name, count) in steps.items() if count > 1}


def _columns() -> tuple[Column, ...]:
    return (
        Column(
            key="case",
            title=_l("Case"),
            value=lambda s: s.number,
            export=lambda s: s.number,
            searched=True,
            href=lambda s: url_for("operations.show", number=s.id),
        ),
        Column(
            key="debtor",
            title=_l("Debtor"),
            value=lambda s: s.debtor,
            searched=True,
            href=lambda s: address("cases.show", number=s.number),
        ),
        Column(key="strategy", title=_l("Strategy"), value=lambda s: strategy_name(s.strategy), wide_only=True),
        Column(key="step", title=_l("Step"), value=lambda s: s.step, searched=True),
        Column(key="reason", title=_l("What went wrong"), value=lambda s: shortened(s.reason), searched=True),
        Column(key="at", title=_l("Since"), value=lambda s: s.incident.at, kind=Kind.MOMENT),
        Column(key="attempts", title=_l("Attempts"), value=lambda s: s.incident.attempts, kind=Kind.NUMBER),
        Column(key="retry", title=_l("Next try"), value=lambda s: s.incident.retry_at, kind=Kind.MOMENT),
    )


def _table(found: list[Stuck]) -> Table:
    strategies = sorted({each.strategy for each in found})
    return Table(
        name="stuck",
        title=_l("Stuck cases"),
        columns=_columns(),
        filters=(
            Filter(
                key="strategy",
                title=_l("Strategy"),
                choices=[(key, strategy_name(key)) for key in strategies],
                keep=lambda s, value: s.strategy == value,
            ),
        ),
        select=(lambda s: str(s.id)) if current_person().may(Right.OPERATE) else None,
        order="-at",
        empty_title=_l("Nothing is stuck"),
        empty_text=_l("Cases whose process failed appear here, with what went wrong and a button to try again."),
        empty_icon="circle-check",
    )


def shortened(text: str, most: int = 160) -> str:
    """Give the first line of a text, cut where it is long."""
    line = text.strip().partition("\n")[0]
    return line if len(line) <= most else f"{line[: most - 1]}…"
