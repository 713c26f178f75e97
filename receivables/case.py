"""Gather a debtor's overdue items of one case group for as long as they are being collected."""

from datetime import date

from sqlalchemy import CheckConstraint, ForeignKey, Index, text
from sqlalchemy.orm import Mapped, mapped_column, relationship

from receivables.base import Key, ReceivablesBase
from receivables.debtor import Debtor

OPEN = text("closed_on IS NULL")
JOINED = text("left_on IS NULL")


class CaseItem(ReceivablesBase):
    """Keep that a receivable was collected by a case; it is in one open case at a time."""

    __tablename__ = "case_item"
    __table_args__ = (
        Index("uq_case_item_joined", "receivable_id", unique=True, sqlite_where=JOINED, postgresql_where=JOINED),
        Index(None, "receivable_id"),
    )

    id: Mapped[Key]
    case_id: Mapped[int] = mapped_column(ForeignKey("collection_case.id"), index=True)
    receivable_id: Mapped[int] = mapped_column(ForeignKey("receivable.id"))
    joined_on: Mapped[date]
    left_on: Mapped[date | None]


class Case(ReceivablesBase):
    """Keep one case; a debtor has at most one open case in each case group."""

    __tablename__ = "collection_case"
    __table_args__ = (
        Index(
            "uq_collection_case_open",
            "debtor_id",
            "case_group_id",
            unique=True,
            sqlite_where=OPEN,
            postgresql_where=OPEN,
        ),
        CheckConstraint("priority BETWEEN 0 AND 100", name="priority"),
        CheckConstraint("(closed_on IS NULL) = (outcome IS NULL)", name="outcome"),
    )

    id: Mapped[Key]
    number: Mapped[int] = mapped_column(unique=True)
    debtor_id: Mapped[int] = mapped_column(ForeignKey("debtor.id"), index=True)
    case_group_id: Mapped[int] = mapped_column(ForeignKey("case_group.id"))
    strategy: Mapped[str]
    opened_on: Mapped[date]
    closed_on: Mapped[date | None] = mapped_column(index=True)
    outcome: Mapped[str | None]
    """How it ended: paid, no_action, outgrown, written_off, placed, or what else the strategy names."""
    brought_back_on: Mapped[date | None]
    """The day a person let the items of this closed case be collected again."""
    group_id: Mapped[int | None] = mapped_column(ForeignKey("staff_group.id"), index=True)
    owner: Mapped[str | None] = mapped_column(index=True)
    priority: Mapped[int] = mapped_column(default=50)
    debtor: Mapped[Debtor] = relationship()
    items: Mapped[list[CaseItem]] = relationship(order_by=CaseItem.id)
