"""What a batch will write: collected while computing, written at once in one short transaction."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

from sqlalchemy import Table


@dataclass(slots=True)
class WriteBuffer:
    """Rows of one case in the order in which they were meant; nothing is written before the batch's transaction."""

    key: str
    now: datetime
    who: str = "duly"
    rows: list[tuple[Table, dict[str, Any]]] = field(default_factory=list)
    updates: list[tuple[Table, dict[str, Any], dict[str, Any]]] = field(default_factory=list)
    outgoing: list[dict[str, Any]] = field(default_factory=list)
    messages: list[dict[str, Any]] = field(default_factory=list)
    record: list[dict[str, Any]] = field(default_factory=list)

    def mark(self) -> tuple[int, ...]:
        """Say how much was meant so far."""
        return tuple(map(len, self._lists()))

    def rewind(self, mark: tuple[int, ...]) -> None:
        """Forget what was meant since the mark."""
        for rows, length in zip(self._lists(), mark, strict=True):
            del rows[length:]

    def _lists(self) -> tuple[list[Any], ...]:
        return self.rows, self.updates, self.outgoing, self.messages, self.record

    def insert(self, table: Table, row: Mapping[str, Any]) -> None:
        """Add a row to `table`."""
        self.rows.append((table, dict(row)))

    def update(self, table: Table, where: Mapping[str, Any], values: Mapping[str, Any]) -> None:
        """Change the rows of `table` whose columns equal `where`."""
        self.updates.append((table, dict(where), dict(values)))

    def outbox(self, *, channel: str, key: str, payload: Mapping[str, Any], not_before: datetime | None = None) -> None:
        """Let something leave after the commit; `key` makes it unique for ever."""
        row = {"channel": channel, "key": key, "business_key": self.key, "payload": dict(payload)}
        self.outgoing.append({**row, "not_before": not_before or self.now, "created_at": self.now})

    def message(self, *, key: str, name: str, payload: Mapping[str, Any], unique_key: str) -> None:
        """Put a message into the inbox of the case `key`."""
        row = {"business_key": key, "name": name, "payload": dict(payload), "unique_key": unique_key}
        self.messages.append({**row, "at": self.now, "not_before": self.now})

    def history(
        self, *, kind: str, text: str = "", detail: Mapping[str, Any] | None = None, element: str = "", stage: str = ""
    ) -> None:
        """Put on record what happened and why."""
        row = {"at": self.now, "who": self.who, "kind": kind, "text": text, "element": element, "stage": stage}
        self.record.append({**row, "detail": dict(detail) if detail else None})
