"""Settle what a snapshot no longer lists, unless too much would vanish at once."""

from dataclasses import dataclass

from sqlalchemy import case, func, or_, select
from sqlalchemy.orm import Session

from receivables.errors import UnusableFile
from receivables.imports.incoming import ImportOrder, Incoming
from receivables.imports.ledger import SOURCE, Bookkeeper, reported
from receivables.imports.writing import Writer, chunks
from receivables.posting import Posting
from receivables.receivable import Receivable


@dataclass(frozen=True, slots=True)
class Vanished:
    """Carry an imported receivable that a snapshot leaves out, and what was open of it."""

    receivable_id: int
    currency: str
    open: int


def find_vanished(session: Session, incoming: Incoming, order: ImportOrder) -> list[Vanished]:
    """Return what the accounting system reported as open and no longer lists.

    A row that was refused is listed all the same. Raise UnusableFile where a larger share than allowed would vanish.
    """
    listed = {row.number for row in incoming.receivables} | {row.number for row in incoming.refused if row.number}
    known = or_(Posting.kind == "invoice", Posting.booked_on <= order.as_of)
    amount = func.sum(case((known, Posting.amount), else_=0))
    query = (
        select(Receivable.id, Receivable.number, Receivable.currency, amount)
        .join(Posting, Posting.receivable_id == Receivable.id)
        .where(Posting.source == SOURCE, Receivable.import_id.is_not(None))
        .group_by(Receivable.id, Receivable.number, Receivable.currency)
        .having(amount != 0, func.min(Posting.booked_on) <= order.as_of)
    )
    open_ones = session.execute(query).all()
    gone = [Vanished(row[0], row[2], int(row[3])) for row in open_ones if row[1] not in listed]
    _check_share(len(gone), len(open_ones), order)
    return gone


def _check_share(gone: int, all_open: int, order: ImportOrder) -> None:
    if gone > order.max_vanished * all_open and not order.accept_vanished:
        raise UnusableFile(
            f"{gone} of {all_open} open receivables are missing from this snapshot, more than the allowed share of "
            f"{order.max_vanished:g}; nothing was changed. Accept that they were settled with --accept-vanished, "
            "or check whether the file is complete"
        )


def settle_vanished(writer: Writer, gone: list[Vanished]) -> None:
    """Post the settlement of what vanished."""
    books = Bookkeeper(writer.order, writer.run_id)
    for chunk in chunks(gone):
        past = reported(writer.session, [each.receivable_id for each in chunk], writer.order.as_of)
        entries = [books.vanished(each.receivable_id, each.currency, past[each.receivable_id]) for each in chunk]
        writer.insert(Posting, [entry for each in entries for entry in each])
