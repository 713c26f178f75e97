"""`duly strategies migrate`: let running cases go on on another version of their strategy."""

from __future__ import annotations

import json
from collections.abc import Sequence
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import Any

import click
from tqdm import tqdm

from engine.errors import Unusable
from engine.migration import Group, Migration, Outcome, Plan, grouped
from service_tasks.facts_port import FactsPort
from web.commands.parts import with_parts
from web.context import Context

PARTLY_REFUSED = 3
BY = "duly"


@click.command()
@click.argument("key", required=False)
@click.option("--from", "source", type=int, help="The version on which the cases are.")
@click.option("--to", "target", type=int, help="The version to which they shall move.")
@click.option("--map", "pairs", multiple=True, metavar="OLD=NEW", help="An element that has another id there.")
@click.option("--recompute", multiple=True, metavar="ELEMENT", help="Compute its due date anew, earliest tomorrow.")
@click.option("--plan", "plan_path", type=click.Path(path_type=Path), help="All of this from a file (JSON).")
@click.option("--dry-run", is_flag=True, help="Only say which cases can move, and what would change.")
@click.option("--json", "as_json", is_flag=True, help="Print as JSON: the plan, the cases, and their groups.")
@click.option("--reason", default="", help="Why: goes on record with every case.")
@with_parts
def migrate(found: Context, /, *, dry_run: bool, as_json: bool, reason: str, **asked: Any) -> None:
    """Move running cases of the strategy KEY to another version.

    They keep their place, their data and their running due dates. What cannot move safely stays, with the reason; a
    run that was stopped goes on when it is started again. The way back is the same with --from and --to exchanged.
    Elements that have another id are found by type and name, or given with --map. Exit code 3: some cases stay.
    """
    if not dry_run and not reason.strip():
        raise Unusable("Say why with --reason: it goes on record with every case. (Or look first: --dry-run.)")
    migration = _migration(found)
    plan = _plan(migration, **asked)
    with tqdm(unit="case", disable=True if as_json else None) as bar:

        def progress(done: int, total: int) -> None:
            bar.total = total
            bar.update(done - bar.n)

        if dry_run:
            outcomes = migration.dry_run(plan, progress=progress)
        else:
            outcomes = migration.run(plan, by=BY, reason=reason.strip(), progress=progress)
    _print(plan, outcomes, dry_run=dry_run, as_json=as_json)
    if not all(outcome.can_move for outcome in outcomes):
        raise click.exceptions.Exit(PARTLY_REFUSED)


def _migration(found: Context) -> Migration:
    zone = found.settings.zone
    return Migration(found.database, found.worker.programmes, found.clock, zone, FactsPort(zone))


def _plan(
    migration: Migration,
    *,
    key: str | None,
    source: int | None,
    target: int | None,
    pairs: Sequence[str],
    recompute: Sequence[str],
    plan_path: Path | None,
) -> Plan:
    if plan_path is not None:
        return _read(plan_path)
    if key is None or source is None or target is None:
        raise Unusable("Say which cases move where: duly strategies migrate KEY --from VERSION --to VERSION")
    drafted = migration.draft(key, source, target)
    given = dict(_pair(pair) for pair in pairs)
    renamed = {old: new for old, new in drafted.items() if new not in (None, old) and new not in given.values()}
    return Plan(key, source, target, {**renamed, **given}, frozenset(recompute))


def _read(path: Path) -> Plan:
    try:
        return Plan.from_json(path.read_bytes())
    except OSError as error:
        raise Unusable(f"{path} cannot be read: {error.strerror}.") from error


def _pair(text: str) -> tuple[str, str]:
    old, mark, new = text.partition("=")
    if not (mark and old.strip() and new.strip()):
        raise Unusable(f"--map {text}: write OLD=NEW, such as first_wait=time_to_pay.")
    return old.strip(), new.strip()


def _print(plan: Plan, outcomes: Sequence[Outcome], *, dry_run: bool, as_json: bool) -> None:
    groups = grouped(outcomes)
    if as_json:
        cases = [_described(outcome) for outcome in outcomes]
        told = {"plan": json.loads(plan.to_json()), "cases": cases, "groups": [asdict(group) for group in groups]}
        click.echo(json.dumps(told, indent=1))
        return
    able = sum(outcome.can_move for outcome in outcomes)
    verb, others = ("can move", "cannot") if dry_run else ("moved", "stayed")
    click.echo(
        f"{plan.strategy}, version {plan.source} to {plan.target}: {able:,} of {len(outcomes):,} cases {verb}, "
        f"{len(outcomes) - able:,} {others}."
    )
    for old, new in sorted(plan.elements.items()):
        click.echo(f"  {old} is {new} there")
    for group in groups:
        _tell(group)


def _tell(group: Group) -> None:
    where = group.element or "(not begun)"
    if group.can_move:
        there = f" -> {group.to_element}" if group.to_element not in ("", group.element) else ""
        due = f"; {group.due_changed:,} with another due date" if group.due_changed else ""
        click.echo(f"{group.cases:>9,}  {where}{there}{due}")
    else:
        click.secho(f"{group.cases:>9,}  {where}: stays", fg="yellow")
    for line in (*group.reasons, *group.changes):
        click.echo(f"{'':11}{line}")


def _described(outcome: Outcome) -> dict[str, Any]:
    return {
        "case": outcome.key.rpartition(":")[2],
        "status": outcome.status,
        "can_move": outcome.can_move,
        "element": outcome.element,
        "to_element": outcome.to_element,
        "stage": outcome.stage,
        "to_stage": outcome.to_stage,
        "due": _iso(outcome.due_at),
        "to_due": _iso(outcome.to_due_at),
        "changes": list(outcome.changes),
        "reasons": [asdict(refusal) for refusal in outcome.refusals],
    }


def _iso(moment: datetime | None) -> str | None:
    return None if moment is None else moment.isoformat()
