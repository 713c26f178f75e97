"""The decision tables that strategies share: what each answers, who asks it, and the versions."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from flask import render_template
from flask.typing import ResponseReturnValue

from web.context import context
from web.pages.decisions_blueprint import Shown, all_of, pages
from web.queries.decision_words import binding_words, decision_title
from web.queries.decisions import Edition, Use, editions, uses
from web.queries.words import people_names, strategy_name
from web.security.access import requires
from web.security.rights import Right


@dataclass(frozen=True, slots=True)
class Version:
    """A version with the names of the tables in which it differs from the one before; `at_first` for the first."""

    edition: Edition
    changed: tuple[str, ...]
    first: bool


@pages.get("/")
@requires(Right.SEE_STRATEGIES)
def index() -> ResponseReturnValue:
    """List the tables of the active version, then the versions."""
    with context().reading() as session:
        known = editions(session)
        active = next((each for each in known if each.active), known[0])
        asked = uses(session, active.files)
        return render_template(
            "decisions/index.html",
            tables=[(shown, uses_of(shown, asked)) for shown in all_of(active)],
            active=active,
            versions=_versions(known),
            names=people_names(session),
            binding_words=binding_words,
            decision_title=decision_title,
            strategy_name=strategy_name,
        )


def uses_of(shown: Shown, asked: Mapping[str, Sequence[Use]]) -> list[Use]:
    """Give who asks a decision, by its id or its name."""
    keys = dict.fromkeys((shown.sheet.id, shown.sheet.name))
    return [use for key in keys for use in asked.get(key, ())]


def _versions(known: Sequence[Edition]) -> list[Version]:
    """Give the versions, the newest first, each beside the one before it."""
    found = [Version(later, _changed(earlier, later), first=False) for later, earlier in pairwise(known)]
    return [*found, Version(known[-1], (), first=True)]


def _changed(earlier: Edition, later: Edition) -> tuple[str, ...]:
    ours, theirs = earlier.files, later.files
    return tuple(name for name in sorted({*ours, *theirs}) if ours.get(name) != theirs.get(name))
