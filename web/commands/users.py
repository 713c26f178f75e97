"""`duly users`: accounts without the web."""

from __future__ import annotations

import sys

import click
from sqlalchemy import select

from receivables.staff import Person
from web import people
from web.app import create_app
from web.commands.parts import with_parts
from web.context import Context
from web.security.rights import Role


@click.group()
def users() -> None:
    """Add people and set their passwords."""


@users.command("add")
@click.argument("name")
@click.option("--role", "roles", multiple=True, required=True, type=click.Choice([role.value for role in Role]))
@click.option("--email", help="E-mail for password resets [default: NAME@localhost].")
@click.option("--full-name", default="", help="The name colleagues read.")
@click.option("--ask", is_flag=True, help="Ask for the password instead of making one up.")
@with_parts
def add(parts: Context, name: str, *, roles: tuple[str, ...], email: str | None, full_name: str, ask: bool) -> None:
    """Add the account NAME; prints a password that was made up unless --ask is given."""
    password = _password(ask=ask)
    with create_app(parts).app_context(), parts.unit_of_work() as session:
        address = email or f"{name}@localhost"
        people.add(session, username=name, name=full_name, email=address, roles=roles, password=password)
    _tell(name, password, asked=ask)


@users.command("password")
@click.argument("name")
@click.option("--ask", is_flag=True, help="Ask for the password instead of making one up.")
@with_parts
def password(parts: Context, name: str, *, ask: bool) -> None:
    """Set a new password for NAME and end their sessions."""
    new = _password(ask=ask)
    with create_app(parts).app_context(), parts.unit_of_work() as session:
        people.set_password(people.find(session, name), new)
    _tell(name, new, asked=ask)


@users.command("list")
@with_parts
def list_users(parts: Context) -> None:
    """List the accounts."""
    with parts.reading() as session:
        for person in session.scalars(select(Person).order_by(Person.username)):
            roles = ", ".join(role.name for role in person.roles)
            click.echo(f"{person.username:24} {roles:40} {'' if person.active else 'switched off'}".rstrip())


def _password(*, ask: bool) -> str:
    if not ask:
        return people.new_password()
    if not sys.stdin.isatty():
        return sys.stdin.readline().rstrip("\n")
    asked: str = click.prompt("Password", hide_input=True, confirmation_prompt=True)
    return asked


def _tell(name: str, password: str, *, asked: bool) -> None:
    click.echo(f"{name}: password set." if asked else f"{name}: password {password}")
