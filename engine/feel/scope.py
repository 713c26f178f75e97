"""What names mean while an expression is evaluated."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from engine.feel.functions.temporal import property_of
from engine.feel.operators import member
from engine.feel.values import PLAIN, Range, admit

MISSING = object()


class Scope:
    """Names of one level; those of `parent` are seen through it. The outermost holds what the caller gave."""

    __slots__ = ("_admitted", "parent", "values")

    def __init__(self, values: Mapping[str, Any], parent: Scope | None = None) -> None:
        self.values = values
        self.parent = parent
        self._admitted: dict[str, Any] | None = None

    def find(self, name: str) -> Any:
        """Return the value, or MISSING."""
        scope: Scope | None = self
        while scope is not None:
            if name in scope.values:
                value = scope.values[name]
                if type(value) in PLAIN or scope.parent is not None:
                    return value
                return scope.admitted(name, value)
            scope = scope.parent
        return MISSING

    def find_path(self, name: str, path: tuple[str, ...]) -> Any:
        """Return `name.path...`, reading the caller's mappings by key without copying them whole."""
        scope: Scope | None = self
        while scope is not None:
            if name in scope.values:
                value = scope.values[name]
                for part in path:
                    value = value.get(part) if isinstance(value, Mapping) else get(admit(value), part)
                return value if type(value) in PLAIN else admit(value)
            scope = scope.parent
        return MISSING

    def admitted(self, name: str, value: Any) -> Any:
        """Return the caller's value as FEEL's, converted once."""
        if self._admitted is None:
            self._admitted = {}
        if name not in self._admitted:
            self._admitted[name] = admit(value)
        return self._admitted[name]


def get(value: Any, name: str) -> Any:
    """Return `value.name`; of a list, that of each item; null for what is not there."""
    if isinstance(value, dict):
        return value.get(name)
    if isinstance(value, list):
        return [get(item, name) for item in value]
    if isinstance(value, Range):
        return _part_of_range(value, name)
    return property_of(value, name)


def _part_of_range(value: Range, name: str) -> Any:
    parts = {
        "start": value.start,
        "end": value.end,
        "start included": value.start_included,
        "end included": value.end_included,
    }
    return parts.get(name)


def passes(value: Any, test: Any, *, about_value: bool) -> bool | None:
    """Return whether `value` passes a test that came out as `test`: a truth about it, or something to be equal to."""
    if isinstance(test, bool) and (about_value or not isinstance(value, bool)):
        return test
    return None if about_value and test is None else member(value, test)
