"""Keep letters from draft to sent; what is approved is what is sent."""

from datetime import datetime
from typing import Any

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from receivables.base import Key, ReceivablesBase, one_of
from receivables.case import Case

STATUSES = ("drafted", "approved", "returned", "queued", "sent", "superseded")


class Letter(ReceivablesBase):
    """Keep one rendered letter with its hash and the figures it was rendered from."""

    __tablename__ = "letter"
    __table_args__ = (
        one_of("status", *STATUSES),
        Index(None, "case_id", "status"),
        Index(None, "status"),
    )

    id: Mapped[Key]
    case_id: Mapped[int] = mapped_column(ForeignKey("collection_case.id"))
    template: Mapped[str]
    language: Mapped[str]
    level: Mapped[int]
    status: Mapped[str] = mapped_column(default="drafted")
    sha256: Mapped[str]
    file_name: Mapped[str]
    figures: Mapped[dict[str, Any]]
    """Minor units per currency, and `items`: what the letter says is owed."""
    drafted_by: Mapped[str]
    drafted_at: Mapped[datetime]
    edited_by: Mapped[str | None]
    extra_text: Mapped[str | None]
    decided_by: Mapped[str | None]
    decided_at: Mapped[datetime | None]
    comment: Mapped[str | None]
    sent_at: Mapped[datetime | None]
    channel: Mapped[str | None]
    case: Mapped[Case] = relationship()
