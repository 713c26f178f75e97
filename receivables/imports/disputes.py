"""Open and close the disputes that an accounting system reports."""

from collections.abc import Collection, Mapping, Sequence
from typing import Any

from sqlalchemy import or_, select

from receivables.dispute import Dispute
from receivables.imports.incoming import IncomingReceivable
from receivables.imports.writing import Writer

REASON = "reported by the accounting system"
CLEARED = "no longer reported by the accounting system"
SETTLED = "settled"


def take_disputes(
    writer: Writer, rows: Sequence[tuple[int, IncomingReceivable]], new_ones: Collection[int]
) -> set[int]:
    """Open what is reported as disputed and still open, close what is no longer; return the ids that changed.

    A dispute that a person opened is left alone.
    """
    known = [(row_id, row) for row_id, row in rows if row_id not in new_ones]
    standing = _standing(writer, [row_id for row_id, row in known if row.disputed is not None or not row.open_amount])
    fresh = [row_id for row_id, row in rows if row.disputed and row.open_amount and row_id not in standing]
    over = {
        row_id: SETTLED if not row.open_amount else CLEARED
        for row_id, row in rows
        if row_id in standing and (row.disputed is False or not row.open_amount)
    }
    over = {row_id: why for row_id, why in over.items() if _is_ours(standing[row_id])}
    day = writer.order.as_of
    opened = {"reason": REASON, "opened_on": day, "opened_by": writer.order.by}
    writer.insert_noted(Dispute, "dispute", [{"receivable_id": row_id, **opened} for row_id in fresh])
    closed: dict[int, Mapping[str, Any]] = {
        standing[row_id]["id"]: {"closed_on": day, "resolution": why, "closed_by": writer.order.by}
        for row_id, why in over.items()
    }
    nothing = dict.fromkeys(("closed_on", "resolution", "closed_by"))
    writer.update(Dispute, "dispute", closed, dict.fromkeys(closed, nothing))
    return {*fresh, *over}


def _is_ours(dispute: Mapping[str, Any]) -> bool:
    return bool(dispute["reason"] == REASON and dispute["closed_on"] is None)


def _standing(writer: Writer, ids: list[int]) -> dict[int, dict[str, Any]]:
    """Return the disputes that stood on the import's day, those closed later included."""
    query = select(Dispute.receivable_id, Dispute.id, Dispute.reason, Dispute.closed_on)
    standing = or_(Dispute.closed_on.is_(None), Dispute.closed_on > writer.order.as_of)
    rows = writer.session.execute(query.where(Dispute.receivable_id.in_(ids), standing).order_by(Dispute.id))
    return {row.receivable_id: row._asdict() for row in rows}
