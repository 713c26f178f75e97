"""The numbers beside the menu's entries: what waits, by endpoint; each one cheap query."""

from __future__ import annotations

from sqlalchemy import func
from sqlalchemy.orm import Session

from engine import worklist
from web.context import context
from web.nav import Count
from web.queries.letters import count_waiting
from web.queries.operations import count_stuck
from web.queries.tasks import reach_of
from web.security.rights import Right
from web.security.viewer import Viewer


def _own_tasks(session: Session, viewer: Viewer) -> int:
    """Count what is assigned to the reader."""
    own = reach_of(session, viewer).own
    return session.scalar(worklist.open_tasks(context().now()).where(own).with_only_columns(func.count())) or 0


def _letters(session: Session, viewer: Viewer) -> int:
    """Count the letters that wait for the reader's decision."""
    if not viewer.may(Right.APPROVE_LETTERS):
        return 0
    return count_waiting(session, reach_of(session, viewer), context().now())


def _stuck(session: Session, _viewer: Viewer) -> int:
    """Count the cases that cannot go on."""
    return count_stuck(session)


COUNTS: dict[str, Count] = {"worklist.index": _own_tasks, "letters.index": _letters, "operations.index": _stuck}
