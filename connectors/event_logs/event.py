"""One event as a log states it."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class LogEvent:
    """What was done in which case and when; `attributes` are texts by name, empty ones left out.

    `place` says where it stands in the file, for people: "line 12".
    """

    case: str
    activity: str
    timestamp: str
    attributes: Mapping[str, str]
    place: str
