"""What a kind of long work is."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from web.context import Context
from web.jobs.progress import Progress


@dataclass(frozen=True)
class Order:
    """What the work is given: its arguments (JSON), who wanted it, and its number."""

    id: int
    arguments: dict[str, Any]
    by: str


Work = Callable[[Context, Order, Progress], dict[str, Any]]
"""Does the work in its own units of work; gives {"text": ..., "href": ...}; raises what `web/errors.py` knows."""
