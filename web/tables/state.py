"""What a reader asked of a table: words, filters, order and page, read from the address."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from urllib.parse import urlencode

from web.tables.column import Table

LONGEST_PAGE = 6  # digits; a database refuses to skip more rows than it can count


@dataclass(frozen=True)
class State:
    """The reader's wishes; whatever the table does not know is left out."""

    text: str = ""
    filters: Mapping[str, str] = field(default_factory=dict)
    column: str = ""
    descending: bool = False
    page: int = 1

    def offset(self, size: int) -> int:
        """Say how many rows come before this page."""
        return (self.page - 1) * size


def read_state(table: Table, arguments: Mapping[str, str]) -> State:
    """Read the state from an address's arguments."""
    order = arguments.get("sort", table.order)
    column = table.by_key.get(order.removeprefix("-"))
    filters = {f.key: arguments[f.key] for f in table.filters if f.allows(arguments.get(f.key, ""))}
    page = arguments.get("page", "1")
    return State(
        arguments.get("q", "").strip() if table.searchable else "",
        {key: value for key, value in filters.items() if value},
        column.key if column is not None and column.sortable else "",
        order.startswith("-"),
        max(int(page), 1) if page.isdecimal() and len(page) <= LONGEST_PAGE else 1,
    )


def address(path: str, kept: Mapping[str, str], **changes: str | None) -> str:
    """Give the address with some arguments changed (None takes one away)."""
    arguments = {**kept, **changes}
    query = urlencode({key: value for key, value in arguments.items() if value})
    return f"{path}?{query}" if query else path
