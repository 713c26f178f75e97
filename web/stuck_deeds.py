"""What a person wishes done to stuck cases: the same for one, for some at once, and for many in the background."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass

from sqlalchemy.orm import Session

from engine import operations
from engine.operations import Deed, Outcome, Scalar
from web.context import Context

AT_ONCE = 25  # cases of one transaction: nobody waits long for the database meanwhile
Act = Callable[[Session, str], None]


@dataclass(frozen=True, slots=True)
class Wish:
    """A deed (retry, skip, move, change, cancel) with what it needs; plain JSON values."""

    deed: str
    reason: str
    to: str = ""
    name: str = ""
    value: Scalar = None


def act_of(parts: Context, wish: Wish, by: str) -> Act:
    """Turn a wish into what is done to each case."""
    how, programmes = Deed(by, wish.reason, parts.now()), parts.worker.programmes
    acts: dict[str, Act] = {
        "retry": lambda session, key: operations.retry(session, key, how),
        "skip": lambda session, key: operations.skip(session, programmes, key, how, to=wish.to),
        "move": lambda session, key: operations.move(session, programmes, key, how, to=wish.to),
        "change": lambda session, key: operations.change(session, key, how, name=wish.name, value=wish.value),
        "cancel": lambda session, key: operations.cancel(session, key, how),
    }
    return acts[wish.deed]


def do_to_all(
    parts: Context, numbers: Sequence[int], act: Act, progress: Callable[[int, int], None] = lambda _done, _all: None
) -> list[Outcome]:
    """Do it to the stuck cases of these incidents, some at a time; what is refused stops no other."""
    outcomes: list[Outcome] = []
    for first in range(0, len(numbers), AT_ONCE):
        with parts.unit_of_work() as session:
            some = numbers[first : first + AT_ONCE]
            outcomes += operations.each(session, some, lambda key, session=session: act(session, key))  # type: ignore[misc]
        progress(len(outcomes), len(numbers))
    return outcomes
