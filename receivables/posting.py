"""Keep the ledger: append-only amounts from which everything owed is derived."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column

from receivables.base import Currency, Key, Minor, ReceivablesBase, one_of

KINDS = ("invoice", "settlement", "payment", "reversal", "correction")
SOURCES = ("erp", "bank", "hand")


class Posting(ReceivablesBase):
    """Keep one amount booked on a receivable; plus raises what is owed, minus lowers it."""

    __tablename__ = "posting"
    __table_args__ = (
        one_of("kind", *KINDS),
        one_of("source", *SOURCES),
        Index(None, "receivable_id", "booked_on"),
    )

    id: Mapped[Key]
    receivable_id: Mapped[int] = mapped_column(ForeignKey("receivable.id"))
    kind: Mapped[str]
    source: Mapped[str]
    booked_on: Mapped[date]
    amount: Mapped[Minor]
    currency: Mapped[Currency]
    payment_id: Mapped[int | None] = mapped_column(ForeignKey("payment.id"), index=True)
    import_id: Mapped[int | None] = mapped_column(ForeignKey("import_run.id"), index=True)
    reverses_id: Mapped[int | None] = mapped_column(ForeignKey("posting.id"), index=True)
    """The posting that a reversal takes back."""
    at: Mapped[datetime]
    by: Mapped[str]
