"""Addresses of bundled scripts, styles and icons, by the names the bundler keeps stable."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path
from typing import Any

from flask import Flask, url_for
from markupsafe import Markup

STATIC = Path(__file__).parent / "static"
MANIFEST = STATIC / "dist" / "manifest.json"
TEXTS = STATIC / "dist" / "texts.json"


def asset(name: str, kind: str = "js") -> str:
    """Give the address of a bundle's file (`kind` js, css or svg); empty when the bundles were not built."""
    file = _manifest(_built()).get(name, {}).get(kind)
    return url_for("static", filename=file) if file else ""


def icon(name: str, extra: str = "") -> Markup:
    """Show an icon of the sprite; decoration only, the word stands beside it."""
    return Markup(
        '<svg class="icon {}" aria-hidden="true" focusable="false"><use href="{}#tabler-{}"></use></svg>'
    ).format(extra, asset("icons", "svg"), name)


def script_texts() -> list[str]:
    """List what the scripts say, in English, for translation."""
    texts: list[str] = json.loads(TEXTS.read_text(encoding="utf-8")) if TEXTS.exists() else []
    return texts


def install(app: Flask) -> None:
    """Offer `asset` and `icon` to every template."""
    app.jinja_env.globals.update(asset=asset, icon=icon)


def _built() -> float:
    return MANIFEST.stat().st_mtime if MANIFEST.exists() else 0.0


@cache
def _manifest(built: float) -> dict[str, Any]:
    read: dict[str, Any] = json.loads(MANIFEST.read_text(encoding="utf-8")) if built else {}
    return read
