"""Carry what an import brings, already read and typed; knows neither files nor the database."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, NamedTuple


class IncomingReceivable(NamedTuple):
    """Carry one receivable; amounts in minor units, a credit note's negative."""

    line: int
    number: str
    debtor_ref: str
    kind: str
    issue_date: date | None
    due_date: date | None
    amount: int
    open_amount: int
    settled_on: date | None
    """The day on which what is not open was settled; None where the file does not say."""
    currency: str
    disputed: bool | None
    product: str | None
    product_group: str | None
    rounded: int
    """How many of its amounts had more decimals than the currency."""
    stage: str | None = None
    """The stage of dunning that another system has brought it to."""
    stage_since: date | None = None


class IncomingDebtor(NamedTuple):
    """Carry what the file says about one debtor; None where it says nothing."""

    name: str | None = None
    type: str | None = None
    tax_id: str | None = None
    country: str | None = None
    language: str | None = None
    segment: str | None = None
    risk_rating: str | None = None
    email: str | None = None
    phone: str | None = None
    street: str | None = None
    city: str | None = None
    postcode: str | None = None

    def over(self, older: "IncomingDebtor") -> "IncomingDebtor":
        """Return this with its gaps filled from `older`."""
        if self == older:
            return older
        return IncomingDebtor(*(new if new is not None else old for new, old in zip(self, older, strict=True)))


class RefusedRow(NamedTuple):
    """Carry a row that was not taken: where it stands, why, and its cells as they were."""

    line: int
    number: str | None
    reason: str
    cells: tuple[str, ...] = ()


@dataclass(frozen=True)
class Incoming:
    """Carry a whole file as read."""

    rows: int
    receivables: Sequence[IncomingReceivable]
    debtors: Mapping[str, IncomingDebtor]
    repeated: int
    """Rows that only repeat an earlier one word for word."""
    refused: Sequence[RefusedRow]
    fields: frozenset[str]
    """The fields the file has columns for."""
    warnings: tuple[str, ...] = ()

    def first_invoices(self) -> dict[str, date]:
        """Return by debtor's reference when the first of their receivables here was issued."""
        issued: dict[str, date] = {}
        for row in self.receivables:
            if row.issue_date and row.issue_date < issued.get(row.debtor_ref, date.max):
                issued[row.debtor_ref] = row.issue_date
        return issued


@dataclass(frozen=True)
class ImportOrder:
    """Say how an import is to be applied, by whom and when."""

    file_name: str
    sha256: str
    profile: Mapping[str, Any]
    as_of: date
    by: str
    now: datetime
    snapshot: bool = False
    max_vanished: float = 0.2
    accept_vanished: bool = False
    dry_run: bool = False
