"""Whether messages leave, and what would go out today."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any

from flask import Blueprint, flash, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from flask_babel import ngettext

from engine.errors import Unusable
from engine.tables import Setting
from web.catch_up import turn_sending
from web.context import context
from web.links import address
from web.queries.sending import HELD, LATER, LEAVES, POST, WITHDRAWN, Planned, planned
from web.queries.words import people_names, template_name
from web.security.access import requires
from web.security.rights import Right
from web.security.viewer import current_person
from web.sending import SETTING, Mode, sending
from web.settings import Settings
from web.tables import Badge, Column, Filter, Kind, Listed, Table, respond

pages = Blueprint("sending", __name__, url_prefix="/sending")
OUTCOMES = {
    LEAVES: (_l("goes out"), "green", "send"),
    POST: (_l("goes to the print list"), "orange", "printer"),
    LATER: (_l("put off"), "blue", "clock"),
    WITHDRAWN: (_l("not needed any more"), "secondary", "arrow-back-up"),
    HELD: (_l("held back"), "orange", "player-pause"),
}


@pages.get("/")
@requires(Right.SEE_SETTINGS)
def index() -> ResponseReturnValue:
    """Show the switch, where mail goes, and what would go out today."""
    parts = context()
    with parts.reading() as session:
        state, set_by = sending(session), session.get(Setting, SETTING)
        found = planned(session, parts.dispatcher.channels, parts.now(), _end_of_day())
        return respond(
            _table(),
            Listed(found),
            "sending/index.html",
            state=state,
            set_by=set_by,
            names=people_names(session),
            server=_server(parts.settings),
            folder=parts.settings.folder / "mail",
            leaving=sum(each.outcome == LEAVES for each in found),
        )


@pages.post("/switch")
@requires(Right.ADMINISTER)
def turn() -> ResponseReturnValue:
    """Turn sending on, off, or towards one address."""
    wanted = request.form.get("mode", "")
    if wanted not in set(Mode):
        raise Unusable(_("Sending can be on, off or redirected."))
    given = request.form.get("address", "").strip()
    state, kept = turn_sending(context(), Mode(wanted), address=given, by=current_person().username)
    said = {
        Mode.ON: _("Sending is on: what is due leaves."),
        Mode.OFF: _("Sending is off: everything waits."),
        Mode.REDIRECT: _("All mail goes to %(address)s.", address=state.address),
    }
    flash(said[state.mode], "success")
    if kept:
        flash(
            ngettext(
                "%(num)s message waited for too long to leave at once: it is held under Operations → Catch up.",
                "%(num)s messages waited for too long to leave at once: they are held under Operations → Catch up.",
                kept,
            ),
            "warning",
        )
    return redirect(url_for("sending.index"))


def _server(settings: Settings) -> str:
    """Give the mail server without its password; nothing where mail goes into the folder."""
    return settings.smtp_url.rpartition("@")[2].removeprefix("smtp://").removeprefix("smtps://")


def _end_of_day() -> datetime:
    parts = context()
    return datetime.combine(parts.today() + timedelta(days=1), time(), tzinfo=parts.settings.zone)


def _outcome(each: Planned) -> Badge:
    text, colour, icon = OUTCOMES[each.outcome]
    return Badge(str(text), colour, icon)


def _why(each: Planned) -> str:
    if each.outcome == LATER:
        return str(_("outside of the hours and business days of the debtor's country, or a promise is open"))
    if each.outcome == HELD:
        return str(_("it fell due while nothing left: Operations → Catch up"))
    return each.reason or (each.row.last_error or "")


def _table() -> Table:
    columns: tuple[Any, ...] = (
        Column(key="at", title=_l("When"), value=lambda p: p.at, kind=Kind.MOMENT),
        Column(key="outcome", title=_l("What happens"), value=_outcome, kind=Kind.BADGE),
        Column(
            key="what",
            title=_l("Message"),
            value=lambda p: p.subject or template_name(str(p.row.payload.get("template") or p.row.channel)),
            searched=True,
            href=lambda p: address("operations.message", number=p.row.id),
        ),
        Column(key="to", title=_l("To"), value=lambda p: p.recipient, searched=True),
        Column(
            key="case",
            title=_l("Case"),
            value=lambda p: p.number,
            href=lambda p: address("cases.show", number=p.number),
        ),
        Column(key="debtor", title=_l("Debtor"), value=lambda p: p.debtor, searched=True),
        Column(key="why", title=_l("Why"), value=_why, sortable=False),
    )
    return Table(
        name="going-out",
        title=_l("What would go out today"),
        columns=columns,
        filters=(
            Filter(
                key="outcome",
                title=_l("What happens"),
                choices=[(key, text) for key, (text, _colour, _icon) in OUTCOMES.items()],
                keep=lambda p, value: p.outcome == value,
            ),
        ),
        empty_title=_l("Nothing waits to go out today"),
        empty_text=_l("Messages appear here as soon as a case's strategy asks for them."),
        empty_icon="mail",
    )
