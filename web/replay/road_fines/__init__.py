"""The road fines: a log of what happened to them, lived through by processes/examples/road_fine and compared."""

from __future__ import annotations

from web.replay.road_fines.comparison import Comparison, Course, courses
from web.replay.road_fines.life import Replayed, live_through, replay

__all__ = ["Comparison", "Course", "Replayed", "courses", "live_through", "replay"]
