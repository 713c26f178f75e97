"""The web application, from a context; every page is listed here."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from flask import Flask, g, get_flashed_messages

from web import assets, errors, formats, i18n
from web.badges import COUNTS
from web.clock import is_demo
from web.context import KEY, Context, context
from web.day_run import resting_since
from web.entries import Number
from web.i18n import LANGUAGES, locale
from web.nav import places
from web.pages.listed import BLUEPRINTS
from web.security import install as security
from web.security.rights import role_name
from web.security.viewer import viewer

FRAME_CSS = Path(__file__).parent / "static" / "frame.css"


def create_app(parts: Context) -> Flask:
    """Make the application; `parts` is all it knows of the world."""
    app = Flask("web", template_folder="templates", static_folder="static")
    app.extensions[KEY] = parts
    app.config["SEND_FILE_MAX_AGE_DEFAULT"] = 31_536_000  # names carry a hash
    app.url_map.converters["int"] = Number
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    i18n.install(app)
    security.install(app, parts)
    errors.install(app)
    assets.install(app)
    formats.install(app)
    app.context_processor(_frame)
    app.jinja_env.filters["role_name"] = role_name
    app.jinja_env.globals["frame_version"] = int(FRAME_CSS.stat().st_mtime)
    for pages in BLUEPRINTS:
        app.register_blueprint(pages)
    return app


def _frame() -> dict[str, Any]:
    """Give every template what the frame around a page shows."""
    return {
        "viewer": viewer(),
        "places": lambda: places(COUNTS),
        "language": locale(),
        "languages": LANGUAGES,
        "public_url": context().settings.public_url,
        "today": context().today,
        "now": context().now,
        "is_demo": _is_demo,
        "resting_since": lambda: resting_since(context().database, context().today()),
        "toasts": lambda: get_flashed_messages(with_categories=True),
        "may": _may,
    }


def _may(right: str) -> bool:
    person = viewer()
    return person is not None and person.may(right)


def _is_demo() -> bool:
    if "is_demo" not in g:
        g.is_demo = is_demo(context().database)
    return bool(g.is_demo)
