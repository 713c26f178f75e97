"""Name what somebody may have meant."""

from __future__ import annotations

from collections.abc import Iterable
from difflib import get_close_matches

MOST_LISTED = 8


def did_you_mean(name: str, known: Iterable[str]) -> str:
    """End a message about an unknown name: the nearest known one, or a short list of all."""
    names = sorted(known)
    near = get_close_matches(name, names, n=1, cutoff=0.6)
    if near:
        return f"Did you mean {near[0]!r}?"
    if not names:
        return "There is none."
    listed = ", ".join(names[:MOST_LISTED])
    return f"Known are: {listed}{', ...' if len(names) > MOST_LISTED else ''}."
