"""`make bench`: each contestant in a process of its own, on one core's CPU time; prints and writes one JSON object.

`stock_ratio` and `floor_ratio` are medians over rounds in which the contestants follow each other, since machines are
shared: compare ratios of one run, never rates of two.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from dataclasses import dataclass
from pathlib import Path
from statistics import median
from typing import Any

HERE = Path(__file__).parent
LATEST = HERE.parent / "latest.json"


@dataclass(frozen=True, slots=True)
class Size:
    """How many rounds, cases of Duly's and the floor's day run, cases of stock SpiffWorkflow, waits, turns, parked."""

    rounds: int
    cases: int
    stock: int
    finished: int
    turns: int
    parked: int


SIZES = {
    "small": Size(rounds=1, cases=600, stock=40, finished=150, turns=60, parked=20_000),
    "full": Size(rounds=3, cases=5_000, stock=200, finished=500, turns=500, parked=1_000_000),
}


def contestant(script: str, *arguments: object) -> dict[str, float]:
    """Let a contestant run in its own process; give the figures it printed."""
    print("  ", script, *arguments, file=sys.stderr, flush=True)
    words = [sys.executable, str(HERE / script), *map(str, arguments)]
    environment = {**os.environ, "PYTHONPATH": str(HERE.parent.parent)}
    ended = subprocess.run(words, env=environment, stdout=subprocess.PIPE, text=True, check=True)
    figures: dict[str, float] = json.loads(ended.stdout)
    return figures


def bench(size: Size) -> dict[str, Any]:
    """Measure everything."""
    rounds = []
    for _ in range(size.rounds):
        duly = contestant("day_run.py", "turn", size.cases)
        stock = contestant("stock.py", size.stock)["stock_cases_per_s"]
        floor = contestant("day_run.py", "floor", size.cases)["floor_cases_per_s"]
        rate = duly["day_run_cases_per_s"]
        rounds.append({**duly, "stock_ratio": rate / stock, "floor_ratio": rate / floor})
    figures = {name: median(each[name] for each in rounds) for name in rounds[0]}
    figures |= contestant("wake.py", size.cases, size.finished)
    figures |= contestant("day_run.py", "age", size.turns)
    figures |= contestant("day_run.py", "size", size.parked)
    return {name: float(f"{value:.4g}") for name, value in figures.items()}


if __name__ == "__main__":
    measured = bench(SIZES[os.environ.get("SIZE", "full")])
    LATEST.write_text(json.dumps(measured, indent=2) + "\n", encoding="utf-8")
    print(json.dumps(measured, indent=2))
