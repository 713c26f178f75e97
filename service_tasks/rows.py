"""Write rows of the receivables from a service task: through the batch's write buffer, never a session."""

from __future__ import annotations

from typing import Any

from sqlalchemy import Table
from sqlalchemy.orm import DeclarativeBase

from engine.catalogue import Call

SYSTEM = "duly"


def table_of(model: type[DeclarativeBase]) -> Table:
    """Return the table of a mapped class."""
    table = model.__table__
    if not isinstance(table, Table):
        raise TypeError(f"{model.__name__} is not mapped to one table")
    return table


def add(call: Call, model: type[DeclarativeBase], **values: Any) -> None:
    """Add a row with the batch."""
    call.write.insert(table_of(model), values)


def change(call: Call, model: type[DeclarativeBase], where: dict[str, Any], **values: Any) -> None:
    """Change the rows whose columns equal `where` with the batch; inserts of the batch come before changes."""
    call.write.update(table_of(model), where, values)


def person_of(call: Call) -> str:
    """Return who did the task that led here; the system where nobody did."""
    return str(call.data.get("done_by") or SYSTEM)
