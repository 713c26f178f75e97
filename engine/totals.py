"""Totals since the beginning: how often something happened, added to in the transaction in which it happens."""

from __future__ import annotations

from collections.abc import Mapping

from sqlalchemy import select, text
from sqlalchemy.orm import Session

from engine.tables import Total

ADD = text(
    "INSERT INTO total (name, value) VALUES (:name, :value) "
    "ON CONFLICT (name) DO UPDATE SET value = total.value + excluded.value"
)


def add(session: Session, happened: Mapping[str, int]) -> None:
    """Add to the totals; call it last, since others wait for these rows until the transaction ends."""
    rows = [{"name": name, "value": happened[name]} for name in sorted(happened) if happened[name]]
    if rows:
        session.connection().execute(ADD, rows)


def read(session: Session) -> dict[str, int]:
    """Give all totals by name; what never happened has none."""
    return dict(session.execute(select(Total.name, Total.value)).all())
