"""The list of cases as of a day, as `duly cases list` and the reports give it; the sums of both agree to the cent."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import asdict, dataclass
from datetime import date, datetime, time, timedelta
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from engine.instances import InstanceView, views
from engine.tables import HistoryRow
from receivables.balance import Amounts
from receivables.case import Case, CaseItem
from receivables.debtor import Debtor
from receivables.money import to_texts
from receivables.receivable import Receivable
from receivables.reports import case_open_amounts
from receivables.staff import StaffGroup
from service_tasks.keys import key_of

OPENED = "opened"  # the stage of a case whose process took no step yet


@dataclass(frozen=True, slots=True)
class CaseLine:
    """One case of the list; the names are those of the JSON."""

    number: int
    debtor_ref: str
    debtor: str
    strategy: str
    version: int | None
    stage: str
    status: str
    outcome: str | None
    owner: str | None
    group: str | None
    priority: int
    open_amount: dict[str, str]
    days_overdue: int
    next_due: str | None

    def as_json(self) -> dict[str, Any]:
        """Give the line as `duly cases list --json` prints it."""
        return asdict(self)


def case_list(session: Session, as_of: date, zone: ZoneInfo) -> list[CaseLine]:
    """Give the cases that were opened by a day, oldest first, as they stood at its end."""
    query = (
        select(Case, Debtor, StaffGroup.key)
        .join(Debtor, Debtor.id == Case.debtor_id)
        .outerjoin(StaffGroup, StaffGroup.id == Case.group_id)
        .where(Case.opened_on <= as_of)
    )
    rows = session.execute(query.order_by(Case.number)).all()
    found = views(session, [key_of(case.number) for case, _, _ in rows])
    past = _Past(session, as_of, zone)
    return [_line(past, found.get(key_of(case.number)), case, debtor, group) for case, debtor, group in rows]


class _Past:
    """What stood at the end of a day: amounts by the ledger, stages by the record."""

    def __init__(self, session: Session, as_of: date, zone: ZoneInfo) -> None:
        self.as_of, self.zone = as_of, zone
        self.end = datetime.combine(as_of + timedelta(days=1), time(), tzinfo=zone)
        self.amounts: Mapping[int, Amounts] = case_open_amounts(session, as_of)
        self.oldest = _oldest_due(session, as_of)
        self.stages = _stages(session, self.end)


def _line(past: _Past, view: InstanceView | None, case: Case, debtor: Debtor, group: str | None) -> CaseLine:
    closed = case.closed_on is not None and case.closed_on <= past.as_of
    due = past.oldest.get(case.id)
    stage = past.stages.get(key_of(case.number), "") or OPENED
    return CaseLine(
        number=case.number,
        debtor_ref=debtor.reference,
        debtor=debtor.name,
        strategy=view.strategy if view else case.strategy,
        version=view.version if view else None,
        stage=stage,
        status="closed" if closed else "suspended" if view and view.status == "suspended" else "open",
        outcome=case.outcome if closed else None,
        owner=case.owner,
        group=group,
        priority=case.priority,
        open_amount=to_texts(past.amounts.get(case.number, {})),
        days_overdue=max((past.as_of - due).days, 0) if due and not closed else 0,
        next_due=view.due_at.astimezone(past.zone).isoformat() if view and view.due_at and not closed else None,
    )


def _oldest_due(session: Session, as_of: date) -> dict[int, date]:
    held = (CaseItem.joined_on <= as_of, (CaseItem.left_on.is_(None)) | (CaseItem.left_on > as_of))
    query = select(CaseItem.case_id, func.min(Receivable.due_date))
    query = query.join(Receivable, Receivable.id == CaseItem.receivable_id).where(*held, Receivable.kind == "invoice")
    return {case_id: due for case_id, due in session.execute(query.group_by(CaseItem.case_id)) if due is not None}


def _stages(session: Session, end: datetime) -> dict[str, str]:
    """Give the stage that each case entered last before a moment."""
    entered = (HistoryRow.kind == "stage", HistoryRow.at < end)
    last = select(func.max(HistoryRow.id)).where(*entered).group_by(HistoryRow.business_key)
    query = select(HistoryRow.business_key, HistoryRow.stage).where(HistoryRow.id.in_(last))
    return {row.business_key: row.stage for row in session.execute(query)}
