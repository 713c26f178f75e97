"""The command line: `duly`. Each module beside holds the commands of one noun."""

from __future__ import annotations

import sys

import click

from engine.errors import DulyError
from receivables.errors import ReceivablesError
from web.commands.backup import backup
from web.commands.cases import cases
from web.commands.catch_up import catch_up_
from web.commands.demo import demo
from web.commands.imports import import_
from web.commands.replay import replay
from web.commands.report import report
from web.commands.run import run
from web.commands.schema import init, upgrade
from web.commands.sending import sending_
from web.commands.serve import serve, worker
from web.commands.strategies import strategies
from web.commands.users import users

UNUSABLE = 2
PARTLY_REFUSED = 3
"""Part of the input was refused, the rest is in: a command ends with `raise click.exceptions.Exit(PARTLY_REFUSED)`."""

COMMANDS: tuple[click.Command, ...] = (
    *(init, upgrade, backup, users),
    *(import_, run, cases, report, replay, sending_, catch_up_, strategies),
    *(serve, worker, demo),
)


@click.group(context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 110})
@click.version_option(package_name="duly", prog_name="duly")
def duly() -> None:
    """Collect what is owed: strategies drawn as diagrams, letters, worklists, everything on record.

    Everything is kept under DULY_HOME (default ./var). Exit codes: 0 done, 2 unusable input (nothing changed),
    3 part of the input refused (the rest is in).
    """


for command in COMMANDS:
    duly.add_command(command)


def main() -> None:
    """Run the command line; expected errors become one clear line."""
    try:
        code = duly(standalone_mode=False)
    except click.ClickException as wrong:
        wrong.show()
        code = UNUSABLE
    except (DulyError, ReceivablesError) as refused:
        click.secho(f"duly: {refused}", fg="red", err=True)
        code = UNUSABLE
    except (click.Abort, KeyboardInterrupt):
        click.echo("Stopped.", err=True)
        code = 130
    sys.exit(code if isinstance(code, int) else 0)
