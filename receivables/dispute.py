"""Keep a debtor's complaint about an invoice; while open, the item is not demanded."""

from datetime import date

from sqlalchemy import ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column

from receivables.base import Key, ReceivablesBase

OPEN = text("closed_on IS NULL")


class Dispute(ReceivablesBase):
    """Keep one dispute; a receivable has at most one open dispute."""

    __tablename__ = "dispute"
    __table_args__ = (
        Index("uq_dispute_open", "receivable_id", unique=True, sqlite_where=OPEN, postgresql_where=OPEN),
        Index(None, "receivable_id"),
    )

    id: Mapped[Key]
    receivable_id: Mapped[int] = mapped_column(ForeignKey("receivable.id"))
    reason: Mapped[str]
    opened_on: Mapped[date]
    opened_by: Mapped[str]
    closed_on: Mapped[date | None]
    resolution: Mapped[str | None]
    closed_by: Mapped[str | None]
