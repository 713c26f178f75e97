"""Say which items of new cases another system had brought to a stage, and record what it had demanded for them."""

from collections import defaultdict
from collections.abc import Collection, Iterable
from dataclasses import dataclass
from datetime import date

from sqlalchemy import exists, insert, select
from sqlalchemy.orm import Session, aliased

from receivables.case import CaseItem
from receivables.notice import Notice
from receivables.receivable import Receivable

KEY = "taken over"
"""The key of notices that another system sent: they are no messages of ours."""


@dataclass(frozen=True)
class StagedItem:
    """Carry an item that stood at a stage elsewhere; `since` is None where the file did not say."""

    receivable_id: int
    stage: str
    since: date | None


def staged_items(session: Session, case_ids: Collection[int]) -> dict[int, list[StagedItem]]:
    """Return by case the items that come from another system's stage; what a case collected before does so no more."""
    earlier = aliased(CaseItem)
    before = exists().where(earlier.receivable_id == CaseItem.receivable_id, earlier.id < CaseItem.id)
    query = (
        select(CaseItem.case_id, Receivable.id, Receivable.stage, Receivable.stage_since)
        .join(Receivable, Receivable.id == CaseItem.receivable_id)
        .where(CaseItem.case_id.between(min(case_ids), max(case_ids)), Receivable.stage.is_not(None), ~before)
        .order_by(CaseItem.id)
    )
    found: dict[int, list[StagedItem]] = defaultdict(list)
    for case_id, receivable_id, stage, since in session.execute(query):
        if stage is not None and case_id in case_ids:
            found[case_id].append(StagedItem(receivable_id, stage, since))
    return dict(found)


def keep_earlier_notices(session: Session, case_id: int, reached: Iterable[tuple[StagedItem, int]], day: date) -> None:
    """Record the level that each item had reached; where it is not known since when, as of `day`."""
    rows = [
        {
            "case_id": case_id,
            "receivable_id": item.receivable_id,
            "level": level,
            "key": KEY,
            "sent_on": item.since or day,
        }
        for item, level in reached
        if level > 0
    ]
    if rows:
        session.execute(insert(Notice), rows)
