"""A deed to many stuck cases as background work."""

from __future__ import annotations

from typing import Any

from web.context import Context
from web.jobs.kind import Order
from web.jobs.progress import Progress
from web.stuck_deeds import Wish, act_of, do_to_all

KIND = "stuck_cases"
SHOWN = 3  # refusals told


def free_cases(parts: Context, order: Order, progress: Progress) -> dict[str, Any]:
    """Do what was wished to each case; `arguments` are the wish and the numbers of the incidents."""
    act = act_of(parts, Wish(**order.arguments["wish"]), order.by)
    outcomes = do_to_all(parts, order.arguments["numbers"], act, progress)
    refused = [each.refused for each in outcomes if each.refused]
    text = f"Done for {len(outcomes) - len(refused):,} of {len(outcomes):,} cases."
    why = "; ".join(dict.fromkeys(refused[:SHOWN]))
    return {"text": f"{text} Not done: {why}." if refused else text, "href": "/operations/"}
