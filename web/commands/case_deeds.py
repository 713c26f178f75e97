"""`duly cases retry|skip|move|set|cancel`: what an administrator does to the process of one case."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import click
from sqlalchemy.orm import Session

from engine import instances, operations
from engine.operations import Deed
from service_tasks.keys import key_of
from web.commands.parts import with_parts
from web.context import Context

REASON = click.option("--reason", required=True, help="Why; kept in the case's record.")
BY = click.option("--by", default="duly", show_default=True, help="Who; kept in the case's record.")
NUMBER = click.argument("number", type=int)
Act = Callable[[Session, str, Deed], None]


@click.command()
@NUMBER
@REASON
@BY
@with_parts
def retry(parts: Context, number: int, *, reason: str, by: str) -> None:
    """Let stuck case NUMBER try again."""
    _do(parts, number, Deed(by, reason, parts.now()), operations.retry)


@click.command()
@NUMBER
@click.option("--to", default="", help="Where several flows lead on: the id of the element to which it goes.")
@REASON
@BY
@with_parts
def skip(parts: Context, number: int, *, to: str, reason: str, by: str) -> None:
    """Let the step at which case NUMBER is stuck count as done, without running it."""
    programmes = parts.worker.programmes

    def act(session: Session, key: str, deed: Deed) -> None:
        operations.skip(session, programmes, key, deed, to=to)

    _do(parts, number, Deed(by, reason, parts.now()), act)


@click.command()
@NUMBER
@click.argument("element")
@REASON
@BY
@with_parts
def move(parts: Context, number: int, element: str, *, reason: str, by: str) -> None:
    """Let case NUMBER go on at ELEMENT (its id in the diagram); its open tasks are withdrawn."""
    programmes = parts.worker.programmes

    def act(session: Session, key: str, deed: Deed) -> None:
        operations.move(session, programmes, key, deed, to=element)

    _do(parts, number, Deed(by, reason, parts.now()), act)


@click.command("set")
@NUMBER
@click.argument("name")
@click.argument("value")
@REASON
@BY
@with_parts
def set_(parts: Context, number: int, name: str, value: str, *, reason: str, by: str) -> None:
    """Set variable NAME of case NUMBER to VALUE: a JSON number, true, false, null or "text"."""

    def act(session: Session, key: str, deed: Deed) -> None:
        operations.change(session, key, deed, name=name, value=_json(value))

    _do(parts, number, Deed(by, reason, parts.now()), act)


@click.command()
@NUMBER
@REASON
@BY
@with_parts
def cancel(parts: Context, number: int, *, reason: str, by: str) -> None:
    """End the process of case NUMBER for good; the case stays open for a person to decide."""
    _do(parts, number, Deed(by, reason, parts.now()), operations.cancel)


DEEDS = (retry, skip, move, set_, cancel)


def _do(parts: Context, number: int, deed: Deed, act: Act) -> None:
    key = key_of(number)
    with parts.unit_of_work() as session:
        act(session, key, deed)
    parts.worker.wake(key)
    with parts.reading() as session:
        view = instances.views(session, [key])[key]
    click.echo(f"Case {number}: {view.status}, at {view.element or '(the end)'}.")


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        message = f"{text!r} is no JSON value; write 12, true, null or '\"a text\"'"
        raise click.BadParameter(message) from None
