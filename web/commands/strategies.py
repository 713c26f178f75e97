"""`duly strategies`: check, deploy, list, compare and take back versions, so that diagrams can live in git."""

from __future__ import annotations

import difflib
import json
from dataclasses import replace
from pathlib import Path

import click
from sqlalchemy.orm import Session

from engine import deployments
from engine.deployments import DECISIONS, MAIN
from engine.errors import DiagramError, NotFound, Problem, Unusable
from engine.tables import Deployment
from web.bundles import check_bundle, deploy_bundle, read_bundle, shared_tables
from web.commands.migrate import migrate
from web.commands.parts import local_time, parts, with_parts
from web.context import Context

REFUSED = 3


@click.group()
def strategies() -> None:
    """Check, deploy and compare strategies (BPMN diagrams with their forms, letters and tables).

    The decision tables that strategies share are deployed likewise, under the key `decisions`.
    """


strategies.add_command(migrate)


@strategies.command("check")
@click.argument("path", type=click.Path(path_type=Path))
@click.option("--json", "as_json", is_flag=True, help="Print the problems as JSON.")
def check_(path: Path, *, as_json: bool) -> None:
    """Say everything that is wrong with the strategy or the tables at PATH; store nothing.

    Exit code 3 where there are errors, 2 where the file is no BPMN at all or dangerous.
    """
    try:
        found = [_as_given(problem, path) for problem in check_bundle(parts(), read_bundle(path))]
    except Unusable as refused:
        if as_json:
            _print_problems([Problem(path.name, "", 1, "unusable", "error", str(refused))], ok=False, as_json=True)
        raise
    ok = all(problem.severity != "error" for problem in found)
    _print_problems(found, ok=ok, as_json=as_json)
    raise click.exceptions.Exit(0 if ok else REFUSED)


@strategies.command()
@click.argument("path", type=click.Path(path_type=Path))
@click.option("--note", default="", help="Why: kept with the version.")
@click.option("--json", "as_json", is_flag=True, help="Print the version as JSON.")
@with_parts
def deploy(found: Context, path: Path, *, note: str, as_json: bool) -> None:
    """Deploy the strategy at PATH: new cases start on it, running ones finish on theirs.

    A folder of tables (.dmn) without a diagram becomes the shared decisions; one .dmn file is put among them.
    """
    try:
        deployment, new = deploy_bundle(found, read_bundle(path), note=note, by="duly")
    except DiagramError as error:
        _print_problems(error.problems, ok=False, as_json=as_json)
        raise click.exceptions.Exit(REFUSED) from error
    if as_json:
        click.echo(json.dumps({"ok": True, **_described(deployment), "new": new}))
    else:
        state = "is deployed" if new else "is what runs already"
        click.echo(f"{deployment.key} version {deployment.version} {state}.")


@strategies.command("list")
@click.option("--json", "as_json", is_flag=True, help="Print as JSON.")
@with_parts
def list_(found: Context, *, as_json: bool) -> None:
    """List all versions; new cases start on the active one."""
    with found.reading() as session:
        versions = list(deployments.all_versions(session))
        rows = [_described(each) for each in versions]
        times = [local_time(each.at, found.settings.zone) for each in versions]
    if as_json:
        click.echo(json.dumps(rows, indent=1))
        return
    for row, at in zip(rows, times, strict=True):
        active = "active" if row["active"] else ""
        click.echo(f"{row['key']:24} {row['version']:>4}  {active:7} {at}  {row['by']:12} {row['note']}")
    if not rows:
        click.echo("No strategy is deployed yet: duly strategies deploy PATH")


@strategies.command()
@click.argument("first")
@click.argument("second")
@with_parts
def diff(found: Context, first: str, second: str) -> None:
    """Show what differs between two versions (KEY@VERSION) or paths."""
    with found.reading() as session:
        ours, theirs = _files(session, first), _files(session, second)
    differing = sorted(path for path in ours.keys() | theirs.keys() if ours.get(path) != theirs.get(path))
    for path in differing:
        click.echo("\n".join(_difference(path, ours.get(path, b""), theirs.get(path, b""))))
    if not differing:
        click.echo("The two are the same.")


@strategies.command()
@click.argument("key")
@click.option("--version", type=int, help="The version to go back to (default: the one before).")
@with_parts
def rollback(found: Context, key: str, *, version: int | None) -> None:
    """Let new cases of KEY start on an earlier version again; with `decisions`, let those tables be asked again."""
    with found.unit_of_work() as session:
        number = deployments.rollback(session, key, version=version).version
    if key == DECISIONS:
        click.echo(f"What asks for the latest decisions asks version {number}; the others ask those of their strategy.")
    else:
        click.echo(f"New cases of {key} start on version {number}; running ones stay where they are.")


def _files(session: Session, what: str) -> dict[str, bytes]:
    key, mark, version = what.rpartition("@")
    if not mark:
        return read_bundle(Path(what)).files_with(shared_tables(session))
    if not version.isdigit():
        raise Unusable(f"{what}: write a version as KEY@NUMBER, such as standard_b2b@2.")
    versions = [each for each in deployments.history_of(session, key) if each.version == int(version)]
    if not versions:
        raise NotFound(f"there is no version {version} of {key!r}; see duly strategies list")
    return deployments.unpacked(versions[0].files)


def _difference(path: str, ours: bytes, theirs: bytes) -> list[str]:
    try:
        lines = ours.decode().splitlines(), theirs.decode().splitlines()
    except UnicodeDecodeError:
        return [f"{path}: {len(ours):,} bytes -> {len(theirs):,} bytes"]
    return list(difflib.unified_diff(*lines, f"a/{path}", f"b/{path}", lineterm=""))


def _described(deployment: Deployment) -> dict[str, object]:
    return {
        "key": deployment.key,
        "version": deployment.version,
        "active": deployment.active,
        "checksum": deployment.checksum,
        "at": deployment.at.isoformat(),
        "by": deployment.by,
        "note": deployment.note,
    }


def _as_given(problem: Problem, path: Path) -> Problem:
    """Name a diagram that was given alone as it is called, not as it would be deployed."""
    return replace(problem, file=path.name) if problem.file == MAIN and path.is_file() else problem


def _print_problems(found: list[Problem] | tuple[Problem, ...], *, ok: bool, as_json: bool) -> None:
    if as_json:
        names = ("file", "element", "line", "code", "severity", "message")
        rows = [{name: getattr(problem, name) for name in names} for problem in found]
        click.echo(json.dumps({"ok": ok, "problems": rows}, indent=1))
        return
    for problem in found:
        click.secho(f"{problem.severity}: {problem}", fg="red" if problem.severity == "error" else "yellow", err=True)
    click.echo("It can be deployed." if ok else "It cannot be deployed.")
