"""Decide about letters: approve with ten minutes to take it back, send back, draft anew; one or many."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta

from flask_babel import gettext as _
from sqlalchemy.orm import Session

from engine import worklist
from engine.errors import Conflict
from receivables.letters import approve_letter, letter_by_id, undo_approval
from service_tasks.approval import four_eyes
from web.context import context
from web.errors import Forbidden
from web.pages.worklist_pane import faster
from web.queries.letters import Waiting, approved_lately, waiting
from web.queries.tasks import reach_of
from web.security.viewer import current_person

TO_UNDO = timedelta(minutes=10)


@dataclass
class Approved:
    """What a bulk approval did, and why the others wait on."""

    approved: int = 0
    own: int = 0
    """Last edited by the person who approves."""
    changed: int = 0
    """Decided by others meanwhile, or with figures that differ by now."""


def decidable(session: Session, letter_id: int) -> Waiting:
    """Give a letter with its task; raises Conflict where it does not wait for a decision (any more)."""
    for each in waiting_here(session):
        if each.letter.id == letter_id:
            if not reach_of(session, current_person()).may_do(each.task):
                raise Forbidden(_("Letters of this group are decided by its supervisor."))
            return each
    letter = letter_by_id(session, letter_id)
    raise Conflict(_("This letter does not wait for a decision any more: it is “%(state)s”.", state=letter.status))


def waiting_here(session: Session) -> list[Waiting]:
    """Give what waits for the person who asks."""
    reach = reach_of(session, current_person())
    return waiting(session, reach, context().today(), context().now())


def approve(session: Session, found: Waiting) -> None:
    """Approve a letter; it leaves in ten minutes. Raises Conflict for its last editor and where figures differ."""
    by, now = current_person().username, context().now()
    if found.barred(by):
        raise Forbidden(own_letter())
    if not found.agrees:
        raise Conflict(_("What this letter says is no longer what the ledger says. Let it be drafted anew."))
    _complete(session, found, {"decision": "approve"}, TO_UNDO)
    approve_letter(session, found.letter, by=by, now=now, four_eyes=False)


def approve_many(session: Session, ids: Sequence[int]) -> Approved:
    """Approve those of these letters whose figures agree; what cannot be approved waits on."""
    told, by = Approved(), current_person().username
    here = {each.letter.id: each for each in waiting_here(session)}
    in_order = sorted(ids, key=lambda number: here[number].task.instance_id if number in here else 0)  # as workers lock
    for each in (here.get(letter_id) for letter_id in in_order):
        if each is None or not each.agrees:
            told.changed += 1
        elif each.barred(by):
            told.own += 1
        else:
            approve(session, each)
            told.approved += 1
    return told


def send_back(session: Session, found: Waiting, comment: str) -> None:
    """Send a letter back with what is to be corrected; raises InvalidForm without a comment."""
    _complete(session, found, {"decision": "send_back", "comment": comment}, timedelta())


def draft_anew(session: Session, found: Waiting) -> None:
    """Let a letter whose figures differ be drafted with today's; it then waits for approval again."""
    if found.agrees:
        raise Conflict(_("The figures of this letter agree with the ledger; approve it or send it back."))
    _complete(session, found, {"decision": "approve"}, timedelta())


def take_back(session: Session, ids: Sequence[int], *, own: bool = False) -> int:
    """Take approvals back while their ten minutes last (`own`: all of one's own); gives how many.

    Raises Conflict where nothing can be taken back any more.
    """
    by, now = current_person().username, context().now()
    lately = approved_lately(session, reach_of(session, current_person()), now)
    found = [each for each in lately if each.letter.id in ids or (own and each.task.done_by == by)]
    if not found:
        raise Conflict(_("The ten minutes are over: the letters are on their way."))
    for each in found:
        worklist.undo(session, each.task.id, by=by, now=now)
        undo_approval(session, each.letter)
    return len(found)


def own_letter() -> str:
    """Say why somebody cannot approve."""
    return str(_("You changed this letter last. Somebody else has to approve it: four eyes see every letter here."))


def _complete(session: Session, found: Waiting, answers: dict[str, str], delay: timedelta) -> None:
    by, now = current_person().username, context().now()
    try:
        worklist.complete(session, found.task.id, by=by, result=answers, now=now, delay=delay, guard=four_eyes)
    except Conflict as conflict:
        raise Conflict(faster(session, found.task) or str(conflict)) from conflict
