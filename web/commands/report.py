"""`duly report`: the figures of the portfolio."""

from __future__ import annotations

import csv
import io
import json
from datetime import datetime
from pathlib import Path
from typing import Any

import click

from web.commands.parts import with_parts
from web.context import Context
from web.day_run import last_day
from web.queries.reports import portfolio


@click.group()
def report() -> None:
    """Give reports as text, JSON or CSV."""


@report.command("portfolio")
@click.option("--as-of", type=click.DateTime(["%Y-%m-%d"]), help="The day; default: the last day run, else today.")
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
@click.option("--csv", "csv_path", type=click.Path(path_type=Path), help="Write into a CSV file.")
@with_parts
def portfolio_(parts: Context, *, as_of: datetime | None, as_json: bool, csv_path: Path | None) -> None:
    """Sum up the portfolio: what is open, how old it is, where its cases stand."""
    day = as_of.date() if as_of else last_day(parts.database) or parts.today()
    with parts.reading() as session:
        found = portfolio(session, day, parts.settings.zone)
    if csv_path:
        text = io.StringIO(newline="")
        csv.writer(text).writerows(_table(found))
        csv_path.write_text(text.getvalue(), encoding="utf-8", newline="")
        click.echo(f"Written: {csv_path}")
    elif as_json:
        click.echo(json.dumps(found, indent=1))
    else:
        for part, name, detail, count, currency, amount in _table(found)[1:]:
            click.echo(f"{part:10} {name:20} {detail:20} {count:>8} {amount:>18} {currency}")


def _table(found: dict[str, Any]) -> list[tuple[str, str, str, str, str, str]]:
    """Give the report as one table: a row per part, name and currency."""
    rows = [("part", "name", "detail", "count", "currency", "open_amount")]
    rows += [("cases", name, "", str(count), "", "") for name, count in found["cases"].items()]
    for each in found["by_stage"]:
        rows += _amounts("by_stage", each["strategy"], each["stage"], str(each["cases"]), each["open_amount"])
    for each in found["aging"]:
        rows += _amounts("aging", each["bucket"], "", str(each["items"]), each["open_amount"])
    return rows + _amounts("total", "", "", "", found["open_amount"])


def _amounts(
    part: str, name: str, detail: str, count: str, amounts: dict[str, str]
) -> list[tuple[str, str, str, str, str, str]]:
    pairs = amounts.items() or [("", "")]
    return [(part, name, detail, count, currency, amount) for currency, amount in pairs]
