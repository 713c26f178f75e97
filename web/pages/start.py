"""What browsers and supervisors of processes ask by themselves."""

from __future__ import annotations

from flask import Blueprint, current_app
from flask.typing import ResponseReturnValue

from web.security.access import public

pages = Blueprint("start", __name__)


@pages.get("/favicon.ico")
@public
def favicon() -> ResponseReturnValue:
    """Give browsers that ask for it the icon."""
    return current_app.send_static_file("duly.svg")


@pages.get("/health")
@public
def health() -> ResponseReturnValue:
    """Say that the web answers."""
    return {"status": "ok"}
