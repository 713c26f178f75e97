"""Write many rows at once and keep what they were before."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import date, datetime
from itertools import islice
from typing import Any, TypeAlias, TypeVar, cast

from sqlalchemy import Table, bindparam, insert, select, update
from sqlalchemy.orm import InstrumentedAttribute, Session

from receivables.base import ReceivablesBase
from receivables.import_run import ImportChange
from receivables.imports.incoming import ImportOrder

CHUNK = 5_000  # rows: well below the parameters a statement may have

T = TypeVar("T")
Before: TypeAlias = Mapping[int, Mapping[str, Any]]
"""What rows were, by id."""


def table(model: type[ReceivablesBase]) -> Table:
    """Return a class's table, for statements that need no objects."""
    return cast("Table", model.__table__)


def chunks(values: Iterable[T]) -> Iterator[list[T]]:
    """Cut values into lists of at most CHUNK."""
    rest = iter(values)
    while chunk := list(islice(rest, CHUNK)):
        yield chunk


class Writer:
    """Write one import's rows; a dry run writes none and gives negative ids to what would be made."""

    def __init__(self, session: Session, order: ImportOrder, run_id: int) -> None:
        self.session = session
        self.order = order
        self.run_id = run_id

    def insert(self, model: type[ReceivablesBase], rows: Sequence[Mapping[str, Any]]) -> None:
        if rows and not self.order.dry_run:
            self.session.connection().execute(insert(table(model)), list(rows))

    def insert_noted(self, model: type[ReceivablesBase], entity: str, rows: Sequence[Mapping[str, Any]]) -> None:
        """Insert rows and note in the journal that this import made them."""
        if rows and not self.order.dry_run:
            statement = insert(table(model)).returning(table(model).c.id)
            made = self.session.connection().execute(statement, list(rows)).scalars().all()
            self.journal(entity, dict.fromkeys(made))

    def create(
        self, model: type[ReceivablesBase], key: InstrumentedAttribute[str], rows: Sequence[Mapping[str, Any]]
    ) -> dict[str, int]:
        """Insert rows with a unique text key; return their ids by that key."""
        if self.order.dry_run:
            return {row[key.key]: -place for place, row in enumerate(rows, 1)}
        self.insert(model, rows)
        return self.ids(model, key, [row[key.key] for row in rows])

    def ids(
        self, model: type[ReceivablesBase], key: InstrumentedAttribute[str], keys: Collection[str]
    ) -> dict[str, int]:
        """Return the ids of those of the keys that are known."""
        columns = table(model).c
        found: dict[str, int] = {}
        for chunk in chunks(keys):
            query = select(columns[key.key], columns.id).where(columns[key.key].in_(chunk))
            found |= {row[0]: row[1] for row in self.session.execute(query)}
        return found

    def update(
        self, model: type[ReceivablesBase], entity: str, changes: Mapping[int, Mapping[str, Any]], before: Before
    ) -> None:
        """Set columns of rows by id, keeping in the journal what stood there."""
        self.journal(entity, {row_id: {name: before[row_id][name] for name in new} for row_id, new in changes.items()})
        if not self.order.dry_run:
            write_updates(self.session, model, changes)

    def journal(self, entity: str, before: Mapping[int, Mapping[str, Any] | None]) -> None:
        """Keep what rows were; None for those that this import made."""
        rows = [
            {"import_id": self.run_id, "entity": entity, "entity_id": row_id, "before": old and plain(old)}
            for row_id, old in before.items()
        ]
        self.insert(ImportChange, rows)


def write_updates(session: Session, model: type[ReceivablesBase], changes: Mapping[int, Mapping[str, Any]]) -> None:
    """Set columns of rows by id, one statement per set of columns."""
    by_columns: dict[tuple[str, ...], list[dict[str, Any]]] = {}
    for row_id, new in changes.items():
        by_columns.setdefault(tuple(new), []).append({"row_id": row_id, **{f"new_{k}": v for k, v in new.items()}})
    for names, rows in by_columns.items():
        statement = update(table(model)).where(table(model).c.id == bindparam("row_id"))
        session.connection().execute(statement.values({name: bindparam(f"new_{name}") for name in names}), rows)


def plain(values: Mapping[str, Any]) -> dict[str, Any]:
    """Return values as JSON can hold them."""
    return {name: value.isoformat() if isinstance(value, date | datetime) else value for name, value in values.items()}
