"""Open and close disputes; a disputed item is not demanded."""

from collections.abc import Sequence
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from receivables.case import Case, CaseItem
from receivables.dispute import Dispute
from receivables.errors import AlreadyDone, NotKnown, Refused
from receivables.facts import load_facts
from receivables.receivable import Receivable


def open_dispute(session: Session, receivable_id: int, reason: str, *, by: str, today: date) -> Dispute:
    """Note that a debtor complains about a receivable.

    Raise Refused without a reason, NotKnown for an unknown receivable, AlreadyDone where one is open.
    """
    receivable = session.get(Receivable, receivable_id)
    if receivable is None:
        raise NotKnown(f"There is no receivable {receivable_id}")
    if not reason.strip():
        raise Refused(f"Say why {receivable.number} is disputed")
    standing = _standing(session, receivable_id)
    if standing is not None:
        raise AlreadyDone(f"{receivable.number} is disputed since {standing.opened_on} ({standing.opened_by})")
    dispute = Dispute(receivable_id=receivable_id, reason=reason.strip(), opened_on=today, opened_by=by)
    session.add(dispute)
    session.flush()
    return dispute


def close_dispute(session: Session, dispute: Dispute, resolution: str, *, by: str, today: date) -> None:
    """Note how a dispute was settled; raise AlreadyDone where it was before, Refused without a resolution."""
    if dispute.closed_on is not None:
        raise AlreadyDone(f"The dispute was closed on {dispute.closed_on} by {dispute.closed_by}: {dispute.resolution}")
    if not resolution.strip():
        raise Refused("Say how the dispute was settled")
    dispute.closed_on, dispute.closed_by, dispute.resolution = today, by, resolution.strip()
    session.flush()


def disputes_of(session: Session, case: Case) -> Sequence[Dispute]:
    """Return the disputes about whatever a case ever held, the newest first."""
    held = select(CaseItem.receivable_id).where(CaseItem.case_id == case.id)
    query = select(Dispute).where(Dispute.receivable_id.in_(held))
    return session.scalars(query.order_by(Dispute.opened_on.desc(), Dispute.id.desc())).all()


def open_case_of(session: Session, receivable_id: int) -> Case | None:
    """Return the open case that holds a receivable."""
    query = select(Case).join(CaseItem, CaseItem.case_id == Case.id)
    held = query.where(CaseItem.receivable_id == receivable_id, CaseItem.left_on.is_(None), Case.closed_on.is_(None))
    return session.scalar(held)


def all_disputed(session: Session, case: Case, today: date) -> bool:
    """Tell whether a case owes something and all of it is disputed: then it is to be suspended."""
    return load_facts(session, [case.number], today)[case.number].all_disputed


def _standing(session: Session, receivable_id: int) -> Dispute | None:
    return session.scalar(select(Dispute).where(Dispute.receivable_id == receivable_id, Dispute.closed_on.is_(None)))
