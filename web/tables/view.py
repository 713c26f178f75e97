"""A table as one reader sees it, and the answer to the request for it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import render_template, request
from flask.typing import ResponseReturnValue

from web.tables.column import Column, Table
from web.tables.export import export
from web.tables.source import Source
from web.tables.state import State, address, read_state

SHOWN_PAGES = 2
"""Pages offered on each side of the present one."""


@dataclass(frozen=True)
class TableView:
    """The rows of one page with the addresses of everything that can be clicked."""

    table: Table
    state: State
    rows: Sequence[Any]
    total: int
    path: str
    arguments: Mapping[str, str]

    @property
    def pages(self) -> int:
        """How many pages there are, at least one."""
        return max(-(-self.total // self.table.size), 1)

    @property
    def first(self) -> int:
        """The number of the first row shown."""
        return self.state.offset(self.table.size) + 1 if self.rows else 0

    @property
    def last(self) -> int:
        """The number of the last row shown."""
        return self.state.offset(self.table.size) + len(self.rows)

    @property
    def near(self) -> range:
        """The pages around the present one."""
        return range(max(self.state.page - SHOWN_PAGES, 1), min(self.state.page + SHOWN_PAGES, self.pages) + 1)

    @property
    def narrowed(self) -> bool:
        """Whether a search or filter is on."""
        return bool(self.state.text or self.state.filters)

    @property
    def others(self) -> dict[str, str]:
        """Arguments of the page that are not the table's: kept when it is sorted or filtered."""
        own = {"q", "sort", "page", "export", *(f.key for f in self.table.filters)}
        return {key: value for key, value in self.arguments.items() if key not in own}

    def order(self, column: Column) -> str:
        """Say how a column is sorted now, in the words of aria-sort."""
        if column.key != self.state.column:
            return "none"
        return "descending" if self.state.descending else "ascending"

    def sort_address(self, column: Column) -> str:
        """Give the address that sorts by a column, the other way round when it is sorted already."""
        turned = "-" if self.order(column) == "ascending" else ""
        return self.address(sort=turned + column.key, page=None)

    def address(self, **changes: str | None) -> str:
        """Give this table's address with some arguments changed."""
        return address(self.path, {key: value for key, value in self.arguments.items() if key != "export"}, **changes)

    def page_address(self, page: int) -> str:
        """Give the address of another page."""
        return self.address(page=str(page) if page > 1 else None)

    def cleared(self) -> str:
        """Give the address without search and filters."""
        return address(self.path, self.others)


def view_of(table: Table, source: Source) -> TableView:
    """Read the rows that this request asks for."""
    arguments = request.args.to_dict()
    state = read_state(table, arguments)
    rows, total = source.page(table, state)
    return TableView(table, state, rows, total, request.path, arguments)


def respond(table: Table, source: Source, template: str, **values: Any) -> ResponseReturnValue:
    """Answer with the page (its `table` is the view), or with the file when an export was asked for."""
    wanted = request.args.get("export", "")
    if wanted in {"xlsx", "csv"}:
        state = read_state(table, request.args.to_dict())
        return export(table, source.everything(table, state), wanted)
    return render_template(template, table=view_of(table, source), **values)
