"""Compile one .docx template once, then render it thousands of times a minute."""

from __future__ import annotations

import io
import re
from collections.abc import Mapping
from typing import Any

from docxtpl import DocxTemplate

from service_tasks.letters.budget import Budget
from service_tasks.letters.context import shape_of
from service_tasks.letters.errors import TemplateRefused
from service_tasks.letters.grammar import findings
from service_tasks.letters.logo import stamp_logo
from service_tasks.letters.package import RENDERED, Package, read_package
from service_tasks.letters.sandbox import Sandbox, letter_sandbox, render

TAG = re.compile(r"\{[{%#]")
MARK = re.compile(r"\{[{%#]|[}%#]\}")
MARKUP = re.compile(r"<[^>]*>")
LOGO = re.compile(r"\{\{\s*logo\s*\}\}")


class CompiledLetter:
    """A template whose texts are compiled and whose other parts are compressed already."""

    def __init__(self, data: bytes, name: str, logo: bytes | None = None) -> None:
        sources = checked_sources(data, name)
        if any(LOGO.search(source) for source in sources.values()):
            data = stamp_logo(data, logo, name)
        parts = read_package(data, name)
        sandbox = letter_sandbox()
        sources = _sources(parts, name)
        self._package = Package({path: part for path, part in parts.items() if path not in sources})
        self._templates = {path: sandbox.from_string(source) for path, source in sources.items()}

    def render(self, context: Mapping[str, Any], budget: Budget | None = None) -> bytes:
        """Return the letter as .docx; the same context gives the same bytes."""
        budget = budget or Budget()
        return self._package.with_parts(
            {path: render(template, context, budget).encode() for path, template in self._templates.items()}
        )


def checked_sources(data: bytes, name: str) -> dict[str, str]:
    """Return the Jinja source of each part that has one; raise TemplateRefused with all that is wrong."""
    sources = _sources(read_package(data, name), name)
    problems = [problem for path, source in sources.items() for problem in _part_findings(path, source, name)]
    if problems:
        raise TemplateRefused(name, problems)
    return sources


def _part_findings(path: str, source: str, name: str) -> list[str]:
    sandbox: Sandbox = letter_sandbox()
    shape = shape_of(name.rsplit("/", 1)[-1].removesuffix(".docx"))
    return [f"{path}: {problem}" for problem in findings(sandbox, source, {**shape, "logo": None})]


def _sources(parts: Mapping[str, bytes], name: str) -> dict[str, str]:
    """Return what docxtpl makes of each part with tags: runs joined, row and paragraph tags lifted out."""
    tidy = DocxTemplate(io.BytesIO())
    found = {}
    for path, part in parts.items():
        text = part.decode() if RENDERED.fullmatch(path) else ""
        if TAG.search(MARKUP.sub("", text)):
            _refuse_open_tags(text, f"{name}, {path}")
            found[path] = tidy.patch_xml(text)
    return found


def _refuse_open_tags(xml: str, name: str) -> None:
    """Refuse tags that never end: docxtpl's expressions would look for their end for hours."""
    if any(TAG.search(markup) for markup in MARKUP.findall(xml)):
        raise TemplateRefused(
            name, ["a tag stands in a picture's description or another property; move it to the text"]
        )
    plain = MARKUP.sub("", xml)
    opened: re.Match[str] | None = None
    for mark in MARK.finditer(plain):
        if (opened is None) != (mark.group()[0] == "{"):
            near = plain[(opened or mark).start() :][:40]
            raise TemplateRefused(name, [f"a tag is not closed, or closed twice, near {near!r}"])
        opened = mark if opened is None else None
    if opened is not None:
        raise TemplateRefused(name, [f"a tag is not closed: {plain[opened.start() :][:40]!r}"])
