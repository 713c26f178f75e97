"""`duly cases`: list them, show one with its record, check the record's chain, interfere with one's process."""

from __future__ import annotations

import json
from datetime import datetime
from typing import Any

import click

from engine import history, instances
from engine.errors import NotFound
from engine.tables import HistoryRow
from service_tasks.keys import key_of, number_of
from web.commands.case_deeds import DEEDS
from web.commands.parts import local_time, with_parts
from web.context import Context
from web.day_run import last_day
from web.queries.case_list import CaseLine, case_list

DAY = click.DateTime(["%Y-%m-%d"])
BROKEN = 3


@click.group()
def cases() -> None:
    """List cases, show one, verify their records, free a stuck one."""


for deed in DEEDS:
    cases.add_command(deed)


@cases.command("list")
@click.option("--as-of", type=DAY, help="The day; default: the last day that was run, else today.")
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
@with_parts
def list_(parts: Context, *, as_of: datetime | None, as_json: bool) -> None:
    """List all cases as they stood at the end of a day."""
    day = as_of.date() if as_of else last_day(parts.database) or parts.today()
    with parts.reading() as session:
        lines = case_list(session, day, parts.settings.zone)
    if as_json:
        click.echo(json.dumps([line.as_json() for line in lines], indent=1))
        return
    for line in lines:
        _print(line)
    if not lines:
        click.echo(f"There were no cases on {day}: import receivables, then `duly run`.")


@cases.command()
@click.argument("number", type=int)
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
@with_parts
def show(parts: Context, number: int, *, as_json: bool) -> None:
    """Show case NUMBER and everything on its record."""
    day = last_day(parts.database) or parts.today()
    with parts.reading() as session:
        found = [line for line in case_list(session, day, parts.settings.zone) if line.number == number]
        if not found:
            raise NotFound(f"there is no case number {number}; see duly cases list")
        record = list(history.read(session, key_of(number)))
        rows = [_recorded(row) for row in record]
        times = [local_time(row.at, parts.settings.zone) for row in record]
    if as_json:
        click.echo(json.dumps({**found[0].as_json(), "history": rows}, indent=1))
        return
    _print(found[0])
    for row, at in zip(rows, times, strict=True):
        click.echo(f"  {at}  {row['who']:14} {row['kind']:14} {row['stage']:16} {row['text']}")


@cases.command()
@click.argument("number", type=int, required=False)
@with_parts
def verify(parts: Context, number: int | None) -> None:
    """Check that no record of case NUMBER (default: of any) was changed or lost. Exit code 3 where one was."""
    findings: list[str] = []
    with parts.reading() as session:
        numbers = [number] if number is not None else _all_numbers(parts)
        for each in numbers:
            findings += history.verify(session, key_of(each))
    for finding in findings:
        click.secho(finding, fg="red", err=True)
    click.echo(f"{len(numbers):,} records checked, {len(findings):,} findings.")
    if findings:
        raise click.exceptions.Exit(BROKEN)


def _all_numbers(parts: Context) -> list[int]:
    with parts.reading() as session:
        return sorted(number_of(key) for key in instances.keys(session))


def _recorded(row: HistoryRow) -> dict[str, Any]:
    names = ("seq", "who", "kind", "element", "stage", "text", "detail")
    return {"at": row.at.isoformat(), **{name: getattr(row, name) for name in names}}


def _print(line: CaseLine) -> None:
    owed = ", ".join(f"{amount} {currency}" for currency, amount in line.open_amount.items()) or "nothing open"
    state = line.outcome or line.status
    click.echo(f"{line.number:>6}  {line.debtor[:30]:30} {line.stage:18} {state:10} {line.days_overdue:>4} d  {owed}")
