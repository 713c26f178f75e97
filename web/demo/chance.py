"""Chance that falls the same way every time: decided by names, not by dice."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from typing import TypeVar

T = TypeVar("T")


def number(*names: object, below: int) -> int:
    """Give a number from 0 to below - 1 that depends on the names only."""
    digest = hashlib.blake2b("|".join(map(str, names)).encode(), digest_size=8).digest()
    return int.from_bytes(digest) % below


def one_of(options: Sequence[T], *names: object) -> T:
    """Give one of the options, decided by the names."""
    return options[number(*names, below=len(options))]
