"""Say what was invoiced; what is still open follows from its postings."""

from datetime import date

from sqlalchemy import ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from receivables.base import Currency, Key, Minor, ReceivablesBase, one_of
from receivables.debtor import Debtor
from receivables.product import Product


class Receivable(ReceivablesBase):
    """Keep one invoice or credit note; a credit note's amount is negative. Without a due date it is never dunned."""

    __tablename__ = "receivable"
    __table_args__ = (one_of("kind", "invoice", "credit_note"),)

    id: Mapped[Key]
    number: Mapped[str] = mapped_column(unique=True)
    debtor_id: Mapped[int] = mapped_column(ForeignKey("debtor.id"), index=True)
    product_id: Mapped[int] = mapped_column(ForeignKey("product.id"), index=True)
    kind: Mapped[str] = mapped_column(default="invoice")
    issue_date: Mapped[date | None]
    due_date: Mapped[date | None] = mapped_column(index=True)
    amount: Mapped[Minor]
    currency: Mapped[Currency]
    stage: Mapped[str | None]
    """The stage of dunning at which another system handed it over; its case then begins there."""
    stage_since: Mapped[date | None]
    import_id: Mapped[int | None] = mapped_column(ForeignKey("import_run.id"), index=True)
    debtor: Mapped[Debtor] = relationship()
    product: Mapped[Product] = relationship()
