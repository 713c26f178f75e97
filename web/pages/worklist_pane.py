"""What stands beside a task: why it is there, the debtor's numbers, how to reach them, and the form."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Any

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import worklist
from engine.errors import NotFound
from engine.forms.components import components
from engine.tables import Instance, TaskRow
from receivables.case_facts import ItemFacts
from receivables.contact_note import CallNote
from receivables.letter import Letter
from service_tasks.stages import stage_title
from web.context import context
from web.formats import moment
from web.pages.letters_words import template_title
from web.queries.tasks import LETTER, Day, Reach, TaskLine, colleagues, line_of, names_of
from web.queries.words import call_outcome, suspended_because

CALLS_SHOWN = 3
RUNNING = ("running", "new", "stuck")


@dataclass(frozen=True)
class Pane:
    """A task with everything that is needed to do it on one screen."""

    line: TaskLine
    stage: str
    state: str
    """Why it cannot be done now, in a sentence; empty when it can."""
    may_do: bool
    schema: dict[str, Any] | None
    shown: str
    """Names the form as it is here, so that answers to another version's form are not taken."""
    data: dict[str, Any]
    calls: Sequence[CallNote]
    colleagues: Sequence[Any]
    names: dict[str, str]
    letter: Letter | None
    letter_title: str

    @property
    def task(self) -> TaskRow:
        return self.line.task

    @property
    def overdue(self) -> list[ItemFacts]:
        """The items that may be demanded, the oldest first."""
        items = self.line.facts.items if self.line.facts else ()
        return sorted((item for item in items if item.demandable), key=lambda item: -item.days_overdue)

    @property
    def open(self) -> bool:
        """Whether somebody may still finish it now."""
        return not self.state

    @property
    def decides_letter(self) -> bool:
        """Whether it is done on the page of letters."""
        return self.task.four_eyes == LETTER


def pane_of(session: Session, reach: Reach, task: TaskRow) -> Pane:
    """Read a task's pane; raises NotFound where its case is gone."""
    line = line_of(session, task, context().today())
    if line is None:
        raise NotFound(_("The case of this task is not there any more."))
    calls = _calls(session, line)
    state = _state(session, task)
    letter = _letter(session, line, task)
    schema = worklist.form_of(session, task) if task.form else None
    return Pane(
        line=line,
        stage=stage_title(task.stage),
        state=state,
        may_do=reach.may_do(task),
        schema=schema,
        shown=worklist.form_digest(session, task),
        data=_data(task, schema, letter),
        calls=calls,
        colleagues=[] if state else [each for each in colleagues(session) if each.username != task.assignee],
        names=names_of(session, [*(call.by for call in calls), task.done_by, letter.decided_by if letter else None]),
        letter=letter,
        letter_title=template_title(letter.template) if letter else "",
    )


def task_words(day: Day) -> dict[str, Any]:
    """Give templates the words for stages and lateness."""
    return {
        "stage_title": stage_title,
        "call_outcome": call_outcome,
        "day_start": day.start,
        "days_late": lambda due: (day.today - due.astimezone(day.start.tzinfo).date()).days,
        "days_on": lambda days: (day.today + timedelta(days=days)).isoformat(),
    }


def component_ids(schema: dict[str, Any]) -> dict[str, str]:
    """Give the id of each field by its key: the form island shows errors by id."""
    return {each.key: str(each.schema.get("id") or each.key) for each in components(schema) if each.key}


def faster(session: Session, task: TaskRow) -> str:
    """Say who was first and when; empty where the task is still open."""
    if task.status == "done":
        return f"{_finished(session, task)} {_('Nothing you entered was kept.')}"
    return str(_not_needed()) if task.status == "withdrawn" else ""


def _finished(session: Session, task: TaskRow) -> str:
    who = names_of(session, [task.done_by]).get(task.done_by or "", task.done_by)
    return str(_("%(who)s finished this on %(when)s.", who=who, when=moment(task.done_at).striptags()))


def _not_needed() -> str:
    return str(_("This task is no longer needed: the case has gone on, for instance because money came in."))


def _state(session: Session, task: TaskRow) -> str:
    """Say why a task cannot be done now; empty where it can."""
    instance = session.scalars(select(Instance).where(Instance.id == task.instance_id)).one()
    if task.status == "done":
        return _finished(session, task)
    if task.status == "withdrawn":
        return _not_needed()
    if instance.status == "suspended":
        reason = suspended_because(instance.suspend_code, instance.suspend_reason)
        return str(_("The case is suspended (%(reason)s). The task waits until it goes on.", reason=reason))
    if instance.status not in RUNNING:
        return str(_("The case is closed; there is nothing left to do here."))
    return ""


def _calls(session: Session, line: TaskLine) -> list[CallNote]:
    if line.facts is None:
        return []
    query = select(CallNote).where(CallNote.case_id == line.facts.case_id)
    return list(session.scalars(query.order_by(CallNote.at.desc(), CallNote.id.desc()).limit(CALLS_SHOWN)))


def _letter(session: Session, line: TaskLine, task: TaskRow) -> Letter | None:
    """Give the letter that a task is about: to be decided, or to be corrected."""
    unsent = line.facts.letter if line.facts else None
    about = task.status == "open" and (task.four_eyes == LETTER or task.form == "correct_letter")
    return session.get(Letter, unsent.id) if unsent and about else None


def _data(task: TaskRow, schema: dict[str, Any] | None, letter: Letter | None) -> dict[str, Any]:
    """Give what the form shows at first: the answers of a finished task, the text that a letter has already."""
    if task.result is not None:
        return dict(task.result)
    if schema and letter and letter.extra_text and "extra_text" in component_ids(schema):
        return {"extra_text": letter.extra_text}
    return {}
