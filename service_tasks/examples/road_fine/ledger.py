"""What is known of each fine, and what the process did: tables of their own, apart from the product's schema."""

from __future__ import annotations

from datetime import date

from sqlalchemy import MetaData
from sqlalchemy.orm import DeclarativeBase, Mapped, mapped_column

PENALTY, HANDED_OVER, PAID, DISMISSED = "penalty", "handed_over", "paid", "dismissed"


class ExampleBase(DeclarativeBase):
    """Tables of the example alone: no migration makes them, a replay does, in a database that it throws away."""

    metadata = MetaData()


class Fine(ExampleBase):
    """One fine; amounts in cents. `penalty` is what is added after sixty days, `paid` everything that came in."""

    __tablename__ = "road_fine"
    key: Mapped[str] = mapped_column(primary_key=True)
    amount: Mapped[int]
    penalty: Mapped[int]
    postage: Mapped[int] = mapped_column(default=0)
    paid: Mapped[int] = mapped_column(default=0)
    notified_on: Mapped[date | None]
    covered_on: Mapped[date | None]  # when payments reached the fine's amount, postage and penalty apart
    appeal_pending: Mapped[bool] = mapped_column(default=False)
    dismissed: Mapped[bool] = mapped_column(default=False)


class Deed(ExampleBase):
    """Something the process did by itself: PENALTY (the new total), HANDED_OVER (what is owed), PAID, DISMISSED."""

    __tablename__ = "road_fine_deed"
    id: Mapped[int] = mapped_column(primary_key=True)
    key: Mapped[str] = mapped_column(index=True)
    deed: Mapped[str]
    day: Mapped[date]
    amount: Mapped[int | None]
