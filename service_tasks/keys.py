"""Say how a case is named where the engine and the receivables meet: by a text such as `case:42`."""

from __future__ import annotations

from engine.errors import NotFound

PREFIX = "case:"


def key_of(number: int) -> str:
    """Return the business key of a case number."""
    return f"{PREFIX}{number}"


def number_of(key: str) -> int:
    """Return the case number of a business key; raise NotFound for any other text."""
    digits = key.removeprefix(PREFIX)
    if not key.startswith(PREFIX) or not digits.isdecimal():
        raise NotFound(f"{key!r} names no case; a case is named like {PREFIX}42")
    return int(digits)
