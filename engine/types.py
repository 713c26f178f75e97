"""Column types shared by the engine's tables: aware UTC times, JSON."""

from __future__ import annotations

from collections.abc import Callable
from datetime import UTC, datetime
from typing import Any

from sqlalchemy import JSON, DateTime, Dialect
from sqlalchemy.types import TypeDecorator

Json = JSON(none_as_null=True)


class UtcDateTime(TypeDecorator[datetime]):
    """Store aware datetimes in UTC and give them back aware, on databases that know no zones too."""

    impl = DateTime
    cache_ok = True

    def bind_processor(self, dialect: Dialect) -> Callable[[Any], Any]:
        """Give what turns a moment into the database's own; on SQLite in one go, since a batch writes thousands."""
        if dialect.name != "sqlite":
            return super().bind_processor(dialect)  # type: ignore[return-value]
        stored = self.process_bind_param

        def as_text(value: datetime | None) -> str | None:
            moment = stored(value, dialect)
            return None if moment is None else moment.isoformat(" ", "microseconds")

        return as_text

    def process_bind_param(self, value: datetime | None, dialect: Dialect) -> datetime | None:  # noqa: ARG002 - the hook's signature
        if value is None:
            return None
        if value.tzinfo is None:
            message = f"{value.isoformat()} has no time zone; pass an aware datetime"
            raise ValueError(message)
        return (value if value.tzinfo is UTC else value.astimezone(UTC)).replace(tzinfo=None)

    def process_result_value(self, value: Any, dialect: Dialect) -> datetime | None:  # noqa: ARG002 - the hook's signature
        return None if value is None else value.replace(tzinfo=UTC)
