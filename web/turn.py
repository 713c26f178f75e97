"""A person who does a deed and waits for what comes of it goes before the day run, from the deed to its outcome."""

from __future__ import annotations

from collections.abc import Callable
from functools import wraps

from flask.typing import ResponseReturnValue

from web.context import context

View = Callable[..., ResponseReturnValue]


def people_first(view: View) -> View:
    """Keep batches from beginning to write while the view runs."""

    @wraps(view)
    def first(*arguments: object, **named: object) -> ResponseReturnValue:
        with context().database.people_first():
            return view(*arguments, **named)

    return first
