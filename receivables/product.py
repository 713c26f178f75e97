"""Say what was sold; its group settles grace, the leading source and four eyes."""

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column, relationship

from receivables.base import Key, ReceivablesBase, one_of


class CaseGroup(ReceivablesBase):
    """Gather the product groups whose overdue items make one case per debtor."""

    __tablename__ = "case_group"

    id: Mapped[Key]
    key: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]


class ProductGroup(ReceivablesBase):
    """Keep the rules that products share."""

    __tablename__ = "product_group"
    __table_args__ = (
        one_of("leading_source", "erp", "bank"),
        CheckConstraint("grace_days >= 0", name="grace_days"),
    )

    id: Mapped[Key]
    key: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    case_group_id: Mapped[int] = mapped_column(ForeignKey("case_group.id"), index=True)
    grace_days: Mapped[int] = mapped_column(default=0)
    leading_source: Mapped[str] = mapped_column(default="erp")
    """Which source counts as soon as both reported a payment."""
    four_eyes: Mapped[bool] = mapped_column(default=True)
    """Whether a letter's last editor may not decide on it."""
    case_group: Mapped[CaseGroup] = relationship()


class Product(ReceivablesBase):
    """Keep one kind of goods or service that is invoiced."""

    __tablename__ = "product"

    id: Mapped[Key]
    key: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str]
    product_group_id: Mapped[int] = mapped_column(ForeignKey("product_group.id"), index=True)
    product_group: Mapped[ProductGroup] = relationship()
