"""What a table is made of: typed columns and filters; knows no HTTP and no storage."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from enum import StrEnum
from typing import Any

from sqlalchemy.sql import ColumnElement

SIZE = 50
"""Rows on a page."""


class Kind(StrEnum):
    """How a value is shown, aligned, sorted and exported."""

    TEXT = "text"
    NUMBER = "number"
    MONEY = "money"  # a formats.Money
    MONEYS = "moneys"  # a list of formats.Money, one per currency
    DATE = "date"
    DUE = "due"  # a date with its hint: in 3 days, 2 days late
    MOMENT = "moment"
    BADGE = "badge"  # a Badge


@dataclass(frozen=True, order=True)
class Badge:
    """A short state: a word in a colour (Tabler's names), never the colour alone."""

    text: str
    colour: str = "secondary"
    icon: str = ""


@dataclass(frozen=True, kw_only=True)
class Column:
    """One column. `sort` and `search` are SQL expressions for `Query` sources; for lists, `value` serves both."""

    key: str
    title: Any
    value: Callable[[Any], Any]
    kind: Kind = Kind.TEXT
    href: Callable[[Any], str | None] | None = None
    sort: ColumnElement[Any] | Any | None = None
    sortable: bool = True
    search: ColumnElement[Any] | Any | None = None
    searched: bool = False
    export: Callable[[Any], Any] | None = None
    wide_only: bool = False  # left out on phones

    def exported(self, row: Any) -> Any:
        """Give the value that leaves in a file."""
        return (self.export or self.value)(row)


@dataclass(frozen=True, kw_only=True)
class Filter:
    """A choice above the table. `where` gives SQL for `Query` sources, `keep` decides for lists."""

    key: str
    title: Any
    choices: Sequence[tuple[str, Any]]
    where: Callable[[str], ColumnElement[bool]] | None = None
    keep: Callable[[Any, str], bool] | None = None

    def allows(self, value: str) -> bool:
        """Say whether the value is one of the choices."""
        return any(value == choice for choice, _text in self.choices)


@dataclass(frozen=True, kw_only=True)
class Table:
    """A list that people sort, search, filter, page and export. `name` is its id on the page and in file names."""

    name: str
    columns: Sequence[Column]
    title: Any = ""
    filters: Sequence[Filter] = ()
    href: Callable[[Any], str | None] | None = None  # where Enter on a row goes
    order: str = ""  # the first order: a column's key, "-" before it for descending
    select: Callable[[Any], str] | None = None  # value of a row's tick box, for actions on many rows
    empty_title: Any = ""
    empty_text: Any = ""
    empty_icon: str = "inbox"
    size: int = SIZE
    by_key: dict[str, Column] = field(init=False, default_factory=dict)

    def __post_init__(self) -> None:
        self.by_key.update({column.key: column for column in self.columns})

    @property
    def searchable(self) -> bool:
        """Whether there is anything to search in."""
        return any(column.search is not None or column.searched for column in self.columns)
