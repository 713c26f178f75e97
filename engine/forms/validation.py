"""Take what a browser sent for a form: hidden and unknown fields fall out, the rest must satisfy the form's rules."""

from __future__ import annotations

from collections.abc import Collection, Mapping
from decimal import Decimal
from typing import Any

from engine.errors import InvalidForm
from engine.feel import FeelError
from engine.forms.answers import Wrong, read_answer
from engine.forms.components import MANY_CHOICES, Component, components, condition, exact


def validate(
    schema: Mapping[str, Any], data: Mapping[str, Any], variables: Mapping[str, Any] | None = None
) -> dict[str, Any]:
    """Give the clean answers of a checked form: every field by its key, None (or []) where empty or hidden.

    Numbers are int or Decimal, dates ISO texts. Raises InvalidForm with one message for each wrong field.
    `variables` are what else is known; `today` among them is what dates are compared with.
    """
    fields = {each.key: each for each in components(schema) if each.is_field}
    known = variables or {}
    hidden = _hidden(fields, data)
    clean: dict[str, Any] = {}
    errors: dict[str, str] = {}
    for key, field in fields.items():
        clean[key] = [] if field.type in MANY_CHOICES else None
        if key not in hidden:
            try:
                clean[key] = read_answer(field, data.get(key), known)
            except Wrong as wrong:
                errors[key] = str(wrong)
    if errors:
        raise InvalidForm(errors)
    return clean


def as_json(clean: Mapping[str, Any]) -> dict[str, Any]:
    """Give clean answers as JSON data; a number of at most 15 digits is read back by FEEL exactly as it was typed."""
    return {key: float(value) if isinstance(value, Decimal) else value for key, value in clean.items()}


def _hidden(fields: Mapping[str, Component], data: Mapping[str, Any]) -> frozenset[str]:
    """Tell which fields are hidden: an answer in a hidden field hides or shows no other, so look until it settles."""
    hidden = frozenset[str]()
    for _round in range(len(fields) + 1):
        seen = {key: None if key in hidden else exact(data.get(key)) for key in fields}
        now = frozenset(key for key, field in fields.items() if _is_hidden(field.hides, seen))
        if now == hidden:
            break
        hidden = now
    return hidden


def _is_hidden(hides: Collection[str], data: Mapping[str, Any]) -> bool:
    return any(_holds(hide, data) for hide in hides)


def _holds(hide: str, data: Mapping[str, Any]) -> bool:
    try:
        return condition(hide).evaluate(data) is True
    except FeelError:
        return False  # rather asked for than lost
