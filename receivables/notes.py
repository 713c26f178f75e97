"""Keep what was said and noted about a case, and tell staff what they should know."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import or_, select
from sqlalchemy.orm import Session

from receivables.case import Case
from receivables.contact_note import CallNote
from receivables.errors import AlreadyDone, Refused
from receivables.staff import Person, StaffGroup, StaffNotice, group_member


@dataclass(frozen=True, slots=True)
class NewCall:
    """Carry what came of a call."""

    reached: bool
    outcome: str | None = None
    reason: str | None = None
    """Why payment is delayed."""
    text: str | None = None


def note_call(session: Session, case: Case, wish: NewCall, *, by: str, now: datetime) -> CallNote:
    """Keep a call about a case."""
    outcome = wish.outcome or (None if wish.reached else "not_reached")
    call = CallNote(case_id=case.id, at=now, by=by, kind="call", reached=wish.reached, outcome=outcome)
    call.reason, call.text = wish.reason, wish.text
    session.add(call)
    session.flush()
    return call


def add_note(session: Session, case: Case, text: str, *, by: str, now: datetime) -> CallNote:
    """Keep a note about a case; raise Refused where it says nothing."""
    if not text.strip():
        raise Refused("The note is empty; write what others should know")
    note = CallNote(case_id=case.id, at=now, by=by, kind="note", text=text.strip())
    session.add(note)
    session.flush()
    return note


def notes_of(session: Session, case: Case) -> list[CallNote]:
    """Return the calls and notes of a case, the newest first."""
    query = select(CallNote).where(CallNote.case_id == case.id)
    return list(session.scalars(query.order_by(CallNote.at.desc(), CallNote.id.desc())))


def tell_staff(
    session: Session,
    text: str,
    *,
    now: datetime,
    group_key: str | None = None,
    username: str | None = None,
    case: Case | None = None,
) -> StaffNotice:
    """Tell a person, or a whole group, something about a case; raise Refused where nobody is named."""
    if group_key is None and username is None:
        raise Refused("Say who is to be told: a person or a group")
    notice = StaffNotice(group_key=group_key, username=username, case_id=case and case.id, text=text, at=now)
    session.add(notice)
    session.flush()
    return notice


def unread_notices(session: Session, username: str) -> list[StaffNotice]:
    """Return what a person, or one of their groups, was told and nobody read yet; the newest first."""
    groups = (
        select(StaffGroup.key)
        .join(group_member, group_member.c.group_id == StaffGroup.id)
        .where(group_member.c.person_id == select(Person.id).where(Person.username == username).scalar_subquery())
    )
    for_groups = StaffNotice.username.is_(None) & StaffNotice.group_key.in_(groups)
    query = select(StaffNotice).where(StaffNotice.read_at.is_(None))
    query = query.where(or_(StaffNotice.username == username, for_groups))
    return list(session.scalars(query.order_by(StaffNotice.at.desc(), StaffNotice.id.desc())))


def mark_read(session: Session, notice: StaffNotice, *, by: str, now: datetime) -> None:
    """Note who read a notice and when; raise AlreadyDone where somebody did."""
    if notice.read_at is not None:
        raise AlreadyDone(f"{notice.read_by} read this at {notice.read_at:%Y-%m-%d %H:%M} UTC")
    notice.read_at, notice.read_by = now, by
    session.flush()
