"""Item definitions: the types that a DMN model declares, and values as one of them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from engine.feel import Function, UnaryTests
from engine.feel.arithmetic import midnight
from engine.feel.scope import Scope
from engine.feel.syntax import Type
from engine.feel.types import SIMPLE, canonical, conforms

EMPTY = Scope({})


@dataclass(frozen=True, slots=True)
class Item:
    """A declared type: a base type or components, perhaps a list of it, perhaps with allowed values."""

    base: str = ""
    components: Mapping[str, Item] | None = None
    collection: bool = False
    allowed: UnaryTests | None = None
    allowed_whole: UnaryTests | None = None
    function: bool = False


class Types:
    """The types of a model by name."""

    def __init__(self, items: Mapping[str, Item], imported: Mapping[str, Types] | None = None) -> None:
        self.items = items
        self.imported = imported or {}

    def find(self, name: str) -> tuple[Types, Item] | None:
        """Return the declared type and the model it is declared in."""
        if name in self.items:
            return self, self.items[name]
        if ":" in name:  # DMN 1.1 wrote types with an XML prefix
            return self.find(name.rpartition(":")[2])
        for prefix, types in self.imported.items():
            start = f"{prefix}." if prefix else ""  # an import without a name
            found = types.find(name.removeprefix(start)) if name.startswith(start) else None
            if found is not None:
                return found
        return None

    def coercion(self, name: str | None) -> Callable[[Any], Any]:
        """Return what turns a value into the named type; null comes of what does not fit."""
        if not name or canonical(name) == "Any" or not self._known(name):
            return lambda value: value
        return lambda value: self.coerced(value, Item(base=name))

    def allowed_text(self, name: str | None) -> str:
        """Return the allowed values of a declared type as they are written, or nothing."""
        found = self.find(name) if name else None
        return found[1].allowed.text if found and found[1].allowed else ""

    def teller(self, name: str) -> Callable[[Any], bool] | None:
        """Return what tells the values of the declared type of that name, or None when there is none."""
        found = self.find(name)
        return None if found is None else lambda value: found[0].fits(value, found[1])

    def _known(self, name: str) -> bool:
        return self.find(name) is not None or canonical(name) in SIMPLE

    def coerced(self, value: Any, item: Item) -> Any:
        """Return the value as the type, a list of one unwrapped or wrapped where that helps; else null."""
        if value is None or self.fits(value, item):
            return value
        if isinstance(value, list) and len(value) == 1 and self.fits(value[0], item):
            return value[0]
        if not isinstance(value, list) and self._is_list(item) and self.fits([value], item):
            return [value]
        if type(value) is date and self.fits(midnight(value), item):
            return midnight(value)
        return None

    def _is_list(self, item: Item) -> bool:
        if item.collection or canonical(item.base) == "list":
            return True
        found = self.find(item.base)
        return found is not None and found[0]._is_list(found[1])  # noqa: SLF001  another of this class

    def fits(self, value: Any, item: Item) -> bool:
        """Return whether the value, which is not null, is of the type and within its allowed values."""
        if item.collection:
            whole = item.allowed_whole is None or item.allowed_whole.matches_in(value, EMPTY)
            return isinstance(value, list) and whole and all(one is None or self._fits_one(one, item) for one in value)
        return self._fits_one(value, item)

    def _fits_one(self, value: Any, item: Item) -> bool:
        if item.function:
            return isinstance(value, Function)
        if item.components is not None:
            if not isinstance(value, dict) or not self._fits_components(value, item.components):
                return False
        elif (found := self.find(item.base)) is not None:
            if not found[0].fits(value, found[1]):
                return False
        elif canonical(item.base) in SIMPLE and not conforms(value, Type(item.base)):
            return False
        return item.allowed is None or self._is_allowed(value, item.allowed)

    def _is_allowed(self, value: Any, allowed: UnaryTests) -> bool:
        return allowed.matches_in(value, EMPTY) or (
            isinstance(value, list) and all(allowed.matches_in(one, EMPTY) for one in value)
        )

    def _fits_components(self, value: Mapping[str, Any], components: Mapping[str, Item]) -> bool:
        return all(
            name in value and (value[name] is None or self.fits(value[name], component))
            for name, component in components.items()
        )
