"""Files that were uploaded and are not imported yet: each with what was settled about it so far."""

from __future__ import annotations

import json
import re
import secrets
import time
from dataclasses import asdict, dataclass, field
from datetime import date
from pathlib import Path
from typing import Any

from flask_babel import gettext as _

from connectors.receivable_files import Profile, profile_from
from engine.errors import NotFound
from web.settings import Settings

TOKEN = re.compile(r"[0-9a-f]{32}")
KEPT_SECONDS = 7 * 24 * 3600


@dataclass(slots=True)
class Draft:
    """An uploaded file: its name, who brought it, how it is to be read and as of which day it counts."""

    token: str
    file_name: str
    by: str
    profile: dict[str, Any] = field(default_factory=dict)
    as_of: str = ""
    save_as: str = ""

    @property
    def day(self) -> date:
        """Give the day as of which the file counts."""
        return date.fromisoformat(self.as_of)

    def read_profile(self) -> Profile:
        """Give how the file is read; raises UnusableFile where something is missing."""
        return profile_from(self.profile)


def keep(settings: Settings, file_name: str, content: bytes, *, by: str) -> Draft:
    """Store an upload; what was left lying for a week is thrown away."""
    folder = settings.kept("uploads")
    _tidy(folder)
    draft = Draft(secrets.token_hex(16), file_name, by)
    data_path(settings, draft.token).write_bytes(content)
    store(settings, draft)
    return draft


def store(settings: Settings, draft: Draft) -> None:
    """Keep what was settled about an upload."""
    _notes_path(settings, draft.token).write_text(json.dumps(asdict(draft)), encoding="utf-8")


def find(settings: Settings, token: str) -> Draft:
    """Give an upload; raises NotFound when it is imported already, too old, or never was."""
    path = _notes_path(settings, token) if TOKEN.fullmatch(token) else None
    if path is None or not path.is_file():
        raise NotFound(_("This upload is no longer there: it was imported or lay too long. Upload the file again."))
    return Draft(**json.loads(path.read_text(encoding="utf-8")))


def drop(settings: Settings, token: str) -> None:
    """Throw an upload away."""
    data_path(settings, token).unlink(missing_ok=True)
    _notes_path(settings, token).unlink(missing_ok=True)


def data_path(settings: Settings, token: str) -> Path:
    """Give where an upload's content lies."""
    return settings.kept("uploads") / f"{token}.data"


def _notes_path(settings: Settings, token: str) -> Path:
    return settings.kept("uploads") / f"{token}.json"


def _tidy(folder: Path) -> None:
    oldest = time.time() - KEPT_SECONDS  # files' own times are the machine's, not the demo clock's
    for path in folder.iterdir():
        if path.is_file() and path.stat().st_mtime < oldest:
            path.unlink(missing_ok=True)
