"""The functions every expression can call; one module for each theme."""

from __future__ import annotations

from engine.feel.functions import contexts, conversion, lists, numbers, range_text, ranges, strings, temporal
from engine.feel.functions.registry import Builtin

THEMES = (conversion, strings, numbers, lists, temporal, ranges, range_text, contexts)
BUILTINS: dict[str, Builtin] = {
    name: Builtin(name, tuple(signatures)) for theme in THEMES for name, signatures in theme.FUNCTIONS.items()
}
