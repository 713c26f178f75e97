"""Deliver mail into a folder of .eml files, exactly once: a file's name is its key."""

from __future__ import annotations

import hashlib
from email.message import EmailMessage
from pathlib import Path
from typing import Any
from urllib.parse import quote

from engine.errors import TemporaryError
from engine.whole_file import write_whole

MAX_NAME = 200  # bytes; file systems end at 255


class FolderMailer:
    """A mailbox that needs no server; the web shows it, and a crash between two files neither loses nor doubles one."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def send(self, message: EmailMessage, *, key: str) -> dict[str, Any]:
        """Write the message unless its file is there already."""
        path = self._folder / file_name(key)
        if not path.exists():
            try:
                write_whole(path, message.as_bytes())
            except OSError as error:
                raise TemporaryError(f"the mail folder {self._folder} cannot be written: {error.strerror}") from error
        return {"file": path.name, "message_id": message["Message-ID"]}


def file_name(key: str) -> str:
    """Return the file name of a key: itself where a file may be called so, never one outside the folder."""
    safe = quote(key, safe="@+=, ()").replace("~", "%7E")
    safe = f"%2E{safe[1:]}" if safe.startswith(".") else safe
    if len(safe) > MAX_NAME:
        safe = f"{safe[: MAX_NAME - 40]}-{hashlib.sha256(key.encode()).hexdigest()[:32]}"
    return f"{safe or '%'}.eml"
