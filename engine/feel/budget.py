"""What one evaluation may spend: steps, CPU time, depth of calls and size of values."""

from __future__ import annotations

import threading
import time
from collections.abc import Iterator, Sized
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TypeVar

from engine.feel.errors import FeelError

T = TypeVar("T", bound=Sized)
LITTLE_WORK = 5_000  # steps
CHECK_EVERY = 500  # steps between looks at the clock


@dataclass(frozen=True, slots=True)
class Limits:
    """How much one evaluation may take before it counts as a runaway."""

    steps: int = 200_000
    seconds: float = 0.06  # of this thread's CPU time
    depth: int = 60  # calls of defined functions within each other
    text: int = 100_000  # characters
    items: int = 50_000


LIMITS = Limits()


class _Spending:
    def __init__(self, limits: Limits) -> None:
        self.limits = limits
        self.left = limits.steps
        self.next_look = limits.steps - CHECK_EVERY
        self.ends = time.thread_time() + limits.seconds
        self.depth = 0

    def look(self) -> None:
        if self.left < 0:
            raise FeelError(f"the expression takes more than {self.limits.steps:,} steps")
        # A pause of Python's garbage collector counts as this thread's time: little work never counts as a runaway.
        if self.limits.steps - self.left > LITTLE_WORK and time.thread_time() > self.ends:
            raise FeelError(f"the expression takes longer than {self.limits.seconds} s")
        self.next_look = self.left - CHECK_EVERY


class _Current(threading.local):
    spending: _Spending | None = None


_current = _Current()


class allowance:  # noqa: N801  it reads as a verb where it is used, and a generator would cost twice as much
    """Bound all that is evaluated inside; an allowance within another one spends from the outer one."""

    __slots__ = ("_limits", "_outermost")

    def __init__(self, limits: Limits = LIMITS) -> None:
        self._limits = limits
        self._outermost = False

    def __enter__(self) -> None:
        if _current.spending is None:
            self._outermost = True
            _current.spending = _Spending(self._limits)

    def __exit__(self, *_error: object) -> None:
        if self._outermost:
            _current.spending = None


def spend(steps: int = 1) -> None:
    """Count work done; raise FeelError when it was too much."""
    spending = _current.spending
    if spending is not None:
        spending.left -= steps
        if spending.left < spending.next_look:
            spending.look()


@contextmanager
def deeper() -> Iterator[None]:
    """Count a call of a defined function, so that endless recursion ends."""
    spending = _current.spending
    if spending is None:
        yield
        return
    spending.depth += 1
    if spending.depth > spending.limits.depth:
        raise FeelError(f"functions call each other deeper than {spending.limits.depth}")
    try:
        yield
    finally:
        spending.depth -= 1


def sized(value: T) -> T:
    """Return `value`; raise FeelError when it has grown too large."""
    limit = LIMITS.text if isinstance(value, str) else LIMITS.items
    if len(value) > limit:
        raise FeelError(f"a value has grown to {len(value):,} parts; at most {limit:,} are allowed")
    return value


def grown(characters: int) -> int:
    """Return how long a text has become while it is put together; raise FeelError when that is too long."""
    if characters > LIMITS.text:
        raise FeelError(f"a text has grown to {characters:,} characters; at most {LIMITS.text:,} are allowed")
    return characters
