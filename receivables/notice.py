"""Record which level of demand a debtor was really sent for an item; an item's level is the highest of them."""

from datetime import date

from sqlalchemy import CheckConstraint, ForeignKey, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column

from receivables.base import Key, ReceivablesBase


class Notice(ReceivablesBase):
    """Keep one item named in one message that went out."""

    __tablename__ = "notice"
    __table_args__ = (
        UniqueConstraint("receivable_id", "key"),
        CheckConstraint("level >= 0", name="level"),
    )

    id: Mapped[Key]
    receivable_id: Mapped[int] = mapped_column(ForeignKey("receivable.id"))
    case_id: Mapped[int] = mapped_column(ForeignKey("collection_case.id"), index=True)
    level: Mapped[int]
    sent_on: Mapped[date]
    key: Mapped[str]
    """The idempotency key of the message or letter that carried it."""
