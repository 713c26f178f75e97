"""Record each import and what it changed, so that the last one can be undone."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from receivables.base import Key, ReceivablesBase


class ImportRun(ReceivablesBase):
    """Keep one file that came in: which, when, by whom, with what result."""

    __tablename__ = "import_run"

    id: Mapped[Key]
    kind: Mapped[str]
    file_name: Mapped[str]
    sha256: Mapped[str] = mapped_column(index=True)
    profile: Mapped[dict[str, Any] | None]
    as_of: Mapped[date | None]
    started_at: Mapped[datetime]
    finished_at: Mapped[datetime | None]
    by: Mapped[str]
    counts: Mapped[dict[str, Any] | None]
    refused_file: Mapped[str | None]
    undone_at: Mapped[datetime | None]
    undone_by: Mapped[str | None]


class ImportChange(ReceivablesBase):
    """Keep what a row was before an import; None where the import made it."""

    __tablename__ = "import_change"

    id: Mapped[Key]
    import_id: Mapped[int] = mapped_column(ForeignKey("import_run.id"), index=True)
    entity: Mapped[str]
    entity_id: Mapped[int]
    before: Mapped[dict[str, Any] | None]
