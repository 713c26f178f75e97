"""`duly sending`: whether mail leaves."""

from __future__ import annotations

import click

from web.catch_up import turn_sending
from web.commands.parts import with_parts
from web.context import Context
from web.sending import Mode, sending


@click.group("sending", invoke_without_command=True)
@click.pass_context
def sending_(context: click.Context) -> None:
    """Say or set whether mail leaves by SMTP: on, off, or redirected to one address."""
    if context.invoked_subcommand is None:
        context.invoke(state)


@sending_.command()
@with_parts
def state(parts: Context) -> None:
    """Say how it is set."""
    if not parts.settings.smtp_url:
        click.echo(f"No SMTP server is set: mail goes into {parts.settings.kept('mail')}.")
    with parts.reading() as session:
        found = sending(session)
    click.echo(f"Sending is {found.mode.value}{' to ' + found.address if found.address else ''}.")


def _turn(parts: Context, mode: Mode, address: str = "") -> None:
    found, kept = turn_sending(parts, mode, address=address, by="duly")
    click.echo(f"Sending is {found.mode.value}{' to ' + found.address if found.address else ''}.")
    if kept:
        click.echo(f"{kept} messages waited for too long to leave all at once: they are held. See `duly catch-up`.")


@sending_.command()
@with_parts
def on(parts: Context) -> None:
    """Let mail leave."""
    _turn(parts, Mode.ON)


@sending_.command()
@with_parts
def off(parts: Context) -> None:
    """Keep everything waiting."""
    _turn(parts, Mode.OFF)


@sending_.command()
@click.argument("address")
@with_parts
def redirect(parts: Context, address: str) -> None:
    """Send all mail to ADDRESS instead of to the debtors."""
    _turn(parts, Mode.REDIRECT, address)
