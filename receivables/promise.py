"""Keep a debtor's declaration to pay an amount by a day."""

from datetime import date, datetime

from sqlalchemy import CheckConstraint, ForeignKey
from sqlalchemy.orm import Mapped, mapped_column

from receivables.base import Currency, Key, Minor, ReceivablesBase, one_of

VERDICTS = ("kept", "partially_kept", "broken")


class Promise(ReceivablesBase):
    """Keep one promise; it is open until judged or withdrawn."""

    __tablename__ = "promise"
    __table_args__ = (
        one_of("verdict", *VERDICTS),
        CheckConstraint("amount > 0", name="amount"),
        CheckConstraint("tolerance_days >= 0", name="tolerance_days"),
        CheckConstraint("threshold BETWEEN 1 AND 100", name="threshold"),
        CheckConstraint("(judged_on IS NULL) = (verdict IS NULL)", name="judged"),
    )

    id: Mapped[Key]
    case_id: Mapped[int] = mapped_column(ForeignKey("collection_case.id"), index=True)
    debtor_id: Mapped[int] = mapped_column(ForeignKey("debtor.id"), index=True)
    promised_on: Mapped[date] = mapped_column(index=True)
    """The day by which payment was promised."""
    amount: Mapped[Minor]
    currency: Mapped[Currency]
    tolerance_days: Mapped[int] = mapped_column(default=2)
    """Business days of the debtor's country."""
    threshold: Mapped[int] = mapped_column(default=95)
    """Percent of the amount from which the promise counts as kept."""
    made_on: Mapped[date]
    """The first day whose payments count."""
    made_at: Mapped[datetime]
    recorded_by: Mapped[str]
    judged_on: Mapped[date | None]
    verdict: Mapped[str | None]
    withdrawn_at: Mapped[datetime | None]
