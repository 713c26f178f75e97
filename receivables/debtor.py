"""Say who owes, under which names, and how they are reached."""

from datetime import date, datetime

from sqlalchemy import ForeignKey, Index
from sqlalchemy.orm import Mapped, mapped_column, relationship

from receivables.base import Key, ReceivablesBase, one_of

CHANNELS = ("email", "phone", "postal")


class FormerName(ReceivablesBase):
    """Keep a name the debtor bore until a day."""

    __tablename__ = "former_name"

    id: Mapped[Key]
    debtor_id: Mapped[int] = mapped_column(ForeignKey("debtor.id"), index=True)
    name: Mapped[str]
    until: Mapped[date]


class Contact(ReceivablesBase):
    """Keep one way to reach a debtor; valid from its first day up to and including its last."""

    __tablename__ = "contact"
    __table_args__ = (
        one_of("channel", *CHANNELS),
        Index(None, "debtor_id", "channel"),
    )

    id: Mapped[Key]
    debtor_id: Mapped[int] = mapped_column(ForeignKey("debtor.id"))
    channel: Mapped[str]
    value: Mapped[str] = mapped_column(index=True)
    """The address or number; of a postal contact, the addressee's line."""
    street: Mapped[str | None]
    city: Mapped[str | None]
    postcode: Mapped[str | None]
    country: Mapped[str | None]
    source: Mapped[str]
    """Where it was learnt: `import`, `hand`, a register."""
    valid_from: Mapped[date]
    valid_until: Mapped[date | None]


class Debtor(ReceivablesBase):
    """Keep who owes; the reference is the creditor's number for them."""

    __tablename__ = "debtor"
    __table_args__ = (one_of("type", "business", "consumer"),)

    id: Mapped[Key]
    reference: Mapped[str] = mapped_column(unique=True)
    name: Mapped[str] = mapped_column(index=True)
    type: Mapped[str] = mapped_column(default="business")
    tax_id: Mapped[str | None] = mapped_column(index=True)
    country: Mapped[str | None]
    language: Mapped[str | None]
    segment: Mapped[str | None]
    risk_rating: Mapped[str | None]
    do_not_contact: Mapped[bool] = mapped_column(default=False)
    created_at: Mapped[datetime]
    former_names: Mapped[list[FormerName]] = relationship(order_by=FormerName.until, cascade="all, delete-orphan")
    contacts: Mapped[list[Contact]] = relationship(order_by=Contact.id, cascade="all, delete-orphan")
