"""Expressions as they stand in a DMN file, with errors that say where."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator
from dataclasses import dataclass, field, replace

from lxml import etree

from engine.decisions.errors import DecisionError
from engine.decisions.items import Types
from engine.feel import Expression, FeelError, Functions, UnaryTests, compile_expression, compile_unary

NAMESPACE = re.compile(r"https?://www\.omg\.org/spec/DMN/\d+/(?:MODEL/?|dmn\.xsd)")
Element = etree._Element  # noqa: SLF001  lxml has no public name for it


def tag(element: Element) -> str:
    """Return the element's name when it is DMN's own, else nothing."""
    name = etree.QName(element) if isinstance(element.tag, str) else None
    return str(name.localname) if name is not None and NAMESPACE.fullmatch(name.namespace or "") else ""


def children(element: Element | None, *names: str) -> Iterator[Element]:
    """Yield DMN's own children of those names, in order."""
    for child in element if element is not None else ():
        if tag(child) in names:
            yield child


def child(element: Element | None, *names: str) -> Element | None:
    """Return the first such child."""
    return next(children(element, *names), None)


def text_of(element: Element | None) -> str:
    """Return what stands in the element's `text`, or nothing."""
    holder = child(element, "text")
    return (holder.text or "").strip() if holder is not None else ""


def named(text: str | None) -> str:
    """Return a name with its spaces made single."""
    return " ".join((text or "").split())


@dataclass(frozen=True, slots=True)
class Source:
    """Where an expression stands (`where`, for people) and what it may use."""

    what: str
    where: str
    functions: Functions
    types: Types
    words: frozenset[str] = frozenset()
    names: frozenset[str] | None = None
    lenient: bool = False
    local: frozenset[str] = frozenset()
    used: set[str] = field(default_factory=set)

    def at(self, where: str) -> Source:
        """Return the same one step further in."""
        return replace(self, where=f"{self.where}, {where}" if self.where else where)

    def knowing(self, names: Collection[str]) -> Source:
        """Return the same with more names in scope."""
        more = frozenset(names)
        allowed = None if self.names is None else self.names | more
        return replace(self, words=self.words | more, names=allowed, local=self.local | more)

    def recording(self) -> Source:
        """Return the same with an empty record of the variables that are used."""
        return replace(self, used=set())

    def knowing_words(self, words: Collection[str]) -> Source:
        """Return the same with more names that may stand behind a point."""
        return replace(self, words=self.words | frozenset(words))

    def with_types(self, types: Types) -> Source:
        """Return the same with those types."""
        return replace(self, types=types)

    def error(self, message: str, element: Element) -> DecisionError:
        """Return an error about the element."""
        line = int(str(element.sourceline or 0))
        return DecisionError(f"{self.what}, line {line}, {self.where}: {message}", element.get("id") or "", line)

    def expression(self, text: str, element: Element) -> Expression:
        """Compile an expression."""
        try:
            compiled = compile_expression(text, self.names, self.functions, self.words, self.types.teller)
        except FeelError as error:
            if self.lenient:
                return compile_expression("null")
            raise self._refused(error, text, element) from error
        self._record(compiled.names)
        return compiled

    def tests(self, text: str, element: Element) -> UnaryTests:
        """Compile a cell."""
        try:
            compiled = compile_unary(text, self.names, self.functions, self.words, self.types.teller)
        except FeelError as error:
            if self.lenient:
                return compile_unary("? = null and ? != null")
            raise self._refused(error, text, element) from error
        self._record(compiled.names)
        return compiled

    def _record(self, names: Collection[str]) -> None:
        self.used.update(name for name in names if name.partition(".")[0] not in self.local)

    def _refused(self, error: FeelError, text: str, element: Element) -> DecisionError:
        return self.error(f"{error.message} (column {error.column} of `{text[:80]}`)", element)
