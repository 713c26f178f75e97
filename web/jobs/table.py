"""What is stored of long work; the web's own table."""

from __future__ import annotations

from datetime import datetime
from typing import Any

from sqlalchemy import Index, MetaData, Text
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

from engine.tables import NAMING
from engine.types import Json, UtcDateTime

WAITING, RUNNING, DONE, FAILED = "waiting", "running", "done", "failed"


class WebBase(DeclarativeBase):
    """The web's part of the schema."""

    metadata = MetaData(naming_convention=NAMING)
    type_annotation_map = {datetime: UtcDateTime, dict[str, Any]: Json}  # noqa: RUF012 - SQLAlchemy's hook


class Job(WebBase):
    """One piece of long work: waiting -> running -> done | failed. Its progress stands in a file."""

    __tablename__ = "job"
    __table_args__ = (Index(None, "status", "id"),)
    id: Mapped[int] = mapped_column(primary_key=True)
    kind: Mapped[str]
    title: Mapped[str]
    arguments: Mapped[dict[str, Any]]
    status: Mapped[str] = mapped_column(default=WAITING)
    lease_token: Mapped[str | None]  # which process does it (engine.lease)
    by: Mapped[str]
    created_at: Mapped[datetime]
    started_at: Mapped[datetime | None]
    finished_at: Mapped[datetime | None]
    result: Mapped[dict[str, Any] | None]  # {"text": what people read, "href": where to look, ...}
    error: Mapped[str | None] = mapped_column(Text)

    @property
    def finished(self) -> bool:
        """Whether nothing more will happen."""
        return self.status in {DONE, FAILED}
