"""Say in passing what was done, to a page that htmx changes in place."""

from __future__ import annotations

import json
from typing import Any

from flask import get_flashed_messages


def toast_header(action: tuple[str, str] | None = None) -> dict[str, str]:
    """Give the header that shows what was flashed last; `action` is the address and text of a link in it."""
    said: list[Any] = list(get_flashed_messages(with_categories=True))
    if not said:
        return {}
    tone, text = said[-1]
    toast = {"text": text, "tone": "danger" if tone == "error" else tone}
    linked = {"action": {"href": action[0], "text": action[1]}} if action else {}
    return {"HX-Trigger": json.dumps({"toast": {**toast, **linked}})}
