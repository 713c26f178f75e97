"""`duly run`: the day run, over one day or many, on a virtual clock."""

from __future__ import annotations

import json
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

import click
from tqdm import tqdm

from engine.clock import VirtualClock
from engine.errors import Unusable
from web.commands.backup import copy_database
from web.commands.parts import with_parts
from web.composition import build_context
from web.context import Context
from web.day_run import DayRun, Totals
from web.robot import staff_robot
from web.sending import sending_by_smtp


@click.command()
@click.option("--as-of", type=click.DateTime(["%Y-%m-%d"]), help="The (first) day to run; default: today.")
@click.option("--until", type=click.DateTime(["%Y-%m-%d"]), help="Run every day up to this one.")
@click.option("--staff", type=click.Choice(["robot"]), help="Let the built-in stand-in complete people's tasks.")
@click.option("--dry-run", is_flag=True, help="Do it on a copy of the database and say what would happen.")
@click.option("--json", "as_json", is_flag=True, help="Print the totals as JSON.")
@with_parts
def run(
    parts: Context, *, as_of: datetime | None, until: datetime | None, staff: str | None, dry_run: bool, as_json: bool
) -> None:
    """Run a day, or many: open cases, hear messages, fire timers, send what may leave.

    A run that was stopped in the middle goes on where it was when it is started again.
    """
    first = as_of.date() if as_of else parts.today()
    last = until.date() if until else first
    if last < first:
        raise Unusable(f"--until {last} lies before --as-of {first}.")
    with _copy(parts) if dry_run else _same(parts) as where:
        totals = live(where, first, last, robot=staff == "robot", quiet=as_json)
    _print(totals, as_json=as_json, dry_run=dry_run)


def live(parts: Context, first: date, last: date, *, robot: bool, quiet: bool = False) -> Totals:
    """Live through the days on a virtual clock, with a progress bar on a terminal and plain lines in a log."""
    if robot and sending_by_smtp(parts.settings, parts.database):
        raise Unusable("--staff robot is refused while mail leaves by SMTP: run `duly sending off` first.")
    clock = VirtualClock(parts.now())
    virtual = build_context(parts.settings, clock=clock)
    staff = staff_robot(virtual) if robot else None
    days = (last - first).days + 1
    with tqdm(total=days, unit="day", disable=True if quiet else None) as bar:

        def progress(day: date) -> None:
            bar.set_description(day.isoformat())
            bar.update()

        virtual.recover()
        return DayRun(virtual.database, clock, virtual.worker, virtual.dispatcher, staff).run(first, last, progress)


@contextmanager
def _same(parts: Context) -> Iterator[Context]:
    yield parts


@contextmanager
def _copy(parts: Context) -> Iterator[Context]:
    """Give the same system on a copy of its database, in a folder that is thrown away."""
    if not parts.database.is_sqlite:
        raise Unusable("--dry-run works on a copy of an SQLite database; this installation uses PostgreSQL.")
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        copy_database(parts, home / "duly.sqlite")
        if (parts.settings.folder / "documents").is_dir():
            shutil.copytree(parts.settings.folder / "documents", home / "documents")
        settings = replace(parts.settings, home=str(home), database_url="", smtp_url="")
        yield build_context(settings)


def _print(totals: Totals, *, as_json: bool, dry_run: bool) -> None:
    if as_json:
        click.echo(json.dumps(totals.as_json()))
        return
    click.echo("Nothing was changed; this is what would happen:" if dry_run else f"Run up to {totals.as_of}:")
    for name, value in totals.as_json().items():
        if name != "as_of":
            click.echo(f"  {name.replace('_', ' '):18} {value:>10,}")
