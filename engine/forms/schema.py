"""A form is deployed only if the server can validate it as the browser does."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterator, Mapping
from decimal import Decimal, InvalidOperation
from typing import Any

import re2

from engine.feel import FeelError
from engine.forms.answers import MOST_DECIMALS
from engine.forms.components import (
    CHOICES,
    FIELDS,
    MANY_CHOICES,
    SHOWN,
    TEXTS,
    Component,
    components,
    condition,
    hide_of,
)

LARGEST = Decimal(10) ** 15
KEY = re.compile(r"[A-Za-z_][A-Za-z0-9_]*")
REFUSED = {
    "html": "raw HTML could run scripts in a colleague's browser; use a text component",
    "iframe": "other sites are not shown; use a text component with a link",
    "image": "pictures from elsewhere are not loaded; use a text component",
    "dynamiclist": "lists of groups cannot be kept with a case; use single fields",
    "table": "tables are not filled in; use a text component",
    "filepicker": "files are not taken by forms",
    "documentPreview": "documents are shown beside the form, not in it",
    "expression": "computed fields are not taken from the browser; compute in the diagram",
}
VALIDATION_TYPES = frozenset({"custom", "email", "phone", ""})
SUBTYPES = {"date": "date", "time": "time", "datetime": "date and time"}
NUMERIC = ("min", "max", "minLength", "maxLength")
LISTED = MANY_CHOICES | CHOICES


def check_schema(schema: Any) -> list[str]:
    """Give every problem of a form-js schema in words; an empty list means that it can be deployed."""
    if not isinstance(schema, Mapping) or not isinstance(schema.get("components"), list):
        return ["This is no form: it has no list of components. Save it from the form editor."]
    found = list(components(schema))
    keys = frozenset(each.key for each in found if each.type in FIELDS)
    problems = [problem for each in found for check in CHECKS for problem in check(each, keys)]
    return [*problems, *_twice(found)]


def field_types(schema: Mapping[str, Any]) -> dict[str, str]:
    """Give the FEEL type of each field that people answer, by its key."""
    return {each.key: _feel_type(each) for each in components(schema) if each.is_field and each.key}


def _feel_type(field: Component) -> str:
    if field.type == "datetime":
        return SUBTYPES.get(str(field.schema.get("subtype", "date")), "date")
    if field.type in MANY_CHOICES:
        return "list<string>"
    return {"number": "number", "checkbox": "boolean"}.get(field.type, "string")


def _twice(found: list[Component]) -> Iterator[str]:
    for key, times in Counter(each.key for each in found if each.type in FIELDS and each.key).items():
        if times > 1:
            yield f"The key {key!r} is used by {times} fields; give each field its own."


def _type(each: Component, _keys: frozenset[str]) -> Iterator[str]:
    if each.type not in FIELDS | SHOWN:
        reason = REFUSED.get(each.type, "the server cannot validate it")
        yield f"A component {each.type!r} ({_named(each)}) cannot be used: {reason}."
    if each.type == "group" and each.schema.get("path"):
        yield f"The group {_named(each)} has a path; leave it empty: answers are kept as single values."
    for name in ("components", "repeat", "isRepeating"):
        if each.type != "group" and each.schema.get(name):
            yield f"{_named(each)} has {name!r}, which only a group may have."
    if each.type == "group" and each.schema.get("isRepeating"):
        yield f"The group {_named(each)} repeats; lists cannot be kept with a case. Use single fields."


def _key(each: Component, _keys: frozenset[str]) -> Iterator[str]:
    if each.type in FIELDS and not KEY.fullmatch(each.key):
        yield f"The field {_named(each)} has the key {each.key!r}; use letters, digits and _, such as 'last_call'."


def _settings(each: Component, _keys: frozenset[str]) -> Iterator[str]:
    if each.type not in FIELDS:
        return
    for name in ("readonly", "disabled", "required"):
        value = each.rules.get(name) if name == "required" else each.schema.get(name)
        if value not in (None, True, False):
            yield f"{name!r} of {_named(each)} is {value!r}; only yes or no can be validated by the server."
    validate = each.schema.get("validate")
    if validate is not None and not isinstance(validate, Mapping):
        yield f"The validation of {_named(each)} cannot be read; save the form from the form editor."
    if each.schema.get("subtype") is not None and each.type == "datetime" and each.schema["subtype"] not in SUBTYPES:
        yield f"{_named(each)} asks for a {each.schema['subtype']!r}; use date, time or datetime."


def _limits(each: Component, _keys: frozenset[str]) -> Iterator[str]:
    for name in NUMERIC:
        if (value := each.rules.get(name)) not in (None, "") and not _is_number(value):
            yield f"{name!r} of {_named(each)} is {value!r}; only a plain number can be validated by the server."
    digits = each.schema.get("decimalDigits")
    if digits is not None and (
        isinstance(digits, bool) or not isinstance(digits, int) or not 0 <= digits <= MOST_DECIMALS
    ):
        yield f"The decimal digits of {_named(each)} are {digits!r}; use a whole number from 0 to {MOST_DECIMALS}."
    kind = each.rules.get("validationType") or ""
    if each.type in TEXTS and kind not in VALIDATION_TYPES:
        yield f"{_named(each)} is validated as {kind!r}; use email, phone, or a pattern of your own."


def _is_number(value: Any) -> bool:
    if isinstance(value, bool):
        return False
    try:
        number = Decimal(str(value))
    except (InvalidOperation, ValueError):
        return False
    return number.is_finite() and abs(number) < LARGEST


def _pattern(each: Component, _keys: frozenset[str]) -> Iterator[str]:
    pattern = each.rules.get("pattern")
    if each.type not in FIELDS or not pattern:
        return
    try:
        re2.compile(pattern)
    except (re2.error, TypeError, ValueError) as error:
        said = error.args[0].decode() if error.args and isinstance(error.args[0], bytes) else str(error)
        yield f"The pattern of {_named(each)} cannot be used: {said}. Look-ahead and back-references are not allowed."


def _choices(each: Component, _keys: frozenset[str]) -> Iterator[str]:
    if each.type not in LISTED:
        return
    values = each.schema.get("values")
    if each.schema.get("valuesKey") or each.schema.get("valuesExpression"):
        yield f"The choices of {_named(each)} come from elsewhere; list them in the form, where the server sees them."
    elif not isinstance(values, list) or not values:
        yield f"{_named(each)} offers nothing to choose; list its choices."
    elif not all(isinstance(each, Mapping) and isinstance(each.get("value"), str) for each in values):
        yield f"The choices of {_named(each)} need a text as value each."
    elif len({choice["value"] for choice in values}) < len(values):
        yield f"Two choices of {_named(each)} have the same value; give each its own."


def _hide(each: Component, keys: frozenset[str]) -> Iterator[str]:
    conditional = each.schema.get("conditional")
    if not conditional:
        return
    hide = hide_of(each.schema)
    if not hide.startswith("="):
        yield f"The condition that hides {_named(each)} must begin with =, such as =reached = false."
        return
    try:
        condition(hide, keys)
    except FeelError as error:
        yield f"The condition that hides {_named(each)}, {hide!r}, cannot be used: {error.message}."


def _named(each: Component) -> str:
    return repr(each.label or each.schema.get("id") or each.type)


CHECKS: tuple[Callable[[Component, frozenset[str]], Iterator[str]], ...] = (
    _type,
    _key,
    _settings,
    _limits,
    _pattern,
    _choices,
    _hide,
)
