"""Read what came by upload: a diagram or a decision table alone, or a ZIP of a folder. Nothing is written to disk."""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from pathlib import PurePosixPath

from flask_babel import gettext as _

from engine.deployments import DECISIONS, MAIN
from engine.errors import Unusable
from web.bundles import MAX_BYTES, SHARED, TABLE, Bundle, used_by

KEY = re.compile(r"[a-z][a-z0-9_]{0,59}")
TABLE_NAME = re.compile(r"\w[\w-]{0,59}\.dmn")
MAX_FILES = 500
PACKED = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})
DIAGRAMS = (".bpmn", ".xml")


def read_upload(file_name: str, content: bytes, key: str = "") -> Bundle:
    """Give the strategy in an uploaded file; `key` names it, else its folder or file does. Raises Unusable.

    What the upload does not bring of forms, letters and tables comes from those of Duly. A decision table (.dmn) is
    put among the shared ones; a ZIP of tables without a diagram is all of them.
    """
    suffix = PurePosixPath(file_name).suffix.lower()
    if suffix == TABLE:
        return Bundle(DECISIONS, {_table(PurePosixPath(file_name)): content})
    if suffix == ".zip":
        found, brought = _unzipped(content)
        if MAIN not in brought:
            return Bundle(DECISIONS, brought, whole=True)
    elif suffix in DIAGRAMS:
        found, brought = "", {MAIN: content}
    else:
        raise Unusable(
            _("%(name)s is neither a diagram (.bpmn), a table (.dmn) nor a .zip of a folder.", name=file_name)
        )
    if len(brought[MAIN]) > MAX_BYTES:
        raise Unusable(_("The diagram is too large."))
    return Bundle(_checked(key or found or PurePosixPath(file_name).stem), {**used_by(brought[MAIN]), **brought})


def _checked(key: str) -> str:
    key = key.strip()
    if not KEY.fullmatch(key):
        text = _("%(key)s cannot name a strategy: use small letters, digits and underscores, such as standard_b2b.")
        raise Unusable(text % {"key": repr(key)})
    return key


def _unzipped(content: bytes) -> tuple[str, dict[str, bytes]]:
    """Give the folder's name and the files by the path they are deployed under: a strategy's, or else tables."""
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            entries = [entry for entry in archive.infolist() if not entry.is_dir()]
            _check_size(entries)
            files = {_safe(entry.filename): _content(archive, entry) for entry in entries}
    except (zipfile.BadZipFile, zlib.error, RuntimeError, NotImplementedError, OSError) as wrong:
        raise Unusable(_("The ZIP cannot be read: %(why)s", why=str(wrong))) from wrong
    return _of_strategy(files) or _of_tables(files)


def _of_strategy(files: dict[PurePosixPath, bytes]) -> tuple[str, dict[str, bytes]] | None:
    mains = sorted((path for path in files if path.name == MAIN), key=lambda path: len(path.parts))
    if not mains:
        return None
    root = mains[0].parent
    inside = {path.relative_to(root): data for path, data in files.items() if path.is_relative_to(root)}
    kept = {path.as_posix(): data for path, data in inside.items() if path.parts[0] in SHARED}
    return root.name, {**kept, MAIN: files[mains[0]]}


def _of_tables(files: dict[PurePosixPath, bytes]) -> tuple[str, dict[str, bytes]]:
    tables = {_table(path): data for path, data in files.items() if path.suffix == TABLE}
    if not tables:
        raise Unusable(_("There is no %(main)s in the ZIP.", main=MAIN))
    return DECISIONS, tables


def _table(path: PurePosixPath) -> str:
    """Give the path under which a table is deployed."""
    if not TABLE_NAME.fullmatch(path.name):
        text = _("%(name)s cannot name a table: use letters, digits, - and _, such as waits.dmn.")
        raise Unusable(text % {"name": path.name})
    return f"{DECISIONS}/{path.name}"


def _content(archive: zipfile.ZipFile, entry: zipfile.ZipInfo) -> bytes:
    """Unpack one file; never more than the archive said, which the plain reading of a whole file would."""
    if entry.compress_type not in PACKED:  # the others are unpacked without any bound
        raise Unusable(_("The ZIP packs %(name)s in an unusual way; pack it anew.", name=entry.filename))
    with archive.open(entry) as stream:
        return stream.read(entry.file_size)


def _check_size(entries: list[zipfile.ZipInfo]) -> None:
    if len(entries) > MAX_FILES or sum(entry.file_size for entry in entries) > MAX_BYTES:
        raise Unusable(_("The ZIP is too large: at most %(files)s files of 20 MB in all.", files=MAX_FILES))


def _safe(name: str) -> PurePosixPath:
    path = PurePosixPath(name)
    if path.is_absolute() or ".." in path.parts or "\\" in name:
        raise Unusable(_("The ZIP holds %(name)s, which points out of its folder.", name=name))
    return path
