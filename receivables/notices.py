"""Record which demands were really sent, and say the level that each item has reached."""

from collections.abc import Collection
from datetime import date

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from receivables.notice import Notice


def record_notices(
    session: Session, case_id: int, receivable_ids: Collection[int], *, level: int, key: str, sent_on: date
) -> int:
    """Record that a message demanded these items at a level; return how many records are new.

    Recording the same message again changes nothing.
    """
    known = set(session.scalars(select(Notice.receivable_id).where(Notice.key == key)))
    rows = [
        Notice(case_id=case_id, receivable_id=receivable_id, level=level, key=key, sent_on=sent_on)
        for receivable_id in dict.fromkeys(receivable_ids)
        if receivable_id not in known
    ]
    session.add_all(rows)
    session.flush()
    return len(rows)


def item_levels(session: Session, receivable_ids: Collection[int]) -> dict[int, int]:
    """Return by receivable the highest level that was sent; 0 where none was."""
    query = (
        select(Notice.receivable_id, func.max(Notice.level))
        .where(Notice.receivable_id.in_(receivable_ids))
        .group_by(Notice.receivable_id)
    )
    return dict.fromkeys(receivable_ids, 0) | dict(session.execute(query).all())


def notices_of(session: Session, case_id: int) -> list[Notice]:
    """Return what a case sent, item by item, in order."""
    query = select(Notice).where(Notice.case_id == case_id).order_by(Notice.sent_on, Notice.id)
    return list(session.scalars(query))
