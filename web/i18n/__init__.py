"""Which language a page speaks: the person's, else the browser's, else the installation's."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from flask import Flask, request
from flask_babel import Babel, gettext

from web.assets import script_texts
from web.context import context
from web.security.viewer import viewer

TRANSLATIONS = Path(__file__).parents[1] / "translations"
LANGUAGES = {"en": "English"}
"""Languages that people may choose; a translation adds its line here."""


def install(app: Flask) -> None:
    """Choose the language of every request and of every translated text."""
    app.config["BABEL_TRANSLATION_DIRECTORIES"] = str(TRANSLATIONS)
    Babel(app, locale_selector=locale)
    app.jinja_env.globals.update(script_texts=translated_script_texts)


def locale() -> str:
    """Give the language of this request."""
    person = viewer()
    if person is not None and person.locale:
        return person.locale
    return request.accept_languages.best_match(list(LANGUAGES)) or context().settings.locale


def translated_script_texts() -> dict[str, Any]:
    """Give what the scripts say in the reader's language, where it differs."""
    texts = {text: gettext(text) for text in script_texts()}
    return {text: translated for text, translated in texts.items() if text != translated}
