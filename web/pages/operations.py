"""Stuck cases: what failed, where, and the buttons that let them go on or end them."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from engine.errors import Unusable
from web.context import context
from web.entries import row_numbers
from web.jobs.run import start
from web.jobs.stuck import KIND
from web.links import address
from web.queries.catch_up import held_now
from web.queries.operations import Stuck, find_stuck, stuck_cases
from web.queries.stuck import group_key, groups, ordered
from web.queries.words import people_names, strategy_name
from web.security.access import requires
from web.security.rights import Right
from web.security.viewer import current_person
from web.stuck_deeds import Wish, act_of, do_to_all
from web.tables import Column, Filter, Kind, Listed, Table, respond

pages = Blueprint("operations", __name__, url_prefix="/operations")
DEEDS = {
    "skip": (_l("Skip the step"), "player-skip-forward"),
    "move": (_l("Move"), "route"),
    "change": (_l("Change a variable"), "pencil"),
    "cancel": (_l("End the process"), "player-stop"),
}
"""What a person may do to stuck cases beside trying again (web.pages.operations_deeds)."""
MANY = 100
"""Cases for which one waits; more are done in the background."""
WOKEN = 20
"""Cases that take their step before the page answers; the worker takes the others within seconds."""


@pages.get("/")
@requires(Right.SEE_OPERATIONS)
def index() -> ResponseReturnValue:
    """List the stuck cases."""
    with context().reading() as session:
        found = stuck_cases(session)
        return respond(
            _table(found),
            Listed(found),
            "operations/index.html",
            groups=groups(found),
            deeds=DEEDS,
            held=held_now(session),
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
            ordered=ordered(session, found.incident.business_key),
            deeds=DEEDS,
        )


@pages.post("/retry")
@requires(Right.OPERATE)
def retry() -> ResponseReturnValue:
    """Let the picked cases (or all of a `group`) try again at once."""
    chosen = row_numbers(request.form.getlist("selected")) or _of_group()
    if not chosen:
        raise Unusable(_("Pick a stuck case first."))
    wish = Wish("retry", request.form.get("reason", "").strip() or _("tried again by hand"))
    if len(chosen) > MANY:
        return in_background(chosen, wish, _("Try again"))
    outcomes = do_to_all(context(), chosen, act_of(context(), wish, current_person().username))
    keys = [each.key for each in outcomes if not each.refused]
    for key in keys[:WOKEN]:
        context().worker.wake(key)
    with context().reading() as session:
        left = {each.incident.business_key for each in stuck_cases(session)} & set(keys[:WOKEN])
    text = ngettext("%(num)s case goes on.", "%(num)s cases go on.", len(keys) - len(left))
    again = ngettext("%(num)s case is stuck again.", "%(num)s cases are stuck again.", len(left))
    flash(f"{text} {again}" if left else text, "warning" if left else "success")
    return redirect(url_for("operations.index"))


def in_background(numbers: Sequence[int], wish: Wish, title: str) -> ResponseReturnValue:
    """Have it done to many stuck cases in the background; lead to its progress."""
    whole = f"{title}: " + ngettext("%(num)s case", "%(num)s cases", len(numbers))
    arguments = {"wish": asdict(wish), "numbers": list(numbers)}
    with context().unit_of_work() as session:
        job = start(session, context(), KIND, whole, arguments, by=current_person().username)
        return redirect(url_for("jobs.show", number=job.id))


def _of_group() -> list[int]:
    with context().reading() as session:
        return [each.id for each in stuck_cases(session) if group_key(each) == request.form.get("group")]


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
