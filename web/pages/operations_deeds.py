"""Skip, move, change a variable, end: asked with the number of cases, done for one or for all that failed alike."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from decimal import Decimal, InvalidOperation

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy.orm import Session
from werkzeug.datastructures import MultiDict

from engine.errors import Conflict, InvalidForm, NotFound, Unusable
from engine.operations import Outcome, Scalar
from service_tasks.keys import key_of, number_of
from web.context import context
from web.entries import row_number, row_numbers, text_in
from web.pages.operations import DEEDS, MANY, WOKEN, in_background, pages
from web.queries.operations import Stuck, debtors_of, stuck_cases
from web.queries.stuck import Choices, group_key, places_for, stands_at, ways_for
from web.security.access import requires
from web.security.rights import Right
from web.security.viewer import current_person
from web.stuck_deeds import Act, Wish, act_of, do_to_all

__all__ = ["pages"]
NAMES = ", ".join(DEEDS)
SHOWN = 50  # cases named before it is done


@dataclass(frozen=True, slots=True)
class Chosen:
    """The cases to which it is done: stuck ones, or one that runs."""

    keys: Sequence[str]
    stuck: Sequence[Stuck] = ()

    @property
    def alike(self) -> bool:
        """Whether all of them are stuck at one step of one strategy, or it is only one."""
        return len({(each.strategy, each.incident.element) for each in self.stuck}) <= 1


@pages.get(f"/decide/<any({NAMES}):deed>")
@requires(Right.OPERATE)
def ask(deed: str) -> ResponseReturnValue:
    """Show the form of a deed, with the cases to which it would be done."""
    with context().reading() as session:
        return _form(session, deed, _chosen(session, request.args), {})


@pages.post(f"/decide/<any({NAMES}):deed>")
@requires(Right.OPERATE)
def decide(deed: str) -> ResponseReturnValue:
    """Do it to all that were chosen and show what was refused; ask first where only cases were picked."""
    with context().reading() as session:
        chosen = _chosen(session, request.form)
        if "reason" not in request.form:
            return _form(session, deed, chosen, {})
        try:
            wish = _wish(deed, request.form)
        except InvalidForm as error:
            return _form(session, deed, chosen, error.errors)
    if len(chosen.keys) > MANY:
        return in_background([each.id for each in chosen.stuck], wish, str(DEEDS[deed][0]))
    act = act_of(context(), wish, current_person().username)
    outcomes = do_to_all(context(), [each.id for each in chosen.stuck], act) if chosen.stuck else _do(chosen, act)
    done = [each.key for each in outcomes if not each.refused]
    for key in done[:WOKEN]:
        context().worker.wake(key)
    return _told(deed, chosen, outcomes)


def _chosen(session: Session, given: MultiDict[str, str]) -> Chosen:
    """Find the cases: picked ones (`selected`), all of a `group`, or a running one (`case`)."""
    if "case" in given:
        return Chosen([key_of(row_number(given["case"]))])
    numbers = set(row_numbers([*given.getlist("selected"), *given.get("numbers", "").split(",")]))
    found = [each for each in stuck_cases(session) if each.id in numbers or group_key(each) == given.get("group")]
    if not found and (numbers or "group" in given):
        raise Conflict(_("These cases are no longer stuck: they have gone on, or somebody has ended them."))
    if not found:
        raise Unusable(_("Pick a stuck case first."))
    return Chosen([each.incident.business_key for each in found], found)


def _form(session: Session, deed: str, chosen: Chosen, errors: dict[str, str]) -> ResponseReturnValue:
    if deed in {"skip", "move"} and not chosen.alike:
        raise Unusable(_("These cases are stuck at different steps: pick those of one step of one strategy."))
    title, icon = DEEDS[deed]
    page = render_template(
        "operations/decide.html",
        deed=deed,
        title=title,
        picture=icon,
        chosen=chosen,
        numbers=[number_of(key) for key in chosen.keys[:SHOWN]],
        names=debtors_of(session, chosen.keys[:SHOWN]),
        choices=_choices(session, deed, chosen),
        stands="" if chosen.stuck else stands_at(session, chosen.keys[0]),
        given=",".join(str(each.id) for each in chosen.stuck),
        values=request.form,
        errors=errors,
        back=_back(chosen),
    )
    return page, 422 if errors else 200


def _choices(session: Session, deed: str, chosen: Chosen) -> Choices:
    """Give where the token may go: moved anywhere, skipped to one of several ways out."""
    programmes = context().worker.programmes
    if deed == "move":
        return places_for(session, programmes, chosen.keys)
    ways = ways_for(session, programmes, chosen.stuck[0]) if deed == "skip" and chosen.stuck else []
    return ways if len(ways) > 1 else []


def _wish(deed: str, form: MultiDict[str, str]) -> Wish:
    """Read the form; raises InvalidForm."""
    wish = Wish(deed, text_in(form, "reason", _("Say why: it is kept in the record of each case.")))
    if deed == "change":
        return replace(wish, name=text_in(form, "name", _("Write the variable's name.")), value=_value(form))
    if deed == "move":
        return replace(wish, to=text_in(form, "to", _("Choose where the case shall go on.")))
    return replace(wish, to=form.get("to", ""))


def _value(form: MultiDict[str, str]) -> Scalar:
    """Give the variable's value in the type that was chosen."""
    kind, text = form.get("kind", "text"), form.get("value", "")
    if kind == "none":
        return None
    if kind in {"yes", "no"}:
        return kind == "yes"
    if kind != "number":
        return text
    try:
        number = Decimal(text.strip())
    except InvalidOperation:
        raise InvalidForm({"value": _("Write a number such as 12 or 0.5.")}) from None
    return int(number) if number.is_finite() and number == number.to_integral_value() else float(number)


def _do(chosen: Chosen, act: Act) -> list[Outcome]:
    (key,) = chosen.keys
    with context().unit_of_work() as session:
        try:
            act(session, key)
        except (Conflict, NotFound, Unusable) as refusal:
            return [Outcome(0, key, str(refusal))]
    return [Outcome(0, key)]


def _told(deed: str, chosen: Chosen, outcomes: Sequence[Outcome]) -> ResponseReturnValue:
    """Say what came of it: on the list where all went well, else with each refusal."""
    done, refused = sum(not each.refused for each in outcomes), [each for each in outcomes if each.refused]
    text = ngettext("Done for %(num)s case.", "Done for %(num)s cases.", done)
    if not refused:
        flash(text, "success")
        return redirect(_back(chosen))
    title, _icon = DEEDS[deed]
    return render_template(
        "operations/refused.html",
        title=title,
        text=text,
        refused=[(number_of(each.key) if each.key else 0, each.refused) for each in refused],
        back=_back(chosen),
    ), 409 if not done else 200


def _back(chosen: Chosen) -> str:
    if chosen.stuck:
        return url_for("operations.index")
    return url_for("cases.show", number=number_of(chosen.keys[0]))
