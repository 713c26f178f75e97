"""Every kind of long work, by name; explicit, so that reading this file is knowing them all."""

from __future__ import annotations

from web.demo.job import advance_clock
from web.jobs.imports import do_import, try_import
from web.jobs.kind import Work
from web.jobs.stuck import KIND as STUCK
from web.jobs.stuck import free_cases

KINDS: dict[str, Work] = {
    "advance_clock": advance_clock,
    "import": do_import,
    STUCK: free_cases,
    "try_import": try_import,
}
