"""Give commands the parts they work with."""

from __future__ import annotations

import functools
import os
from collections.abc import Callable
from datetime import datetime
from typing import Concatenate, ParamSpec, TypeVar
from zoneinfo import ZoneInfo

import click

from web import schema
from web.composition import build_context
from web.context import Context
from web.settings import read_settings

P = ParamSpec("P")
R = TypeVar("R")


def parts() -> Context:
    """Build the parts from the environment, once for a command; a test gives its own as click's `obj`."""
    current = click.get_current_context()
    root = current.find_root()
    if not isinstance(root.obj, Context):
        root.obj = build_context(read_settings(os.environ))
        root.call_on_close(root.obj.database.dispose)
    found: Context = root.obj
    return found


def local_time(at: datetime, zone: ZoneInfo) -> str:
    """Write a moment as people of the business time zone read it, to the minute."""
    return f"{at.astimezone(zone):%Y-%m-%d %H:%M}"


def with_parts(command: Callable[Concatenate[Context, P], R]) -> Callable[P, R]:
    """Pass the parts first; refuse while the database is missing or old."""

    @functools.wraps(command)
    def run(*arguments: P.args, **options: P.kwargs) -> R:
        found = parts()
        schema.check(found.database)
        return command(found, *arguments, **options)

    return run
