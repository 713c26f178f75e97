"""Built-in functions on ranges and points (Allen's relations)."""

from __future__ import annotations

from typing import Any

from engine.feel.functions.registry import define
from engine.feel.operators import both, either, equal, less, within
from engine.feel.values import Range


def before(first: Any, second: Any) -> bool | None:
    """Return whether the first ends before the second starts."""
    end, end_in = (first.end, first.end_included) if isinstance(first, Range) else (first, True)
    start, start_in = (second.start, second.start_included) if isinstance(second, Range) else (second, True)
    if end is None or start is None:
        return False
    touching = equal(end, start) is True and not (end_in and start_in)
    return either(less(end, start), touching)


def after(first: Any, second: Any) -> bool | None:
    """Return whether the first starts after the second ends."""
    return before(second, first)


def meets(first: Range, second: Range) -> bool | None:
    """Return whether the second starts with the point where the first ends."""
    return both(equal(first.end, second.start), first.end_included and second.start_included)


def met_by(first: Range, second: Range) -> bool | None:
    """Return whether the first starts with the point where the second ends."""
    return meets(second, first)


def overlaps(first: Range, second: Range) -> bool | None:
    """Return whether the two have a point in common."""
    apart = either(before(first, second), before(second, first))
    return None if apart is None else not apart


def _starts_earlier(first: Range, second: Range) -> bool | None:
    if first.start is None or second.start is None:
        return first.start is None and second.start is not None
    same = both(equal(first.start, second.start), first.start_included and not second.start_included)
    return either(less(first.start, second.start), same)


def _ends_earlier(first: Range, second: Range) -> bool | None:
    if first.end is None or second.end is None:
        return second.end is None and first.end is not None
    same = both(equal(first.end, second.end), second.end_included and not first.end_included)
    return either(less(first.end, second.end), same)


def _same_start(first: Range, second: Range) -> bool | None:
    return both(equal(first.start, second.start), first.start_included == second.start_included)


def _same_end(first: Range, second: Range) -> bool | None:
    return both(equal(first.end, second.end), first.end_included == second.end_included)


def overlaps_before(first: Range, second: Range) -> bool | None:
    """Return whether the first starts earlier and ends inside the second."""
    ends_inside = either(_ends_earlier(first, second), _same_end(first, second))
    return both(both(_starts_earlier(first, second), overlaps(first, second)), ends_inside)


def overlaps_after(first: Range, second: Range) -> bool | None:
    """Return whether the second starts earlier and ends inside the first."""
    return overlaps_before(second, first)


def finishes(first: Any, second: Range) -> bool | None:
    """Return whether the first ends where the second does, and starts inside it."""
    if not isinstance(first, Range):
        return both(equal(first, second.end), second.end_included)
    return both(_same_end(first, second), either(_starts_earlier(second, first), _same_start(first, second)))


def starts(first: Any, second: Range) -> bool | None:
    """Return whether the first starts where the second does, and ends inside it."""
    if not isinstance(first, Range):
        return both(equal(first, second.start), second.start_included)
    return both(_same_start(first, second), either(_ends_earlier(first, second), _same_end(first, second)))


def includes(first: Range, second: Any) -> bool | None:
    """Return whether all of the second lies in the first."""
    if not isinstance(second, Range):
        return within(second, first)
    start = either(_starts_earlier(first, second), _same_start(first, second))
    return both(start, either(_ends_earlier(second, first), _same_end(first, second)))


def coincides(first: Any, second: Any) -> bool | None:
    """Return whether both are the same."""
    if isinstance(first, Range) and isinstance(second, Range):
        return both(_same_start(first, second), _same_end(first, second))
    return equal(first, second)


def swapped(relation: Any) -> Any:
    """Return the relation seen from the other side."""
    return lambda first, second: relation(second, first)


POINT = "number|string|date|datetime|time|days|months"


def _relation(call: Any, *forms: str) -> list[Any]:
    names = {"p": ("point", POINT), "r": ("range", "range")}
    return [define(_declaration(names, form), call) for form in forms]


def _declaration(names: dict[str, tuple[str, str]], form: str) -> str:
    (first, first_kinds), (second, second_kinds) = names[form[0]], names[form[1]]
    numbers = ("1", "2") if first == second else ("", "")
    return f"{first}{numbers[0]}: {first_kinds}, {second}{numbers[1]}: {second_kinds}"


FUNCTIONS = {
    "before": _relation(before, "pp", "pr", "rp", "rr"),
    "after": _relation(after, "pp", "pr", "rp", "rr"),
    "meets": _relation(meets, "rr"),
    "met by": _relation(met_by, "rr"),
    "overlaps": _relation(overlaps, "rr"),
    "overlaps before": _relation(overlaps_before, "rr"),
    "overlaps after": _relation(overlaps_after, "rr"),
    "finishes": _relation(finishes, "pr", "rr"),
    "finished by": _relation(swapped(finishes), "rp", "rr"),
    "includes": _relation(includes, "rp", "rr"),
    "during": _relation(swapped(includes), "pr", "rr"),
    "starts": _relation(starts, "pr", "rr"),
    "started by": _relation(swapped(starts), "rp", "rr"),
    "coincides": _relation(coincides, "pp", "rr"),
}
