"""Say in whose name money is asked for, and where it is to be paid."""

from sqlalchemy import ForeignKey, LargeBinary, UniqueConstraint
from sqlalchemy.orm import Mapped, mapped_column, relationship

from receivables.base import Currency, Key, ReceivablesBase


class CreditorAccount(ReceivablesBase):
    """Keep one bank account of the creditor, in one currency."""

    __tablename__ = "creditor_account"
    __table_args__ = (UniqueConstraint("creditor_id", "iban", "currency"),)

    id: Mapped[Key]
    creditor_id: Mapped[int] = mapped_column(ForeignKey("creditor.id"))
    iban: Mapped[str]
    bic: Mapped[str | None]
    bank: Mapped[str | None]
    currency: Mapped[Currency]


class Creditor(ReceivablesBase):
    """Keep the company that is owed; the first row signs letters."""

    __tablename__ = "creditor"

    id: Mapped[Key]
    name: Mapped[str]
    street: Mapped[str | None]
    city: Mapped[str | None]
    postcode: Mapped[str | None]
    country: Mapped[str | None]
    tax_id: Mapped[str | None]
    reply_to: Mapped[str | None]
    phone: Mapped[str | None]
    email: Mapped[str | None]
    signature: Mapped[str | None]
    logo: Mapped[bytes | None] = mapped_column(LargeBinary, deferred=True)
    accounts: Mapped[list[CreditorAccount]] = relationship(order_by=CreditorAccount.id, cascade="all, delete-orphan")
