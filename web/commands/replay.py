"""`duly replay`: what really happened, lived through by a drawn process and laid beside the log."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import click
from tqdm import tqdm

from connectors.event_logs import read_road_fines
from web.replay.road_fines import Replayed
from web.replay.road_fines import replay as replay_fines


@click.group()
def replay() -> None:
    """Let a process live through a log of what really happened, in a database that is thrown away."""


@replay.command("road-fines")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--limit", type=click.IntRange(min=1), metavar="N", help="Only the first N cases, for a quick look.")
@click.option("--json", "as_json", is_flag=True, help="Print the figures as JSON.")
def road_fines(*, file: Path, limit: int | None, as_json: bool) -> None:
    """Replay a Road Traffic Fine Management log (CSV or XES, plain or gzip) through processes/examples/road_fine.

    Prints each outcome's count beside the log's, how penalties and hand-overs agree, cases per second and memory.
    """
    with tqdm(unit="event", unit_scale=True, disable=True if as_json else None) as bar:
        read = 0

        def progress(what: str, count: int) -> None:
            nonlocal read
            if what == "read":
                read += count
                bar.set_description("Reading")
            elif bar.total is None:
                bar.set_description("Replaying")
                bar.reset(total=read)
            bar.update(count)

        replayed = replay_fines(read_road_fines(file), limit=limit, progress=progress)
    click.echo(json.dumps(replayed.as_json(), indent=1) if as_json else _told(replayed))


def _told(replayed: Replayed) -> str:
    figures = replayed.as_json()
    return "\n".join([*_outcomes(figures), "", *_penalties(figures), "", *_collection(figures), "", *_effort(figures)])


def _outcomes(figures: dict[str, Any]) -> list[str]:
    cases = f"{figures['cases']:,} cases"
    lines = [f"{cases:30} {'Duly':>10} {'the log':>10}"]
    for name, count in figures["outcomes"].items():
        lines.append(f"  {name.replace('_', ' '):28} {count['duly']:>10,} {count['log']:>10,}")
    return lines


def _penalties(figures: dict[str, Any]) -> list[str]:
    penalties = figures["penalties"]
    on_the_day = f"   ({penalties['paid_in_full_on_the_day']:,} of them on the very day)"
    return [
        f"{'Penalties on day 60':30} {penalties['duly']:>10,} {penalties['log']:>10,}",
        f"  {'on the same date':28} {penalties['same_date']:>10,}",
        f"  {'fine and postage paid by then':29} {penalties['paid_in_full_before']:>9,}{on_the_day}",
        f"  {'the fine alone paid by then':28} {penalties['fine_paid_before']:>10,}",
    ]


def _collection(figures: dict[str, Any]) -> list[str]:
    collection = figures["collection"]
    same_date = f"   ({collection['same_date']:,} of them on the same date)"
    return [
        f"{'Handed over for collection':30} {collection['duly']:>10,} {collection['log']:>10,}",
        f"  {'by both':28} {collection['both']:>10,}{same_date}",
        f"  {'only by one of them':28} {collection['only_duly']:>10,} {collection['only_log']:>10,}",
        f"  {'precision, recall':28} {_share(collection['precision']):>10} {_share(collection['recall']):>10}",
        click.wrap_text(collection["rule"], width=110, initial_indent="  ", subsequent_indent="  "),
    ]


def _share(value: float | None) -> str:
    return "–" if value is None else f"{value:.1%}"


def _effort(figures: dict[str, Any]) -> list[str]:
    speed = "–" if figures["cases_per_s"] is None else f"{figures['cases_per_s']:,.0f}"
    lived = f"{figures['days']:,} days, {figures['steps']:,} steps, {figures['incidents']:,} incidents"
    return [f"{lived} in {figures['seconds']:,.1f} s: {speed} cases/s, {figures['peak_mb']:,} MB at most."]
