"""Diagrams that were refused, kept for a week so that their problems can be shown where they are."""

from __future__ import annotations

import json
import re
import secrets
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from flask_babel import gettext as _

from engine.errors import NotFound, Problem
from web.settings import Settings

TOKEN = re.compile(r"[0-9a-f]{32}")


def keep(settings: Settings, diagram: bytes, problems: Sequence[Problem]) -> str:
    """Keep a refused diagram with its problems; gives the token by which both are found."""
    token = secrets.token_hex(16)
    _path(settings, token, "bpmn").write_bytes(diagram)
    _path(settings, token, "problems").write_text(json.dumps(_marks(problems)), encoding="utf-8")
    return token


def diagram_of(settings: Settings, token: str) -> bytes:
    """Give the refused diagram; raises NotFound."""
    return _found(settings, token, "bpmn").read_bytes()


def marks_of(settings: Settings, token: str) -> dict[str, Any]:
    """Give by element how many problems it has and what they are, as the diagram shows them."""
    found: dict[str, Any] = json.loads(_found(settings, token, "problems").read_text(encoding="utf-8"))
    return found


def _marks(problems: Sequence[Problem]) -> dict[str, Any]:
    texts: dict[str, list[str]] = {}
    for problem in problems:
        if problem.element:
            texts.setdefault(problem.element, []).append(problem.message)
    return {
        element: {"text": f"! {len(found)}" if len(found) > 1 else "!", "tone": "red", "title": "\n".join(found)}
        for element, found in texts.items()
    }


def _found(settings: Settings, token: str, kind: str) -> Path:
    path = _path(settings, token, kind) if TOKEN.fullmatch(token) else None
    if path is None or not path.is_file():
        raise NotFound(_("This diagram is no longer kept. Upload it again."))
    return path


def _path(settings: Settings, token: str, kind: str) -> Path:
    return settings.kept("uploads") / f"{token}.{kind}"
