"""Read a .dmn file as people see it: questions, columns, rules with their cells as written. Decides nothing."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import lru_cache

from lxml.etree import _Element as Element

from engine.decisions.sources import child, children, named, text_of
from engine.feel.types import SIMPLE, canonical
from engine.xml import parse_xml

EMPTY = frozenset({"", "-"})
"""Cells that ask nothing."""


@dataclass(frozen=True, slots=True)
class Column:
    """A column: `text` is the expression an input looks at, or the name of an output; `type` is FEEL's."""

    label: str
    text: str
    type: str = ""
    allowed: str = ""
    """The allowed values as they are written, such as `"A", "B"`."""


@dataclass(frozen=True, slots=True)
class Rule:
    """A row, numbered from 1: the cells of inputs and outputs as written, and what its author noted."""

    id: str
    number: int
    inputs: tuple[str, ...]
    outputs: tuple[str, ...]
    note: str = ""

    @property
    def cells(self) -> tuple[str, ...]:
        """All cells, as they are compared."""
        return (*self.inputs, *self.outputs, self.note)


@dataclass(frozen=True, slots=True)
class Sheet:
    """One decision: what it answers, and its table; `expression` is what stands there where it is no table."""

    id: str
    name: str
    question: str
    policy: str = ""
    aggregation: str = ""
    inputs: tuple[Column, ...] = ()
    outputs: tuple[Column, ...] = ()
    rules: tuple[Rule, ...] = ()
    expression: str = ""
    types: Mapping[str, tuple[str, str]] | None = None
    """By the name of what the file asks its caller for: (type, allowed values)."""

    @property
    def is_table(self) -> bool:
        """Whether it decides by rules."""
        return bool(self.policy)

    @property
    def noted(self) -> bool:
        """Whether any rule has a note."""
        return any(rule.note for rule in self.rules)


@lru_cache(maxsize=256)
def sheets(data: bytes) -> tuple[Sheet, ...]:
    """Give the decisions of a file in their order; raise Unusable where it is no XML."""
    root = parse_xml(data, "the decision")
    declared = {named(one.get("name")): _declared(one) for one in children(root, "itemDefinition")}
    asked = {_name(one): _type(child(one, "variable"), declared) for one in children(root, "inputData")}
    return tuple(_sheet(one, declared, asked) for one in children(root, "decision"))


def _sheet(element: Element, declared: Mapping[str, tuple[str, str]], asked: Mapping[str, tuple[str, str]]) -> Sheet:
    identity, table = element.get("id") or "", child(element, "decisionTable")
    question = _words(child(element, "question")) or _words(child(element, "description"))
    if table is None:
        expression = text_of(child(element, "literalExpression"))
        return Sheet(identity, _name(element), question, expression=expression, types=asked)
    inputs = tuple(_input(one, declared) for one in children(table, "input"))
    return Sheet(
        identity,
        _name(element),
        question,
        table.get("hitPolicy") or "UNIQUE",
        table.get("aggregation") or "",
        tuple(_numbered(inputs)),
        tuple(_output(one, number, declared) for number, one in enumerate(children(table, "output"), 1)),
        tuple(_rule(one, number) for number, one in enumerate(children(table, "rule"), 1)),
        types=asked,
    )


def _name(element: Element) -> str:
    return named(element.get("name") or element.get("id"))


def _declared(element: Element) -> tuple[str, str]:
    return named(_words(child(element, "typeRef"))), text_of(child(element, "allowedValues"))


def _type(element: Element | None, declared: Mapping[str, tuple[str, str]]) -> tuple[str, str]:
    """Give a typeRef as one of FEEL's types, with the allowed values of the declared type it names."""
    name = named(element.get("typeRef")) if element is not None else ""
    base, allowed = declared.get(name, (name, ""))
    return (found if (found := canonical(base)) in SIMPLE else ""), allowed


def _input(element: Element, declared: Mapping[str, tuple[str, str]]) -> Column:
    expression = child(element, "inputExpression")
    text = text_of(expression)
    type_, allowed = _type(expression, declared)
    return Column(named(element.get("label")) or text, text, type_, text_of(child(element, "inputValues")) or allowed)


def _numbered(columns: tuple[Column, ...]) -> Iterator[Column]:
    """Yield the columns under the labels by which the engine tells them apart."""
    for number, column in enumerate(columns):
        earlier = sum(each.label == column.label for each in columns[:number])
        label = f"{column.label} ({earlier + 1})" if earlier else column.label
        yield Column(label, column.text, column.type, column.allowed)


def _output(element: Element, number: int, declared: Mapping[str, tuple[str, str]]) -> Column:
    name = named(element.get("name")) or named(element.get("label")) or f"output {number}"
    type_, allowed = _type(element, declared)
    return Column(named(element.get("label")) or name, name, type_, text_of(child(element, "outputValues")) or allowed)


def _rule(element: Element, number: int) -> Rule:
    notes = [text_of(entry) for entry in children(element, "annotationEntry")]
    note = "; ".join(filter(None, [*notes, named(_words(child(element, "description")))]))
    return Rule(
        element.get("id") or "",
        number,
        tuple(text_of(cell) for cell in children(element, "inputEntry")),
        tuple(text_of(cell) for cell in children(element, "outputEntry")),
        note,
    )


def _words(element: Element | None) -> str:
    return (element.text or "").strip() if element is not None else ""
