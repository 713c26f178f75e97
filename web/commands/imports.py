"""`duly import`: receivables from a file."""

from __future__ import annotations

import json
from datetime import date, datetime
from pathlib import Path

import click
from tqdm import tqdm

from connectors.receivable_files import Profile, import_file, propose_profile, read_profile
from receivables.errors import UnusableFile
from receivables.imports.result import ImportResult
from receivables.money import to_texts
from service_tasks.taking_over import known_stages
from web.commands.parts import with_parts
from web.context import Context
from web.day_run import last_day
from web.receiving import take_in

PARTLY_REFUSED = 3


@click.group("import")
def import_() -> None:
    """Take in files: receivables from the accounting system."""


@import_.command("receivables")
@click.argument("file", type=click.Path(path_type=Path))
@click.option("--profile", "profile_path", type=click.Path(path_type=Path), help="TOML: which column is which.")
@click.option(
    "--as-of", type=click.DateTime(["%Y-%m-%d"]), help="The day the file speaks of; default: the last day run."
)
@click.option("--dry-run", is_flag=True, help="Only say what would change.")
@click.option("--accept-vanished", is_flag=True, help="Snapshot: accept that more vanished than the profile allows.")
@click.option("--json", "as_json", is_flag=True, help="Print the figures as JSON.")
@with_parts
def receivables(
    parts: Context,
    file: Path,
    profile_path: Path | None,
    *,
    as_of: datetime | None,
    dry_run: bool,
    accept_vanished: bool,
    as_json: bool,
) -> None:
    """Import receivables from a CSV or XLSX FILE. Exit code 3: some rows were refused, the rest is in."""
    profile = read_profile(profile_path) if profile_path else _proposed(file)
    day = as_of.date() if as_of else last_day(parts.database) or parts.today()
    with tqdm(unit="row", disable=True if as_json else None) as bar:

        def progress(done: int, total: int) -> None:
            bar.total = total
            bar.update(done - bar.n)

        if dry_run:
            with parts.reading() as session:
                common = {"as_of": day, "today": day, "by": "duly", "now": parts.now()}
                options = {"dry_run": True, "accept_vanished": accept_vanished, "progress": progress}
                options["known_stages"] = known_stages(session)
                result = import_file(session, file, file.name, profile, **common, **options)  # type: ignore[arg-type]
        else:
            result = _taken_in(parts, file, profile, day, accept_vanished=accept_vanished, bar=progress)
    _print(result, as_json=as_json, dry_run=dry_run)


def _taken_in(
    parts: Context, file: Path, profile: Profile, day: date, *, accept_vanished: bool, bar: object
) -> ImportResult:
    with parts.unit_of_work() as session:
        return take_in(
            parts,
            session,
            file,
            file.name,
            profile,
            as_of=day,
            by="duly",
            accept_vanished=accept_vanished,
            progress=bar,  # type: ignore[arg-type]
        )


def _proposed(file: Path) -> Profile:
    """Guess the columns from the header where no profile was given; raises UnusableFile naming what is missing."""
    if not file.is_file():
        raise UnusableFile(f"{file}: there is no such file.")
    proposal = propose_profile(file.read_bytes(), file.name)
    missing = ", ".join(name for name in proposal.missing if name != "currency")
    if missing:
        raise UnusableFile(f"{file}: no column looks like {missing}; say which is which with --profile PROFILE.toml.")
    return proposal.profile({})


def _print(result: ImportResult, *, as_json: bool, dry_run: bool) -> None:
    if as_json:
        click.echo(json.dumps(result.as_json()))
    else:
        _tell(result, dry_run=dry_run)
    if result.rejected:
        raise click.exceptions.Exit(PARTLY_REFUSED)


def _tell(result: ImportResult, *, dry_run: bool) -> None:
    click.echo("Nothing was changed; this is what would happen:" if dry_run else "Imported:")
    for name in ("rows", "accepted", "rejected", "created", "updated", "unchanged", "settled", "debtors", "rounded"):
        click.echo(f"  {name:10} {getattr(result, name):>12,}")
    for name, amounts in (("total", result.total_amount), ("open", result.open_amount)):
        for currency, text in to_texts(dict(amounts)).items():
            click.echo(f"  {name:10} {text:>15} {currency}")
    for warning in result.warnings:
        click.secho(f"  {warning}", fg="yellow")
    if result.rejected_file:
        click.secho(f"Refused rows and reasons: {result.rejected_file}", fg="red", err=True)
