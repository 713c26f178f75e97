"""What differs between two versions of a decision table, rule by rule."""

from __future__ import annotations

from flask import render_template, request
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from engine.errors import NotFound
from web.context import context
from web.entries import row_number
from web.pages.decisions_blueprint import Shown, pages, shown_of
from web.queries.decision_changes import changes
from web.queries.decision_words import policy_words
from web.queries.decisions import Edition, editions
from web.security.access import requires
from web.security.rights import Right


@pages.get("/<name>/differences")
@requires(Right.SEE_STRATEGIES)
def differences(name: str) -> ResponseReturnValue:
    """Compare a version (`new`, by default the active one) with an earlier one (`old`, by default the last other)."""
    with context().reading() as session:
        holding = [each for each in editions(session) if name in each.files]
        after = _side(session, name, request.args.get("new", None, type=row_number))
        old = request.args.get("old", _before(holding, after), type=row_number)
        before = _side(session, name, old)
        return render_template(
            "decisions/differences.html",
            before=before,
            after=after,
            found=changes(before.sheet, after.sheet),
            versions=holding,
            everything="all" in request.args,
            fact_words=_fact_words(),
            policy_words=policy_words,
        )


def _side(session: Session, name: str, number: int | None) -> Shown:
    try:
        return shown_of(session, name, number)
    except NotFound:
        shown = shown_of(session, name)  # the decision's id may be another there
        raise NotFound(_("%(title)s is not in version %(number)s.", title=shown.title, number=number)) from None


def _before(holding: list[Edition], after: Shown) -> int:
    """Give the last version before it in which the table was another, else the last one before it."""
    earlier = [each for each in holding if each.number < after.edition.number]
    other = [each for each in earlier if each.files[after.name] != after.content]
    return (other or earlier or [after.edition])[0].number


def _fact_words() -> dict[str, str]:
    return {
        "name": _("Name"),
        "question": _("What it answers"),
        "policy": _("Which rule decides"),
        "aggregation": _("How answers are put together"),
        "expression": _("Expression"),
    }
