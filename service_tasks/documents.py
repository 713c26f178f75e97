"""Keep letters by the hash of their content: what was approved is what is sent, to the byte."""

from __future__ import annotations

import hashlib
import re
from pathlib import Path

from engine.errors import DulyError, NotFound, Unusable
from engine.whole_file import write_whole

SHA256 = re.compile(r"[0-9a-f]{64}")
SUFFIX = re.compile(r"\.[a-z0-9]{1,8}")


class DocumentStore:
    """A folder of files named by their SHA-256; nothing in it is ever changed."""

    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def put(self, content: bytes, suffix: str = ".docx") -> str:
        """Store a document unless it is there, and return its SHA-256 (64 hex digits)."""
        if not SUFFIX.fullmatch(suffix):
            raise Unusable(f"{suffix!r} is no file ending; use one such as .docx")
        sha256 = hashlib.sha256(content).hexdigest()
        path = self._place(sha256, suffix)
        if not path.exists():
            write_whole(path, content)
        return sha256

    def get(self, sha256: str) -> bytes:
        """Return a document; raise NotFound where there is none, DulyError where it is not what was stored."""
        content = self.path(sha256).read_bytes()
        if hashlib.sha256(content).hexdigest() != sha256:
            raise DulyError(f"document {sha256} was changed on disk; restore it from a backup")
        return content

    def path(self, sha256: str) -> Path:
        """Return where a document lies; raise NotFound where there is none."""
        if not SHA256.fullmatch(sha256):
            raise NotFound(f"{sha256[:80]!r} names no document")
        found = min((self._folder / sha256[:2]).glob(f"{sha256}.*"), default=None)
        if found is None:
            raise NotFound(f"document {sha256} is not in {self._folder}")
        return found

    def _place(self, sha256: str, suffix: str) -> Path:
        return self._folder / sha256[:2] / f"{sha256}{suffix}"
