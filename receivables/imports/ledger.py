"""Compare what an accounting system says is open with what it said before; post the difference."""

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import case, func, or_, select
from sqlalchemy.orm import Session

from receivables.imports.incoming import ImportOrder, IncomingReceivable
from receivables.posting import Posting

SOURCE = "erp"


@dataclass(frozen=True, slots=True)
class Reported:
    """Carry what the accounting system reported of a receivable: open as of a day, and what it booked later."""

    open: int = 0
    later: int = 0
    later_on: date | None = None


def reported(session: Session, ids: Collection[int], as_of: date) -> dict[int, Reported]:
    """Return what the accounting system reported of receivables; an invoice counts whenever it was booked."""
    known = or_(Posting.kind == "invoice", Posting.booked_on <= as_of)
    query = (
        select(
            Posting.receivable_id,
            func.sum(case((known, Posting.amount), else_=0)),
            func.sum(case((known, 0), else_=Posting.amount)),
            func.min(case((known, None), else_=Posting.booked_on)),
        )
        .where(Posting.source == SOURCE, Posting.receivable_id.in_(ids))
        .group_by(Posting.receivable_id)
    )
    return {row[0]: Reported(int(row[1]), int(row[2]), row[3]) for row in session.execute(query)}


class Bookkeeper:
    """Make the postings of one import; each is a row for the ledger."""

    def __init__(self, order: ImportOrder, run_id: int) -> None:
        self._as_of = order.as_of
        self._same = {"source": SOURCE, "import_id": run_id, "at": order.now, "by": order.by}

    def first(self, receivable_id: int, row: IncomingReceivable) -> Iterator[Mapping[str, Any]]:
        """Post a new receivable and what of it is not open."""
        booked_on = min(row.issue_date or self._as_of, self._as_of)
        yield self._posting(receivable_id, row.currency, "invoice", booked_on, row.amount)
        yield from self.difference(receivable_id, row, row.open_amount - row.amount, Reported())

    def correction(self, receivable_id: int, row: IncomingReceivable, amount: int) -> Iterator[Mapping[str, Any]]:
        """Post that an invoice's amount is another one now."""
        if amount:
            yield self._posting(receivable_id, row.currency, "correction", self._as_of, amount)

    def difference(
        self, receivable_id: int, row: IncomingReceivable, amount: int, before: Reported
    ) -> Iterator[Mapping[str, Any]]:
        """Post what was settled (or is open again); what was reported of later days stays as it was."""
        if not amount:
            return
        is_settled = row.open_amount == 0 and row.settled_on is not None
        booked_on = row.settled_on if is_settled and row.settled_on else self._as_of
        yield self._posting(receivable_id, row.currency, kind_of(amount, row.amount), booked_on, amount)
        if before.later and before.later_on:
            kind = kind_of(-amount, row.amount)
            yield self._posting(receivable_id, row.currency, kind, before.later_on, -amount)

    def vanished(self, receivable_id: int, currency: str, before: Reported) -> Iterator[Mapping[str, Any]]:
        """Post that what was open of a receivable was settled; later reports stay as they were."""
        yield self._posting(receivable_id, currency, "settlement", self._as_of, -before.open)
        if before.later and before.later_on:
            yield self._posting(receivable_id, currency, "reversal", before.later_on, before.open)

    def _posting(self, receivable_id: int, currency: str, kind: str, booked_on: date, amount: int) -> Mapping[str, Any]:
        return {
            "receivable_id": receivable_id,
            "currency": currency,
            "kind": kind,
            "booked_on": booked_on,
            "amount": amount,
            **self._same,
        }


def kind_of(amount: int, invoiced: int) -> str:
    """Tell a settlement, which works against the invoice, from its reversal."""
    return "settlement" if (amount < 0) == (invoiced >= 0) else "reversal"
