"""Whether a value is of a type, and how it becomes one."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from typing import Any

from engine.feel.arithmetic import midnight
from engine.feel.syntax import Type
from engine.feel.values import Function, Range, kind

TypeFinder = Callable[[str], Callable[[Any], bool] | None]
"""What returns, for a declared type's name, what tells its values."""
ALIASES = {
    "dateTime": "date and time",
    "dayTimeDuration": "days and time duration",
    "yearMonthDuration": "years and months duration",
    "Null": "null",
    "any": "Any",
}
SIMPLE = frozenset(
    {
        "number", "string", "boolean", "date", "time", "date and time", "days and time duration",
        "years and months duration", "list", "context", "range", "function", "null", "Any",
    }
)  # fmt: skip
GENERIC = frozenset({"list", "context", "range", "function"})
"""Types that mean nothing without what they are made of."""


def canonical(name: str) -> str:
    """Return the type's name as FEEL writes it."""
    plain = name.removeprefix("feel:").removeprefix("feel.")
    return ALIASES.get(plain, plain)


def nothing_declared(_name: str) -> None:
    """Be what finds the declared types where there are none."""


def known(type_: Type, declared: TypeFinder = nothing_declared) -> bool:
    """Return whether all names in the type mean one."""
    means_one = canonical(type_.name) in SIMPLE or declared(type_.name) is not None
    return means_one and all(known(part, declared) for part in type_.parts)


def conforms(value: Any, type_: Type, declared: TypeFinder = nothing_declared) -> bool:
    """Return whether the value, which is not null, is of the type."""
    name = canonical(type_.name)
    if name == "Any":
        return value is not None
    if name not in SIMPLE:
        fits = declared(type_.name)
        return fits is not None and fits(value)
    return kind(value) == name and (not type_.parts or PARTS[name](value, type_, declared))


def _items_conform(value: list[Any], type_: Type, declared: TypeFinder) -> bool:
    return all(item is None or conforms(item, type_.parts[0], declared) for item in value)


def _ends_conform(value: Range, type_: Type, declared: TypeFinder) -> bool:
    return all(conforms(end, type_.parts[0], declared) for end in (value.start, value.end) if end is not None)


def _entries_conform(value: dict[str, Any], type_: Type, declared: TypeFinder) -> bool:
    return all(
        key in value and (value[key] is None or conforms(value[key], part, declared))
        for key, part in zip(type_.members, type_.parts, strict=True)
    )


def is_a(value: Any, type_: Type, declared: TypeFinder = nothing_declared) -> bool:
    """Return `value instance of type`; null is of the type Null alone."""
    return canonical(type_.name) == "null" if value is None else conforms(value, type_, declared)


def _function_conforms(value: Function, type_: Type, _declared: TypeFinder) -> bool:
    *parameters, result = type_.parts
    if len(value.parameters) != len(parameters):
        return False
    kinds = value.kinds or (None,) * len(parameters)
    accepts = all(own is None or _same(wanted, own) for own, wanted in zip(kinds, parameters, strict=True))
    return accepts and (canonical(result.name) == "Any" or value.result is None or _same(value.result, result))


PARTS: dict[str, Callable[[Any, Type, TypeFinder], bool]] = {
    "list": _items_conform,
    "range": _ends_conform,
    "context": _entries_conform,
    "function": _function_conforms,
}


def _same(narrow: Type, wide: Type) -> bool:
    return canonical(wide.name) == "Any" or canonical(narrow.name) == canonical(wide.name)


def coerced(value: Any, type_: Type | None, declared: TypeFinder = nothing_declared) -> Any:
    """Return the value as the type, unwrapping or wrapping a list of one; null when it is of another."""
    if type_ is None or value is None or conforms(value, type_, declared):
        return value
    if isinstance(value, list):
        return value[0] if len(value) == 1 and conforms(value[0], type_, declared) else None
    if conforms([value], type_, declared):
        return [value]
    if type(value) is date and conforms(midnight(value), type_, declared):
        return midnight(value)
    return None
