"""What keys of the system are called on the screen."""

from __future__ import annotations

from typing import Any

from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.instances import OTHER
from receivables.staff import Person
from web.tables import Badge

TEMPLATES: dict[str, Any] = {
    "reminder_1": _l("First reminder"),
    "reminder_2": _l("Second reminder"),
    "consumer_reminder_1": _l("First reminder"),
    "consumer_reminder_2": _l("Second reminder"),
    "demand": _l("Demand letter"),
    "consumer_demand": _l("Demand letter"),
    "precourt_demand": _l("Pre-court demand"),
}
OUTCOMES: dict[str, Any] = {
    "paid": _l("paid"),
    "no_action": _l("no further action"),
    "outgrown": _l("no longer a small balance"),
    "written_off": _l("written off"),
    "write_off": _l("write-off proposed"),
    "legal": _l("referred to legal"),
    "agency": _l("referred to an agency"),
    "placed": _l("referred"),
}
CALLS: dict[str, Any] = {
    "promise": _l("Promises to pay"),
    "will_pay_soon": _l("Will pay soon, no date given"),
    "dispute": _l("Disputes the claim"),
    "refuses": _l("Refuses to pay"),
    "no_answer": _l("Nobody reached"),
    "not_reached": _l("Nobody reached"),
    "wrong_number": _l("Wrong number"),
}
SUSPENSIONS: dict[str, Any] = {
    "dispute": _l("Dispute"),
    "insolvency": _l("Insolvency"),
    "death": _l("Death of the debtor"),
    "arrangement": _l("Arrangement"),
    "promise": _l("Promise to pay"),
    OTHER: _l("Something else"),
}
STRATEGIES: dict[str, Any] = {
    "standard_b2b": _l("Standard B2B"),
    "consumer": _l("Consumer"),
    "small_balance": _l("Small balance"),
}
VERDICTS: dict[str, tuple[Any, str, str]] = {
    "kept": (_l("kept"), "green", "check"),
    "partially_kept": (_l("partly kept"), "yellow", "circle-dot"),
    "broken": (_l("broken"), "red", "x"),
}


def _named(names: dict[str, Any], key: str) -> str:
    return str(names.get(key) or key.replace("_", " ").capitalize())


def template_name(key: str) -> str:
    """Name a message or letter."""
    return _named(TEMPLATES, key)


def outcome_name(key: str) -> str:
    """Name how a case ended."""
    return _named(OUTCOMES, key)


def call_outcome(key: str) -> str:
    """Name how a call went."""
    return _named(CALLS, key)


def strategy_name(key: str) -> str:
    """Name a strategy."""
    return _named(STRATEGIES, key)


def suspended_because(code: str | None, note: str | None) -> str:
    """Say why a case rests: its reason's word, its note, or both."""
    word = "" if code in {OTHER, "promise"} else str(SUSPENSIONS.get(code or "", ""))
    return ": ".join(filter(None, (word, note))) or str(_("no reason was given"))


def reason_name(key: str) -> str:
    """Read a reason of delay from its key."""
    return key.replace("_", " ")


def case_status(status: str, outcome: str = "") -> Badge:
    """Show the state of a case."""
    return {
        "open": Badge(_("runs"), "blue", "player-play"),
        "waiting": Badge(_("waits for people"), "purple", "user"),
        "suspended": Badge(_("suspended"), "orange", "player-pause"),
        "stuck": Badge(_("stuck"), "red", "alert-circle"),
    }.get(status) or Badge(_("closed: %(outcome)s", outcome=outcome_name(outcome)), "secondary", "lock")


def promise_state(verdict: str | None, *, withdrawn: bool) -> Badge:
    """Show the state of a promise."""
    if withdrawn:
        return Badge(_("withdrawn"), "secondary", "arrow-back-up")
    if verdict is None:
        return Badge(_("open"), "azure", "clock")
    text, colour, icon = VERDICTS[verdict]
    return Badge(str(text), colour, icon)


def people_names(session: Session) -> dict[str, str]:
    """Give the names of everybody by username."""
    return {
        "duly": "Duly",
        **dict(session.execute(select(Person.username, Person.name)).all()),
    }
