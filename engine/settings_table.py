"""Stored switches of the running system: small JSON facts by key."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy.orm import Session

from engine.tables import Setting


def get_setting(session: Session, key: str, default: Any = None) -> Any:
    """Give the stored value, or `default` where nobody set one."""
    row = session.get(Setting, key)
    return default if row is None else row.value


def set_setting(session: Session, key: str, value: Any, *, by: str, now: datetime) -> None:
    """Store a JSON value with who set it and when."""
    session.merge(Setting(key=key, value=value, by=by, at=now))
