"""`duly catch-up`: what is held after a gap, and letting it go."""

from __future__ import annotations

import json
from typing import Any

import click

from web import catch_up
from web.commands.parts import local_time, with_parts
from web.context import Context
from web.day_run import resting_since
from web.queries.catch_up import Standing, standing


@click.group("catch-up", invoke_without_command=True)
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
@click.pass_context
def catch_up_(context: click.Context, *, as_json: bool) -> None:
    """Show what is held since Duly stood still (or sending was off), by strategy, stage, step and channel."""
    if context.invoked_subcommand is None:
        context.invoke(show, as_json=as_json)


@catch_up_.command()
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
@with_parts
def show(parts: Context, *, as_json: bool) -> None:
    """Show what is held; the same as `duly catch-up`."""
    with parts.reading() as session:
        found = standing(session)
    since = resting_since(parts.database, parts.today())
    if as_json:
        click.echo(
            json.dumps({"resting_since": since.isoformat() if since else None, **_as_json(parts, found)}, indent=1)
        )
        return
    if since:
        click.echo(
            f"Nothing was run since {since}: Duly rests. `duly catch-up hold` begins today with what is due held."
        )
    if found is None:
        click.echo("Nothing is held.")
    else:
        _print(parts, found)


@catch_up_.command()
@click.option("--per-day", type=click.IntRange(min=1), help="So many cases and messages each business day, from today.")
@click.option("--all", "all_now", is_flag=True, help="All of it now.")
@with_parts
def release(parts: Context, *, per_day: int | None, all_now: bool) -> None:
    """Let what is held go: all at once, or in portions per business day in the order of due dates."""
    if all_now == (per_day is not None):
        raise click.UsageError("Say either --all or --per-day N.")
    catch_up.release(parts, by="duly", per_day=per_day)
    with parts.reading() as session:
        found = standing(session)
    if found is not None and per_day is not None:
        click.echo(f"Let go: {per_day} a day, the last ones on {found.last_day(per_day, parts.today())}.")
    else:
        click.echo("Let go: the worker does all of it now, or the next `duly run`.")


@catch_up_.command()
@with_parts
def hold(parts: Context) -> None:
    """Hold again what was let go and is not done yet; after a long rest: begin today with what is due held."""
    if resting_since(parts.database, parts.today()):
        catch_up.wake(parts)
        with parts.reading() as session:
            found = standing(session)
        count = found.cases + found.messages if found else 0
    else:
        count = catch_up.hold_again(parts, by="duly")
    click.echo(f"{count} cases and messages are held.")


def _print(parts: Context, found: Standing) -> None:
    for since, until in found.gaps:
        zone = parts.settings.zone
        click.echo(f"Nothing was done from {local_time(since, zone)} to {local_time(until, zone)}.")
    click.echo(f"Held: {found.cases} cases, {found.messages} messages.")
    for each in found.groups:
        what = each.channel or "cases"
        oldest = local_time(each.since, parts.settings.zone)
        click.echo(f"  {each.strategy:16} {each.stage:18} {each.step:30} {what:8} {each.count:>9,}  since {oldest}")
    if not found.decided:
        click.echo("Let it go with `duly catch-up release --all` or `--per-day N`.")
    elif found.pace is None:
        click.echo(f"All was let go: {found.done} of {found.total} are done.")
    else:
        last = found.last_day(found.pace, parts.today())
        click.echo(f"{found.pace} a day are let go, the last ones on {last}: {found.done} of {found.total} are done.")


def _as_json(parts: Context, found: Standing | None) -> dict[str, Any]:
    if found is None:
        return {"gaps": [], "cases": 0, "messages": 0, "groups": [], "release": None}
    pace = found.pace
    going = {
        "per_day": pace,
        "by": found.by,
        "at": found.at.isoformat(),
        "done": found.done,
        "total": found.total,
        "last_day": found.last_day(pace, parts.today()).isoformat() if pace else None,
    }
    return {
        "gaps": [{"since": since.isoformat(), "until": until.isoformat()} for since, until in found.gaps],
        "cases": found.cases,
        "messages": found.messages,
        "groups": [
            {
                "strategy": each.strategy,
                "stage": each.stage,
                "step": each.step,
                "channel": each.channel or None,
                "count": each.count,
                "since": each.since.isoformat(),
            }
            for each in found.groups
        ],
        "release": going if found.decided else None,
    }
