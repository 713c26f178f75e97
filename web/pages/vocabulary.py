"""What expressions may say, as JSON: the words with their types, the functions with their parameters."""

from __future__ import annotations

from flask import Blueprint, jsonify
from flask.typing import ResponseReturnValue

from web.context import context
from web.queries.vocabulary import functions, words
from web.security.access import requires
from web.security.rights import Right

pages = Blueprint("vocabulary", __name__, url_prefix="/api")


@pages.get("/vocabulary")
@requires(Right.SEE_STRATEGIES)
def vocabulary() -> ResponseReturnValue:
    """Give everything that editors may offer while somebody types."""
    return jsonify(words=words(context().catalogue), functions=functions(context().catalogue))
