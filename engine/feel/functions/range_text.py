"""The built-in function that reads a range from text; its ends are literals, or calls that read one."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from engine.feel import syntax
from engine.feel.arithmetic import negative
from engine.feel.errors import FeelError
from engine.feel.functions.registry import define
from engine.feel.parser import parse_expression
from engine.feel.temporal import read_date, read_date_time, read_duration, read_temporal, read_time
from engine.feel.values import Range, kind

READERS: dict[str, Callable[[str], Any]] = {
    "date": read_date,
    "time": read_time,
    "date and time": read_date_time,
    "duration": read_duration,
}


def range_of(text: str) -> Range | None:
    """Return the range that `[1..3)` says; an end left out is open."""
    inner = text.strip()
    low, dots, high = inner[1:-1].partition("..")
    if not dots or inner[0] not in "[(]" or inner[-1] not in "])[" or not (low.strip() or high.strip()):
        return None
    start, end = _end(low), _end(high)
    found = Range(start, end, inner[0] == "[", inner[-1] == "]")
    if (low.strip() and start is None) or (high.strip() and end is None):
        return None
    if not low.strip() or not high.strip():
        return found if not (found.start_included if not low.strip() else found.end_included) else None
    return found if kind(start) == kind(end) and ordered(start, end) else None


def ordered(start: Any, end: Any) -> bool:
    """Return whether the start does not come after the end."""
    try:
        return bool(start <= end)
    except TypeError:
        return False


def _end(text: str) -> Any:
    try:
        return _constant(parse_expression(text)) if text.strip() else None
    except FeelError:
        return None


def _constant(node: syntax.Node) -> Any:
    if isinstance(node, syntax.Literal) and isinstance(node.value, (Decimal, str)):
        return node.value
    if isinstance(node, syntax.Negation):
        return negative(_constant(node.operand))
    if isinstance(node, syntax.At):
        return read_temporal(node.text)
    if isinstance(node, syntax.Call) and isinstance(node.function, syntax.Name) and len(node.positional) == 1:
        reader, argument = READERS.get(node.function.name), _constant(node.positional[0])
        return reader(argument) if reader and isinstance(argument, str) else None
    return None


FUNCTIONS = {"range": [define("from: string", range_of)]}
