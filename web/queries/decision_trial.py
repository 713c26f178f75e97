"""Ask a decision with values that somebody entered: what it gives, and why each of its rules hits or does not."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from decimal import Decimal
from typing import Any
from zoneinfo import ZoneInfo

from flask_babel import gettext as _
from flask_babel import ngettext

from engine.decisions import Decision, DecisionError, Outcome, Table
from engine.feel import FeelError, compile_expression
from engine.feel.functions.conversion import number_text, shown
from engine.feel.temporal import read_temporal
from engine.feel.values import kind
from web.entries import bare_number
from web.queries.decision_fields import Field
from web.queries.decision_sheets import Sheet
from web.queries.decision_words import value_text

NUMBER = re.compile(r"[+-]?\d{1,30}(\.\d{1,12})?", re.ASCII)
LONGEST = 2_000  # characters of an entry
DECIDES, FITS, FAILS = "decides", "fits", "fails"


@dataclass(frozen=True, slots=True)
class Entry:
    """A field as it is filled in; `changed` where somebody changed what the chosen case has."""

    field: Field
    text: str = ""
    value: Any = None
    problem: str = ""
    changed: bool = False


@dataclass(frozen=True, slots=True)
class Mark:
    """What became of a rule: it decides, it fits and yet does not decide, or some of its cells (from 0) fail."""

    state: str
    failed: frozenset[int] = frozenset()


@dataclass(frozen=True, slots=True)
class Answer:
    """What the decision gives: answers of (label, text) lines, or the problem; `why` in sentences."""

    problem: str = ""
    answers: Sequence[Sequence[tuple[str, str]]] = ()
    why: Sequence[str] = ()
    rests_on: Sequence[tuple[str, str]] = ()
    marks: Mapping[int, Mark] = field(default_factory=dict)
    hits: Sequence[int] = ()


def entries(fields: Iterable[Field], given: Mapping[str, str], facts: Mapping[str, Any], zone: ZoneInfo) -> list[Entry]:
    """Read what was entered; a field that was not sent takes what is known (`facts`)."""
    return [_entry(each, given, _known(facts, each.path), zone) for each in fields]


def _entry(each: Field, given: Mapping[str, str], fact: Any, zone: ZoneInfo) -> Entry:
    known = written(fact, zone)
    if each.name not in given:
        return Entry(each, known, fact)
    text = given[each.name].strip()[:LONGEST]
    if text == known:
        return Entry(each, text, fact)  # what has no plain way of writing stays as it is
    try:
        return Entry(each, text, _read(each.type, text, zone), changed=True)
    except (ValueError, FeelError):
        return Entry(each, text, None, _expected(each.type), changed=True)


def _known(facts: Mapping[str, Any], path: str) -> Any:
    found: Any = facts
    for part in path.split("."):
        found = found.get(part) if isinstance(found, Mapping) else None
    return found


def written(value: Any, zone: ZoneInfo) -> str:
    """Write a value as a field takes it."""
    if value is None:
        return ""
    if isinstance(value, str):
        return value
    if isinstance(value, datetime):
        return value.astimezone(zone).strftime("%Y-%m-%dT%H:%M")
    if isinstance(value, int | Decimal) and not isinstance(value, bool):
        return number_text(Decimal(value))
    return shown(value) if kind(value) != "unknown" else str(value)


def _read(type_: str, text: str, zone: ZoneInfo) -> Any:
    """Give the value of an entry; raise ValueError or FeelError where it is none of the type."""
    if not text:
        return None
    if type_ in READERS:
        return READERS[type_](text)
    if type_ == "date and time":
        moment = datetime.fromisoformat(text)
        return moment if moment.tzinfo else moment.replace(tzinfo=zone)
    if type_ in {"", "Any"}:
        return _anything(text)
    value = read_temporal(text)
    value = _evaluated(text) if value is None else value
    if kind(value) != type_:
        raise ValueError(text)
    return value


def _number(text: str) -> Decimal:
    plain = bare_number(text)
    if not NUMBER.fullmatch(plain):
        raise ValueError(text)
    return Decimal(plain)


def _boolean(text: str) -> bool:
    return {"true": True, "false": False}[text.lower()] if text.lower() in {"true", "false"} else _no_such(text)


def _no_such(text: str) -> bool:
    raise ValueError(text)


def _anything(text: str) -> Any:
    """Read a constant as a table would write it; whatever is none is taken for plain text."""
    try:
        return _evaluated(text)
    except FeelError:
        return text


def _evaluated(text: str) -> Any:
    return compile_expression(text, names=()).evaluate({})


READERS: Mapping[str, Callable[[str], Any]] = {
    "number": _number,
    "boolean": _boolean,
    "date": date.fromisoformat,
    "string": str,
}


def _expected(type_: str) -> str:
    texts = {
        "number": _("Write a number such as 1250.50."),
        "boolean": _("Choose yes or no."),
        "date": _("Write the day as 2026-11-27."),
        "date and time": _("Write the moment as 2026-11-27T14:30."),
        "days and time duration": _("Write a duration such as P3D (three days) or PT12H (twelve hours)."),
        "years and months duration": _("Write a duration such as P1Y6M."),
        "time": _("Write the time as 14:30:00."),
        "list": _("Write a list such as [1, 2, 3]."),
        "context": _('Write it as {"EUR": 100, "PLN": 250}.'),
    }
    return str(texts.get(type_) or _("This is no %(type)s.", type=type_))


def bound(facts: Mapping[str, Any], entered: Iterable[Entry]) -> dict[str, Any]:
    """Give the variables for the decision: what is known, with the entries in their places."""
    found = dict(facts)
    for entry in entered:
        *above, last = entry.field.path.split(".")
        inner = found
        for part in above:
            there = inner.get(part)
            inner[part] = dict(there) if isinstance(there, Mapping) else {}
            inner = inner[part]
        inner[last] = entry.value
    return found


def ask(decision: Decision, sheet: Sheet, variables: Mapping[str, Any]) -> Answer:
    """Make the decision and explain it; what goes wrong is said in words."""
    marks: Mapping[int, Mark] = {}
    try:
        marks = _marks(decision, sheet, variables)
        outcome = decision.evaluate(variables)
        return _answer(decision, sheet, outcome, marks)
    except (DecisionError, FeelError) as error:
        return Answer(_problem(sheet, marks, error), marks=marks)


def _marks(decision: Decision, sheet: Sheet, variables: Mapping[str, Any]) -> dict[int, Mark]:
    places = {column.label: place for place, column in enumerate(sheet.inputs)}
    return {
        verdict.rule: Mark(FAILS if verdict.failed else FITS, frozenset(places[label] for label in verdict.failed))
        for verdict in decision.verdicts(variables)
    }


def _problem(sheet: Sheet, marks: Mapping[int, Mark], error: DecisionError | FeelError) -> str:
    fitting = [str(rule) for rule, mark in marks.items() if mark.state == FITS]
    if sheet.policy in {"UNIQUE", "ANY"} and len(fitting) > 1:
        text = _("Rules %(rules)s fit together, and this table allows one alone. Make their conditions exclusive.")
        other = _(
            "Rules %(rules)s fit together and answer differently. Let them answer the same, or exclude each other."
        )
        return str((text if sheet.policy == "UNIQUE" else other) % {"rules": _listed(fitting)})
    said = error.message if isinstance(error, FeelError) else str(error)
    return str(_("An expression of the table cannot be worked out with these values: %(why)s", why=said))


def _listed(words: Sequence[str]) -> str:
    return str(_("%(first)s and %(last)s", first=", ".join(words[:-1]), last=words[-1]))


def _answer(decision: Decision, sheet: Sheet, outcome: Outcome, marks: Mapping[int, Mark]) -> Answer:
    marks = {rule: Mark(DECIDES) if rule in outcome.hits else mark for rule, mark in marks.items()}
    return Answer(
        answers=list(_lines(sheet, outcome.value)),
        why=list(_why(decision, sheet, outcome, marks)),
        rests_on=[(name, value_text(each.value)) for name, each in outcome.required.items()],
        marks=marks,
        hits=outcome.hits,
    )


def _lines(sheet: Sheet, value: Any) -> Iterator[list[tuple[str, str]]]:
    """Give the answers of a table that gives several, else one."""
    many = isinstance(value, list) and sheet.is_table
    for each in value if many else [value]:
        if isinstance(each, Mapping) and each:
            labels = {column.text: column.label for column in sheet.outputs}
            yield [(labels.get(str(key), str(key)), value_text(part)) for key, part in each.items()]
        else:
            label = sheet.outputs[0].label if len(sheet.outputs) == 1 else _("Value")
            yield [(label, value_text(each))]


def _why(decision: Decision, sheet: Sheet, outcome: Outcome, marks: Mapping[int, Mark]) -> Iterator[str]:
    for hit in outcome.hits:
        note = sheet.rules[hit - 1].note
        yield _("Rule %(rule)s: %(note)s", rule=hit, note=note) if note else _("Rule %(rule)s", rule=hit)
    also = [rule for rule, mark in marks.items() if mark.state == FITS]
    if outcome.hits and also:
        yield ngettext(
            "%(num)s other rule fits too and does not decide.",
            "%(num)s other rules fit too and do not decide.",
            len(also),
        )
    if sheet.is_table and not outcome.hits:
        yield from _nothing(decision, outcome)


def _nothing(decision: Decision, outcome: Outcome) -> Iterator[str]:
    refused = list(_refused(decision, outcome))
    yield from refused
    if not refused:
        yield _("No rule fits these values.")
    if outcome.value not in (None, []):
        yield _("The answer is what the table gives where nothing fits.")


def _refused(decision: Decision, outcome: Outcome) -> Iterator[str]:
    """Say which inputs are none of the values that their column allows: no rule is tried then."""
    columns = decision.logic.inputs if isinstance(decision.logic, Table) else ()
    for column in columns:
        value = outcome.inputs.get(column.label)
        each = value if isinstance(value, list) else [value]
        if value is not None and column.allowed and not all(column.allowed.matches(one, {}) for one in each):
            text = _("“%(value)s” is none of the values that the column %(label)s allows: %(allowed)s.")
            yield text % {"value": value_text(value), "label": column.label, "allowed": column.allowed.text}
