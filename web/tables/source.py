"""Where a table's rows come from: a query that the database pages, or a list that is already here."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Any, Protocol

from sqlalchemy import Select, String, cast, func, or_, select
from sqlalchemy.orm import Session

from web.tables.column import Column, Table
from web.tables.state import State


class Source(Protocol):
    """Gives the rows of one page with the number of all, or all of them for an export."""

    def page(self, table: Table, state: State) -> tuple[Sequence[Any], int]: ...

    def everything(self, table: Table, state: State) -> Sequence[Any]: ...


@dataclass(frozen=True)
class Listed:
    """Rows that are in memory: for lists that stay small or are computed."""

    rows: Sequence[Any]

    def page(self, table: Table, state: State) -> tuple[Sequence[Any], int]:
        """Give one page of the matching rows."""
        found = self.everything(table, state)
        return found[state.offset(table.size) : state.offset(table.size) + table.size], len(found)

    def everything(self, table: Table, state: State) -> Sequence[Any]:
        """Give all matching rows in order."""
        found = [row for row in self.rows if _kept(row, table, state)]
        column = table.by_key.get(state.column)
        if column is None:
            return found
        known = [row for row in found if column.value(row) is not None]
        unknown = [row for row in found if column.value(row) is None]
        return sorted(known, key=column.value, reverse=state.descending) + unknown


@dataclass(frozen=True)
class Query:
    """Rows of a SELECT; `complete` turns the rows of a page into what the columns read, in a few queries for all.

    `counted` has the same rows, without joins that only sorting needs.
    """

    session: Session
    statement: Select[Any]
    complete: Callable[[Session, Sequence[Any]], Sequence[Any]] | None = None
    scalars: bool = True
    counted: Select[Any] | None = None

    def page(self, table: Table, state: State) -> tuple[Sequence[Any], int]:
        """Give one page, sorted and cut by the database."""
        statement = self._narrowed(self.statement, table, state)
        counted = statement if self.counted is None else self._narrowed(self.counted, table, state)
        total = self.session.scalar(select(func.count()).select_from(counted.order_by(None).subquery())) or 0
        rows = self._read(_ordered(statement, table, state).offset(state.offset(table.size)).limit(table.size))
        return rows, total

    def everything(self, table: Table, state: State) -> Sequence[Any]:
        """Give all matching rows in order."""
        return self._read(_ordered(self._narrowed(self.statement, table, state), table, state))

    def _read(self, statement: Select[Any]) -> Sequence[Any]:
        result = self.session.execute(statement)
        rows = result.scalars().all() if self.scalars else result.all()
        return self.complete(self.session, rows) if self.complete else rows

    def _narrowed(self, statement: Select[Any], table: Table, state: State) -> Select[Any]:
        for narrowing in table.filters:
            value = state.filters.get(narrowing.key)
            if value and narrowing.where:
                statement = statement.where(narrowing.where(value))
        if state.text:
            statement = statement.where(or_(*_matches(table, state.text)))
        return statement


def _ordered(statement: Select[Any], table: Table, state: State) -> Select[Any]:
    column = table.by_key.get(state.column)
    if column is None or column.sort is None:
        return statement
    order = column.sort.desc() if state.descending else column.sort.asc()
    return statement.order_by(None).order_by(order.nulls_last(), *statement._order_by_clauses)  # noqa: SLF001 - ties keep the query's own order


def _matches(table: Table, text: str) -> list[Any]:
    spellings = {text, text.lower(), text.upper(), text.capitalize()}  # SQLite folds the case of ASCII alone
    columns = [column.search for column in table.columns if column.search is not None]
    return [cast(column, String).icontains(spelling, autoescape=True) for column in columns for spelling in spellings]


def _kept(row: Any, table: Table, state: State) -> bool:
    for narrowing in table.filters:
        value = state.filters.get(narrowing.key)
        if value and narrowing.keep and not narrowing.keep(row, value):
            return False
    return not state.text or any(_contains(column, row, state.text) for column in table.columns)


def _contains(column: Column, row: Any, text: str) -> bool:
    return column.searched and text.casefold() in str(column.value(row) or "").casefold()
