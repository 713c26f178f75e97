"""What a decision asks its caller for: one field per input, typed, with the values that its table knows."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Any

from engine.catalogue import Catalogue
from engine.decisions import Decision, Table
from engine.decisions.model import InputData
from engine.feel import FeelError, compile_unary
from engine.feel.syntax import Call, Literal, Name, Node, Path
from engine.feel.values import kind
from web.queries.decision_sheets import Column, Sheet

PREFIX = "v."
"""Before a variable's path in an address, so that it is never taken for anything else."""


@dataclass(frozen=True, slots=True)
class Field:
    """A variable to be filled in: where it is bound, how it is called, and its FEEL type ("" where any will do)."""

    path: str
    label: str
    type: str = ""
    hint: str = ""
    choices: tuple[str, ...] = ()
    """The only texts it may have, where the table says so."""
    suggestions: tuple[str, ...] = ()

    @property
    def name(self) -> str:
        """The parameter's name in an address."""
        return PREFIX + self.path


def fields_of(
    decision: Decision, sheet: Sheet, catalogue: Catalogue, known: Mapping[str, Sequence[str]]
) -> list[Field]:
    """Give a decision's fields: those of its input columns first, then what its expressions need beside them.

    `known` gives texts that a variable may have in this installation.
    """
    found = {field.path: field for field in _of_columns(decision, sheet)}
    types = sheet.types or {}
    for path in _needed(decision):
        type_, allowed = types.get(path, ("", ""))
        found.setdefault(path, Field(path, _label(path), type_, choices=_choices(allowed)))
    fields = [_described(field, catalogue, known.get(field.path, ())) for field in found.values()]
    return [field for field in fields if not any(path.startswith(field.path + ".") for path in found)]


def _of_columns(decision: Decision, sheet: Sheet) -> Iterator[Field]:
    if not isinstance(decision.logic, Table):
        return
    asked = set(_needed(decision))
    for number, column in enumerate(decision.logic.inputs):
        path = plain_path(column.expression.tree)
        if path in asked:
            yield _of_column(path, sheet.inputs[number], [rule.inputs[number] for rule in sheet.rules])


def _of_column(path: str, column: Column, cells: Iterable[str]) -> Field:
    seen = list(dict.fromkeys(value for cell in cells for value in literals(cell)))
    kinds = {kind(value) for value in seen if value is not None}
    type_ = column.type or (kinds.pop() if len(kinds) == 1 else "")
    texts = tuple(sorted({value for value in seen if isinstance(value, str)}))
    return Field(path, column.label, type_, choices=_choices(column.allowed), suggestions=texts)


def _choices(allowed: str) -> tuple[str, ...]:
    """Give allowed values where they are a plain list of texts; ranges and the like are the engine's to judge."""
    values = list(literals(allowed))
    parts = allowed.count('"') // 2
    return tuple(values) if values and len(values) == parts and all(isinstance(each, str) for each in values) else ()


def _described(field: Field, catalogue: Catalogue, known: Sequence[str]) -> Field:
    type_, _colon, hint = catalogue.vocabulary.get(field.path, "").partition(": ")
    suggestions = tuple(dict.fromkeys((*field.suggestions, *known)))
    return replace(field, type=field.type or type_, hint=hint, suggestions=suggestions)


def _label(path: str) -> str:
    return path.removeprefix("case.").replace(".", " ").replace("_", " ").capitalize()


def _needed(decision: Decision) -> list[str]:
    """Give the names that the decision and all it rests on ask the caller for."""
    found: dict[str, None] = {}
    seen: set[str] = set()

    def visit(one: Any) -> None:
        found.update(dict.fromkeys([one.name] if isinstance(one, InputData) else sorted(getattr(one, "names", ()))))
        for need in one.needs:
            if need.key not in seen and need.key in decision.model.elements:
                seen.add(need.key)
                visit(decision.model.elements[need.key])

    visit(decision)
    return list(found)


def plain_path(node: Any) -> str:
    """Give the path of an expression that is nothing but a variable (`case.product_group`), else nothing."""
    if isinstance(node, Name):
        return node.name
    if isinstance(node, Path):
        above = plain_path(node.source)
        return f"{above}.{node.name}" if above else ""
    return ""


def literals(cell: str) -> list[Any]:
    """Give the constants that stand in a cell as written."""
    try:
        return list(_constants(compile_unary(cell or "-").tree))
    except FeelError:
        return []


def _constants(node: Any) -> Iterator[Any]:
    if isinstance(node, tuple):
        for part in node:
            yield from _constants(part)
    elif isinstance(node, Literal):
        yield node.value
    elif isinstance(node, Node) and not isinstance(node, Call):
        yield from _constants(node.inside())
