"""Record money received from a debtor; its allocation is postings, its rest is the debtor's credit."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from receivables.base import Currency, Key, Minor, ReceivablesBase, one_of


class Payment(ReceivablesBase):
    """Keep one payment as received; a reversal is noted, never erased."""

    __tablename__ = "payment"
    __table_args__ = (
        one_of("source", "bank", "hand"),
        CheckConstraint("amount > 0", name="amount"),
        CheckConstraint("(reversed_at IS NULL) = (reversed_by IS NULL)", name="reversed"),
        Index(None, "debtor_id", "received_on"),
    )

    id: Mapped[Key]
    debtor_id: Mapped[int] = mapped_column(ForeignKey("debtor.id"))
    received_on: Mapped[date] = mapped_column(index=True)
    amount: Mapped[Minor]
    currency: Mapped[Currency]
    reference: Mapped[str | None]
    source: Mapped[str] = mapped_column(default="hand")
    entered_by: Mapped[str]
    at: Mapped[datetime]
    reversed_on: Mapped[date | None]
    """The booking day of the reversal."""
    reversed_at: Mapped[datetime | None]
    reversed_by: Mapped[str | None]
