"""The components of a form as the server sees them, and the conditions that hide them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from decimal import Decimal
from typing import Any

from engine.feel import Expression, compile_expression

CHOICES = frozenset({"select", "radio"})
MANY_CHOICES = frozenset({"checklist", "taglist"})
TEXTS = frozenset({"textfield", "textarea"})
FIELDS = CHOICES | MANY_CHOICES | TEXTS | {"number", "datetime", "checkbox"}
SHOWN = frozenset({"group", "text", "separator", "spacer", "button"})
DEEPEST = 10  # groups within groups


@dataclass(frozen=True, slots=True)
class Component:
    """A component with the conditions that hide it: its own and those of the groups around it."""

    schema: Mapping[str, Any]
    hides: tuple[str, ...]

    @property
    def type(self) -> str:
        return str(self.schema.get("type"))

    @property
    def key(self) -> str:
        return str(self.schema.get("key") or "")

    @property
    def label(self) -> str:
        """Give what people read beside the field."""
        names = ("dateLabel", "timeLabel", "label") if self.type == "datetime" else ("label",)
        found = (self.schema.get(name) for name in names)
        return next((text for text in found if isinstance(text, str) and text and text[0] != "="), self.key)

    @property
    def rules(self) -> Mapping[str, Any]:
        """Give what the answer must satisfy, as drawn under "Validation"."""
        rules = self.schema.get("validate")
        return rules if isinstance(rules, Mapping) else {}

    @property
    def is_field(self) -> bool:
        """Tell whether people answer it; what is shown for reading only is not taken from the browser."""
        return self.type in FIELDS and not self.schema.get("disabled") and not self.schema.get("readonly")


def components(schema: Mapping[str, Any], hides: tuple[str, ...] = (), depth: int = 0) -> Iterator[Component]:
    """Give all components of a form or group, groups before what is in them."""
    listed = schema.get("components")
    for each in listed if isinstance(listed, list) else ():
        if not isinstance(each, Mapping):
            continue
        own = hide_of(each)
        component = Component(each, (*hides, own) if own else hides)
        yield component
        if component.type == "group" and depth < DEEPEST:
            yield from components(each, component.hides, depth + 1)


def hide_of(schema: Mapping[str, Any]) -> str:
    """Give the condition under which a component is hidden, or ""."""
    conditional = schema.get("conditional")
    hide = conditional.get("hide") if isinstance(conditional, Mapping) else None
    return hide if isinstance(hide, str) else ""


def condition(text: str, names: frozenset[str] | None = None) -> Expression:
    """Compile a `=...` condition; raises FeelError."""
    return compile_expression(text.removeprefix("="), names=names)


def exact(value: Any) -> Any:
    """Turn a number that came through JSON into the decimal that was typed."""
    return Decimal(str(value)) if isinstance(value, float) else value
