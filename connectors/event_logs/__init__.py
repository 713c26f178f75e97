"""Read event logs of processes, CSV or XES, plain or gzip, event by event: a log may be larger than memory."""

from __future__ import annotations

from connectors.event_logs.event import LogEvent
from connectors.event_logs.reading import read_events
from connectors.event_logs.road_fines import FineEvent, read_road_fines

__all__ = ["FineEvent", "LogEvent", "read_events", "read_road_fines"]
