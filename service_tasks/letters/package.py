"""Open a .docx package with care, and write one whose bytes depend on its content alone."""

from __future__ import annotations

import io
import re
import zipfile
import zlib
from collections.abc import Iterator, Mapping

from engine.errors import Unusable
from engine.xml import parse_xml
from service_tasks.letters.errors import TemplateRefused

MAX_PACKAGE = 20_000_000  # bytes unpacked; a letter with a logo has under one million
MAX_PARTS = 500
EPOCH = (1980, 1, 1, 0, 0, 0)  # the earliest time a ZIP can carry
RENDERED = re.compile(r"(word/(document|header\d*|footer\d*|footnotes|endnotes)|docProps/core)\.xml")
ACTIVE = ("vbaProject", "/embeddings/", "/activeX/")
PACKED = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})
BROKEN = (zipfile.BadZipFile, zlib.error, NotImplementedError, RuntimeError, ValueError, EOFError, OSError)
MAX_SOURCE = 2_000_000  # bytes of one part that is rendered


def read_package(data: bytes, name: str) -> dict[str, bytes]:
    """Return the parts of a .docx by their path; raise TemplateRefused for what is none or is not safe to open."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as package:
            infos = package.infolist()
            if len(infos) > MAX_PARTS or sum(info.file_size for info in infos) > MAX_PACKAGE:
                raise TemplateRefused(name, ["it is too large when unpacked"])
            parts = {info.filename: _content(package, info) for info in infos if not info.is_dir()}
    except BROKEN as error:
        raise TemplateRefused(name, [f"it is not a .docx file: {error}"]) from None
    problems = list(_unsafe(parts))
    if problems:
        raise TemplateRefused(name, problems)
    return parts


def _content(package: zipfile.ZipFile, info: zipfile.ZipInfo) -> bytes:
    """Return one part; never more than the package said, which reading it as a whole would unpack first."""
    if info.compress_type not in PACKED:  # the others are unpacked without any bound
        raise zipfile.BadZipFile(f"{info.filename} is packed in a way no word processor uses")
    with package.open(info) as stream:
        return stream.read(info.file_size)


def _unsafe(parts: Mapping[str, bytes]) -> Iterator[str]:
    if "word/document.xml" not in parts:
        yield "it is not a .docx file: word/document.xml is missing"
    for path, data in parts.items():
        if any(mark in path for mark in ACTIVE):
            yield f"{path}: macros and embedded objects are not allowed"
        elif path.endswith((".xml", ".rels")):
            yield from _unsafe_xml(path, data)


def _unsafe_xml(path: str, data: bytes) -> Iterator[str]:
    try:
        root = parse_xml(data, path)
    except Unusable as error:
        yield str(error)
        return
    if RENDERED.fullmatch(path) and (len(data) > MAX_SOURCE or not _is_utf8(data)):
        yield f"{path}: it must be UTF-8 of at most {MAX_SOURCE:,} bytes"
    if any(each.get("TargetMode") == "External" and not each.get("Type", "").endswith("/hyperlink") for each in root):
        yield f"{path}: it loads something from outside the file; store it inside"


def _is_utf8(data: bytes) -> bool:
    try:
        return "\x00" not in data.decode("utf-8")
    except UnicodeDecodeError:
        return False


class Package:
    """A .docx of which some parts change: the others are compressed once."""

    def __init__(self, fixed: Mapping[str, bytes]) -> None:
        stream = io.BytesIO()
        with zipfile.ZipFile(stream, "w") as package:
            _write(package, fixed)
        self._base = stream.getvalue()

    def with_parts(self, parts: Mapping[str, bytes]) -> bytes:
        """Return the whole package; the same parts give the same bytes."""
        stream = io.BytesIO(self._base)
        with zipfile.ZipFile(stream, "a") as package:
            _write(package, parts)
        return stream.getvalue()


def _write(package: zipfile.ZipFile, parts: Mapping[str, bytes]) -> None:
    for path, data in parts.items():
        info = zipfile.ZipInfo(path, EPOCH)
        info.create_system = 0  # the default tells the operating system
        package.writestr(info, data, zipfile.ZIP_DEFLATED, 3)
