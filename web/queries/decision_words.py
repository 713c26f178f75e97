"""How decision tables read: titles, hit policies, bindings and values in plain words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from datetime import date, datetime, timedelta
from decimal import Decimal
from typing import Any

from babel.dates import format_timedelta
from flask_babel import get_locale
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from engine.decisions import Decision, Finding, Table, findings
from engine.decisions.analysis import OTHER
from engine.feel.functions.conversion import shown
from web.formats import day_text, moment, number

TITLES: dict[str, Any] = {
    "assign_case": _l("Who gets a case, and how urgent it is"),
    "choose_strategy": _l("Which strategy a case gets"),
    "dunning_level": _l("Which level of demand a message makes"),
    "waits": _l("How long a case waits"),
}
POLICIES: dict[str, tuple[Any, Any]] = {
    "UNIQUE": (_l("one rule at most"), _l("At most one rule may fit; two that fit together are a mistake.")),
    "FIRST": (_l("first rule that fits"), _l("The first rule that fits decides, from the top down.")),
    "ANY": (_l("any rule that fits"), _l("Several rules may fit as long as they answer the same.")),
    "PRIORITY": (_l("highest answer"), _l("Of all rules that fit, the one with the highest-ranked answer decides.")),
    "COLLECT": (_l("all rules that fit"), _l("Every rule that fits gives an answer; the result is the list of them.")),
    "RULE ORDER": (
        _l("all rules that fit, in order"),
        _l("Every rule that fits gives an answer, in the order of the table."),
    ),
    "OUTPUT ORDER": (
        _l("all rules that fit, ranked"),
        _l("Every rule that fits gives an answer, the highest-ranked first."),
    ),
}
AGGREGATIONS: dict[str, tuple[Any, Any]] = {
    "SUM": (_l("sum of all that fit"), _l("The answers of all rules that fit are added up.")),
    "MIN": (_l("smallest of all that fit"), _l("Of all rules that fit, the smallest answer counts.")),
    "MAX": (_l("largest of all that fit"), _l("Of all rules that fit, the largest answer counts.")),
    "COUNT": (_l("number of rules that fit"), _l("The result is how many rules fit.")),
}
BINDINGS: dict[str, tuple[Any, Any]] = {
    "latest": (_l("always the active version"), _l("A new version decides at once, for running cases as well.")),
    "version": (
        _l("the copy of its own version"),
        _l("Kept with the strategy's version: a new version of the table changes nothing until it is deployed anew."),
    ),
    "opening": (_l("when a case is opened"), _l("The active version is asked once for every new case.")),
}


def decision_title(key: str, name: str = "") -> str:
    """Name a shared decision: in the reader's words where it comes with Duly, else as its author did."""
    return str(TITLES.get(key) or name or key.replace("_", " ").capitalize())


def policy_words(policy: str, aggregation: str = "") -> tuple[str, str]:
    """Give a hit policy in a few words, and as a sentence; of what is no table, that it is worked out."""
    if not policy:
        return _("worked out"), _("This decision is no table: an expression gives its value.")
    short, long = AGGREGATIONS.get(aggregation) or POLICIES[policy]
    return str(short), str(long)


def binding_words(binding: str) -> tuple[str, str]:
    """Say which version of a table is asked, in a few words and as a sentence."""
    short, long = BINDINGS[binding]
    return str(short), str(long)


def value_text(value: Any) -> str:
    """Write a value of a decision for people: without quotes, in the reader's locale; a dash where there is none."""
    if value is None:
        return "–"
    if isinstance(value, bool):
        return str(_("yes") if value else _("no"))
    if isinstance(value, str):
        return value or _("(empty text)")
    if isinstance(value, Decimal | int | float):
        return number(value)
    return _longer(value)


def _longer(value: Any) -> str:
    if isinstance(value, datetime):
        return moment(value).striptags()
    if isinstance(value, date):
        return day_text(value)
    if isinstance(value, timedelta):
        return _duration(value)
    if isinstance(value, Mapping):
        return ", ".join(f"{key}: {value_text(each)}" for key, each in value.items())
    if isinstance(value, Sequence):
        return "; ".join(map(value_text, value)) or _("nothing")
    return shown(value)


def _duration(value: timedelta) -> str:
    whole_days = not value.seconds and not value.microseconds
    locale = str(get_locale() or "en")
    return str(format_timedelta(value, "day" if whole_days else "second", threshold=10_000, locale=locale))


def doubts(decisions: Iterable[Decision]) -> list[tuple[str, str]]:
    """Give the gaps and overlaps of tables in words, each with an example input; once for a decision of two names."""
    tables = {each.id: each.logic for each in decisions if isinstance(each.logic, Table)}
    return [finding_words(found) for table in tables.values() for found in findings(table)]


def finding_words(finding: Finding) -> tuple[str, str]:
    """Say a gap or an overlap of a table, and the inputs that show it."""
    example = ", ".join(f"{label} = {_sample(value)}" for label, value in finding.example.items())
    if finding.rules:
        first, second = finding.rules
        return _("Rules %(first)s and %(second)s fit together", first=first, second=second), example
    return _("No rule fits"), example


def _sample(value: Any) -> str:
    return str(_("anything else")) if value == OTHER else value_text(value)
