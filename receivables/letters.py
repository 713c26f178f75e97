"""Move letters from draft to sent: drafted -> approved | returned -> queued -> sent, or superseded on the way."""

from collections.abc import Mapping
from datetime import datetime

from sqlalchemy.orm import Session

from receivables.errors import AlreadyDone, FourEyes, NotKnown, Refused
from receivables.letter import Letter

MOVES: Mapping[str, frozenset[str]] = {
    "drafted": frozenset({"approved", "returned", "superseded"}),
    "returned": frozenset({"drafted", "superseded"}),
    "approved": frozenset({"queued", "drafted", "superseded"}),  # back to drafted: the approval is undone
    "queued": frozenset({"sent", "superseded"}),
    "sent": frozenset(),
    "superseded": frozenset(),
}


def letter_by_id(session: Session, letter_id: int) -> Letter:
    """Return a letter, locked where the database locks rows; raise NotKnown where there is none."""
    letter = session.get(Letter, letter_id, with_for_update=True)
    if letter is None:
        raise NotKnown(f"There is no letter {letter_id}")
    return letter


def last_editor(letter: Letter) -> str:
    """Return who wrote the letter as it stands."""
    return letter.edited_by or letter.drafted_by


def approve_letter(session: Session, letter: Letter, *, by: str, now: datetime, four_eyes: bool) -> None:
    """Approve a drafted letter; raise FourEyes where its last editor decides though four eyes are asked for."""
    _decide(letter, "approved", by=by, now=now, four_eyes=four_eyes, comment=None)
    session.flush()


def return_letter(
    session: Session, letter: Letter, comment: str, *, by: str, now: datetime, four_eyes: bool = False
) -> None:
    """Send a drafted letter back to be corrected; raise Refused without a comment, FourEyes as in `approve_letter`."""
    if not comment.strip():
        raise Refused("Say what is to be corrected in the letter")
    _decide(letter, "returned", by=by, now=now, four_eyes=four_eyes, comment=comment.strip())
    session.flush()


def undo_approval(session: Session, letter: Letter) -> None:
    """Make an approved letter, that is not queued yet, a draft again."""
    _move(letter, "drafted")
    letter.decided_by = letter.decided_at = None
    session.flush()


def redraft_letter(
    session: Session, letter: Letter, *, sha256: str, file_name: str, extra_text: str | None, by: str
) -> None:
    """Put a corrected file in place of a returned one; where four eyes are asked for, its editor may not decide."""
    _move(letter, "drafted")
    letter.sha256, letter.file_name, letter.extra_text, letter.edited_by = sha256, file_name, extra_text, by
    letter.decided_by = letter.decided_at = None
    session.flush()


def queue_letter(session: Session, letter: Letter, channel: str) -> None:
    """Hand an approved letter to the outbox, to leave by e-mail or print."""
    _move(letter, "queued")
    letter.channel = channel
    session.flush()


def mark_letter_sent(session: Session, letter: Letter, *, now: datetime) -> None:
    """Note that a queued letter left."""
    _move(letter, "sent")
    letter.sent_at = now
    session.flush()


def supersede_letter(session: Session, letter: Letter, comment: str) -> None:
    """Set a letter aside that must not leave any more: its figures changed, or nothing is owed."""
    _move(letter, "superseded")
    letter.comment = comment
    session.flush()


def _decide(letter: Letter, status: str, *, by: str, now: datetime, four_eyes: bool, comment: str | None) -> None:
    if letter.status in ("approved", "returned"):
        raise AlreadyDone(f"Letter {letter.id} was {letter.status} by {letter.decided_by} at {letter.decided_at}")
    if four_eyes and by == last_editor(letter):
        raise FourEyes(f"{by} edited letter {letter.id} last; somebody else decides on it")
    _move(letter, status)
    letter.decided_by, letter.decided_at, letter.comment = by, now, comment


def _move(letter: Letter, status: str) -> None:
    if status not in MOVES[letter.status]:
        raise AlreadyDone(f"Letter {letter.id} is {letter.status}; it cannot become {status} any more")
    letter.status = status
