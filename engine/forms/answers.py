"""Read one answer of each kind of field; what is wrong with it is said in plain language."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from datetime import date, datetime, time
from decimal import Decimal, InvalidOperation
from typing import Any

import re2

from engine.forms.components import Component

LONGEST = 20_000  # characters
MOST_DIGITS = 15  # what a JSON number carries exactly
MOST_DECIMALS = 10
EMAIL = re2.compile(r"[^@\s]+@[^@\s]+\.[^@\s]+")
PHONE = re2.compile(r"(?:\+|00)?[\d\s()/.-]{5,25}")
UNSTORABLE = re.compile("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f\ud800-\udfff]")


class Wrong(Exception):
    """An answer that cannot be taken, and what to do about it."""


def read_answer(field: Component, value: Any, variables: Mapping[str, Any]) -> Any:
    """Give the answer as it is kept (None where empty): text, bool, int or Decimal, ISO date or time, list of texts.

    Raises Wrong, or nothing: `variables` may hold `today`, against which dates in the past are judged.
    """
    answer = READERS[field.type](field, value)
    if field.rules.get("required") and (answer is None or answer is False or answer == []):
        raise Wrong(_please_fill_in(field))
    if field.type == "datetime" and answer is not None:
        _not_passed(field, answer, variables)
    return answer


def _please_fill_in(field: Component) -> str:
    return f"Please tick {field.label}." if field.type == "checkbox" else f"Please fill in {field.label}."


def _text(field: Component, value: Any) -> str | None:
    if value is None:
        return None
    if not isinstance(value, str):
        raise Wrong(f"{field.label} must be a text.")
    text = value.replace("\r\n", "\n").strip()
    if not text:
        return None
    _text_rules(field, text)
    return text


def _text_rules(field: Component, text: str) -> None:
    rules = field.rules
    least, most = int(Decimal(str(rules.get("minLength") or 0))), int(Decimal(str(rules.get("maxLength") or LONGEST)))
    if len(text) > min(most, LONGEST):
        raise Wrong(f"{field.label} may have at most {min(most, LONGEST)} characters; it has {len(text)}.")
    if len(text) < least:
        raise Wrong(f"{field.label} needs at least {least} characters.")
    if UNSTORABLE.search(text):
        raise Wrong(f"{field.label} contains a character that cannot be stored; type it anew.")
    if (pattern := rules.get("pattern")) and not re2.search(pattern, text):
        raise Wrong(f"{field.label} does not have the form that is asked for.")
    kind = rules.get("validationType")
    if kind == "email" and not EMAIL.fullmatch(text):
        raise Wrong(f"{field.label} must be an e-mail address such as name@example.com.")
    if kind == "phone" and not PHONE.fullmatch(text):
        raise Wrong(f"{field.label} must be a telephone number such as +48 22 123 45 67.")


def _number(field: Component, value: Any) -> int | Decimal | None:
    if value is None or value == "":
        return None
    number = _decimal(field, value)
    _number_rules(field, number)
    return int(number) if number == number.to_integral_value() else number


def _decimal(field: Component, value: Any) -> Decimal:
    if isinstance(value, bool) or not isinstance(value, int | float | Decimal | str):
        raise Wrong(f"{field.label} must be a number.")
    try:
        number = Decimal(str(value).strip())
    except (InvalidOperation, ValueError):  # ValueError: a whole number of thousands of digits
        raise Wrong(f"{field.label} must be a number.") from None
    if not number.is_finite() or _digits(number) > MOST_DIGITS:
        raise Wrong(f"{field.label} must be a number of at most {MOST_DIGITS} digits.")
    return number


def _digits(number: Decimal) -> int:
    """Count the digits that the number has when written out, before and after the point."""
    return max(number.adjusted() + 1, 1) + _decimals(number)


def _number_rules(field: Component, number: Decimal) -> None:
    least, most = field.rules.get("min"), field.rules.get("max")
    digits = field.schema.get("decimalDigits")
    most_digits = MOST_DECIMALS if digits is None else int(digits)
    if _decimals(number) > most_digits:
        raise Wrong(
            f"{field.label} may have at most {most_digits} decimals."
            if most_digits
            else f"{field.label} must be a whole number."
        )
    if least not in (None, "") and number < Decimal(str(least)):
        raise Wrong(f"{field.label} must be at least {least}.")
    if most not in (None, "") and number > Decimal(str(most)):
        raise Wrong(f"{field.label} must be at most {most}.")


def _decimals(number: Decimal) -> int:
    _sign, digits, exponent = number.as_tuple()
    assert isinstance(exponent, int)  # noqa: S101 - it is finite
    if not any(digits):
        return 0
    trailing = len(digits) - len("".join(map(str, digits)).rstrip("0"))
    return max(0, -exponent - trailing)


def _datetime(field: Component, value: Any) -> str | None:
    if value is None or value == "":
        return None
    kind, what = MOMENTS[str(field.schema.get("subtype") or "date")]
    try:
        return kind(value)
    except (ValueError, TypeError):
        raise Wrong(f"{field.label} must be {what}.") from None


def _date(value: str) -> str:
    if len(value) != len("2030-01-31"):
        raise ValueError(value)
    return date.fromisoformat(value).isoformat()


def _time(value: str) -> str:
    return time.fromisoformat(value).isoformat(timespec="minutes")


def _moment(value: str) -> str:
    if "T" not in value:
        raise ValueError(value)
    return datetime.fromisoformat(value).isoformat()


MOMENTS: dict[str, tuple[Callable[[str], str], str]] = {
    "date": (_date, "a date such as 2030-01-31"),
    "time": (_time, "a time such as 14:30"),
    "datetime": (_moment, "a date and time such as 2030-01-31T14:30"),
}


def _not_passed(field: Component, answer: str, variables: Mapping[str, Any]) -> None:
    today = variables.get("today")
    has_date = field.schema.get("subtype") != "time" and field.schema.get("disallowPassedDates")
    if has_date and isinstance(today, date) and date.fromisoformat(answer[:10]) < today:
        raise Wrong(f"{field.label} must not be in the past.")


def _checkbox(field: Component, value: Any) -> bool:
    if value is None or value == "":
        return False
    if not isinstance(value, bool):
        raise Wrong(f"{field.label} must be ticked or not.")
    return value


def _choice(field: Component, value: Any) -> str | None:
    if value is None or value == "":
        return None
    if value not in _offered(field):
        raise Wrong(f"Please choose one of the answers offered for {field.label}.")
    return str(value)


def _choices(field: Component, value: Any) -> list[str]:
    if value is None or value == "":
        return []
    if not isinstance(value, list) or any(each not in _offered(field) for each in value):
        raise Wrong(f"Please choose among the answers offered for {field.label}.")
    return [each for each in _offered(field) if each in value]


def _offered(field: Component) -> list[str]:
    return [choice["value"] for choice in field.schema.get("values") or []]


READERS: Mapping[str, Callable[[Component, Any], Any]] = {
    "textfield": _text,
    "textarea": _text,
    "number": _number,
    "datetime": _datetime,
    "checkbox": _checkbox,
    "select": _choice,
    "radio": _choice,
    "checklist": _choices,
    "taglist": _choices,
}
