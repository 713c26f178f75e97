"""One decision table: its rules, what is doubtful about them, who asks it, and the versions in which it changed."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from flask import Response, render_template
from flask.typing import ResponseReturnValue

from web.context import context
from web.pages.decisions_blueprint import Shown, pages, shown_of
from web.pages.decisions_list import uses_of
from web.queries.decision_sheets import sheets
from web.queries.decision_words import binding_words, doubts
from web.queries.decisions import Edition, editions, uses
from web.queries.words import people_names, strategy_name
from web.security.access import requires
from web.security.rights import Right

XML = "application/xml"


@pages.get("/<name>")
@requires(Right.SEE_STRATEGIES)
def show(name: str) -> ResponseReturnValue:
    """Show a table as people read it."""
    with context().reading() as session:
        shown = shown_of(session, name)
        known = editions(session)
        return render_template(
            "decisions/show.html",
            shown=shown,
            others=[Shown(name, shown.edition, each) for each in sheets(shown.content)],
            doubts=doubts([shown.decision]),
            uses=uses_of(shown, uses(session, shown.edition.files)),
            history=list(_history(known, name)),
            active=next((each for each in known if each.active), known[0]),
            names=people_names(session),
            binding_words=binding_words,
            strategy_name=strategy_name,
        )


@pages.get("/<name>/table.dmn")
@requires(Right.SEE_STRATEGIES)
def file(name: str) -> ResponseReturnValue:
    """Give the file, to be edited."""
    with context().reading() as session:
        return Response(shown_of(session, name).content, mimetype=XML)


def _history(known: Sequence[Edition], name: str) -> Iterator[tuple[Edition, Edition | None]]:
    """Yield the versions in which a table changed, the newest first, each with the version before it."""
    for place, each in enumerate(known):
        before = known[place + 1] if place + 1 < len(known) else None
        if name in each.files and (before is None or before.files.get(name) != each.files[name]):
            yield each, before if before is not None and name in before.files else None
