"""Print letters and texts from templates that are compiled once; the same input gives the same bytes."""

from __future__ import annotations

from collections.abc import Mapping
from functools import lru_cache
from pathlib import Path
from typing import Any

from jinja2 import Template

from engine.errors import Unusable
from engine.xml import parse_xml
from service_tasks.letters.budget import Budget
from service_tasks.letters.context import STAFF_TEMPLATES, shape_of
from service_tasks.letters.errors import RenderingStopped, TemplateRefused
from service_tasks.letters.formats import choose_language
from service_tasks.letters.grammar import findings
from service_tasks.letters.letter import CompiledLetter
from service_tasks.letters.package import RENDERED, read_package
from service_tasks.letters.sample import sample_context, sample_staff_context
from service_tasks.letters.sandbox import render, text_sandbox
from service_tasks.texts.text import Text, read_text

LETTER, TEXT = ".docx", ".txt"
MOST_COMPILED = 256


class LetterPress:
    """Render by template key and language from a mapping such as {"de/demand.docx": bytes, "de/reminder_1.txt": bytes}.

    Templates are checked when first used: TemplateRefused says all that is wrong with one.
    """

    def __init__(self, templates: Mapping[str, bytes]) -> None:
        self._templates = dict(templates)
        self._letter = lru_cache(MOST_COMPILED)(self._compile_letter)
        self._text = lru_cache(MOST_COMPILED)(self._compile_text)

    def keys(self) -> frozenset[str]:
        """Return the keys that a diagram can name, such as "demand" and "reminder_1"."""
        return frozenset(name.rpartition("/")[2].rpartition(".")[0] for name in self._templates)

    def is_letter(self, template: str) -> bool:
        """Tell whether a key names a .docx letter rather than a text."""
        return any(name.endswith(f"/{template}{LETTER}") for name in self._templates)

    def languages(self, template: str) -> frozenset[str]:
        """Return the languages a template exists in; raise Unusable where there is no such template."""
        suffixes = (f"/{template}{LETTER}", f"/{template}{TEXT}")
        found = frozenset(name.partition("/")[0] for name in self._templates if name.endswith(suffixes))
        if not found:
            raise Unusable(
                f"there is no letter or text template {template!r}; there are {', '.join(sorted(self.keys()))}"
            )
        return found

    def language(self, template: str, *, language: str | None, country: str | None) -> str:
        """Choose the language of a message: the debtor's, else his country's, else English, else what there is."""
        available = self.languages(template)
        chosen = choose_language(language, country, available)
        return chosen if chosen in available else min(available)

    def letter(self, template: str, language: str, context: Mapping[str, Any], *, logo: bytes | None = None) -> bytes:
        """Return a letter as .docx."""
        return self._letter(template, language, logo).render(context)

    def text(self, template: str, language: str, context: Mapping[str, Any]) -> Text:
        """Return a text message, laid out."""
        return read_text(render(self._text(template, language), context))

    def _compile_letter(self, template: str, language: str, logo: bytes | None) -> CompiledLetter:
        name = f"{language}/{template}{LETTER}"
        return CompiledLetter(self._source(name), name, logo)

    def _compile_text(self, template: str, language: str) -> Template:
        name = f"{language}/{template}{TEXT}"
        return compile_text(self._source(name), name)

    def _source(self, name: str) -> bytes:
        if name not in self._templates:
            raise Unusable(f"there is no template {name}; there are {', '.join(sorted(self._templates))}")
        return self._templates[name]


def read_templates(folder: Path) -> dict[str, bytes]:
    """Return the templates below a folder by their path in it, such as "de/demand.docx"."""
    return {
        path.relative_to(folder).as_posix(): path.read_bytes()
        for path in sorted(folder.glob("*/*"))
        if path.suffix in {LETTER, TEXT} and not path.name.startswith((".", "~"))
    }


def compile_text(data: bytes | str, name: str) -> Template:
    """Compile a text template; raise TemplateRefused with all that is wrong with it."""
    try:
        source = data if isinstance(data, str) else data.decode("utf-8-sig")
    except UnicodeDecodeError:
        raise TemplateRefused(name, ["it is not UTF-8; save it as UTF-8"]) from None
    sandbox = text_sandbox()
    problems = findings(sandbox, source, shape_of(_key(name)))
    if problems:
        raise TemplateRefused(name, problems)
    return sandbox.from_string(source)


def check_template(data: bytes | str, name: str) -> list[str]:
    """Return what is wrong with a template (by its name's ending a letter or a text), nothing where it may be used.

    It is read, its placeholders are held against the data there will be, and it is tried on a made-up case.
    """
    try:
        _try_out(data, name)
    except TemplateRefused as refused:
        return list(refused.problems)
    except (Unusable, RenderingStopped) as error:
        return [str(error)]
    return []


def _try_out(data: bytes | str, name: str) -> None:
    context = sample_staff_context() if _key(name) in STAFF_TEMPLATES else sample_context()
    if name.endswith(LETTER) and isinstance(data, bytes):
        letter = CompiledLetter(data, name).render(context, Budget(seconds=5))
        for path, part in read_package(letter, name).items():
            if RENDERED.fullmatch(path):
                parse_xml(part, path)
    elif name.endswith(TEXT):
        read_text(render(compile_text(data, name), context, Budget(seconds=5)))
    else:
        raise TemplateRefused(name, [f"a template is a letter ({LETTER}) or a text ({TEXT})"])


def _key(name: str) -> str:
    return name.rpartition("/")[2].rpartition(".")[0]
