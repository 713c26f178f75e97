"""The sentence that matters: what happens next to a case, in plain words."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime

from babel.dates import format_skeleton
from flask_babel import get_locale
from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.holds import CASES, MESSAGES, held
from engine.instances import InstanceView
from engine.tables import Incident, Instance, OutboxRow, TaskRow
from receivables.case import Case
from receivables.case_facts import CaseFacts, PromiseFacts
from web.formats import Money, local, money_text
from web.links import address
from web.queries.diagrams import Diagram, Element, diagram_of
from web.queries.words import outcome_name, suspended_because, template_name


@dataclass(frozen=True, slots=True)
class Outlook:
    """What comes next: the sentence, a picture and its colour, and where to act."""

    text: str
    icon: str = "clock"
    colour: str = "blue"
    href: str | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """What the sentence is made from."""

    case: Case
    facts: CaseFacts | None
    view: InstanceView | None
    tasks: list[TaskRow]
    names: dict[str, str]
    diagram: Diagram | None


def read_standing(
    session: Session, case: Case, facts: CaseFacts | None, view: InstanceView | None, names: dict[str, str]
) -> Standing:
    """Read where a case stands: its open tasks and the diagram of its own version."""
    if view is None:
        return Standing(case, facts, None, [], names, None)
    tasks = select(TaskRow).where(TaskRow.business_key == view.key, TaskRow.status == "open").order_by(TaskRow.id)
    deployment = session.scalars(select(Instance.deployment_id).where(Instance.id == view.instance_id)).one()
    return Standing(case, facts, view, list(session.scalars(tasks)), names, diagram_of(session, deployment))


def outlook(session: Session, standing: Standing) -> Outlook:
    """Say what happens next."""
    case, view = standing.case, standing.view
    if case.closed_on is not None:
        return _closed(case)
    if view is None:
        return Outlook(_("No strategy is at work on this case."), "alert-triangle", "orange")
    if view.status == "stuck":
        return _stuck(session, view)
    if view.status == "suspended":
        return _suspended(view, standing.facts.promise if standing.facts else None)
    if standing.tasks:
        return _waits_for_people(standing.tasks[0], standing.names)
    return _leaving(session, view) or _held_back(session, view) or _by_itself(standing, view)


def _closed(case: Case) -> Outlook:
    on = long_day(case.closed_on)
    if case.outcome == "paid":
        return Outlook(_("Paid and closed on %(day)s.", day=on), "circle-check", "green")
    outcome = outcome_name(case.outcome or "")
    if case.brought_back_on is not None:
        text = _(
            "Closed on %(day)s (%(outcome)s) and brought back: the next day run opens a new case for what is owed.",
            day=on,
            outcome=outcome,
        )
        return Outlook(text, "refresh")
    return Outlook(_("Closed on %(day)s: %(outcome)s.", day=on, outcome=outcome), "lock", "secondary")


def _stuck(session: Session, view: InstanceView) -> Outlook:
    error = session.scalar(
        select(Incident.error)
        .where(Incident.instance_id == view.instance_id, Incident.resolved_at.is_(None))
        .order_by(Incident.id.desc())
        .limit(1)
    )
    text = _("Stuck until somebody looks at it: %(error)s", error=error or "?")
    return Outlook(text, "alert-circle", "red", address("operations.index"))


def _suspended(view: InstanceView, promise: PromiseFacts | None) -> Outlook:
    if promise is not None:
        return _promised(promise)
    reason = suspended_because(view.suspend_code, view.suspend_reason)
    if view.suspended_until is None:
        return Outlook(_("Suspended until somebody resumes it: %(reason)s", reason=reason), "player-pause", "orange")
    until = long_day(view.suspended_until)
    return Outlook(_("Suspended until %(day)s: %(reason)s", day=until, reason=reason), "player-pause", "orange")


def _promised(promise: PromiseFacts) -> Outlook:
    amount = money_text(Money(promise.amount, promise.currency))
    text = _(
        "Waits for the promised %(amount)s until %(day)s; on %(judged)s the promise is judged.",
        amount=amount,
        day=long_day(promise.promised_on),
        judged=long_day(promise.judged_on),
    )
    return Outlook(text, "calendar-event", "azure")


def _waits_for_people(task: TaskRow, names: dict[str, str]) -> Outlook:
    who = names.get(task.assignee or "", task.assignee) or _("the group")
    text = _("Waits for %(who)s: %(task)s", who=who, task=task.name)
    if task.due_at is not None:
        text += ", " + _("due %(day)s", day=long_day(task.due_at))
    return Outlook(f"{text}.", "user", "purple", address("worklist.show", number=task.id))


def _leaving(session: Session, view: InstanceView) -> Outlook | None:
    """Speak of a message that waits to leave, where there is one."""
    query = select(OutboxRow).where(OutboxRow.business_key == view.key)
    row = session.scalar(query.where(OutboxRow.status.in_(("waiting", "sending", "handed"))).order_by(OutboxRow.id))
    if row is None:
        return None
    what = template_name(row.payload.get("template", ""))
    if row.status == "handed":
        text = _("%(what)s is on the print list until somebody marks it as posted.", what=what)
        return Outlook(text, "printer", "orange", address("letters.index"))
    if (kept := held(session, MESSAGES)) is not None and kept.covers(row.not_before, row.id):
        return _held(what)
    day = long_day(row.not_before)
    if row.last_error:
        return Outlook(
            _("%(what)s could not be sent; it is tried again on %(day)s.", what=what, day=day), "mail-off", "red"
        )
    return Outlook(_("%(what)s goes out on %(day)s unless paid.", what=what, day=day), "send")


def _held_back(session: Session, view: InstanceView) -> Outlook | None:
    kept = held(session, CASES)
    return _held() if kept and view.due_at and kept.covers(view.due_at, view.instance_id) else None


def _held(what: str = "") -> Outlook:
    text = _("%(what)s is held back", what=what) if what else _("Its next step is held back")
    more = _("it fell due while nothing was done, and waits for an administrator to let it go.")
    return Outlook(f"{text}: {more}", "player-pause", "orange", address("operations.catch_up"))


def _by_itself(standing: Standing, view: InstanceView) -> Outlook:
    promise = standing.facts.promise if standing.facts else None
    if promise is not None:
        return _promised(promise)
    if view.due_at is None:
        return Outlook(_("Its next step is being taken."), "hourglass")
    following = standing.diagram.next_step(view.element) if standing.diagram else None
    return Outlook(_next_step(following, long_day(view.due_at)), _picture(following))


def _next_step(step: Element | None, day: str) -> str:
    if step is None or not step.name:
        return str(_("Rests until %(day)s unless paid.", day=day))
    name = step.name.removeprefix("Send ").removeprefix("Draft ")
    name = name[:1].upper() + name[1:]
    if step.operator == "send_message":
        return str(_("%(what)s goes out on %(day)s unless paid.", what=name, day=day))
    if step.operator == "draft_letter":
        return str(_("%(what)s is drafted for approval on %(day)s unless paid.", what=name, day=day))
    if step.tag == "userTask":
        return str(_("On %(day)s it is somebody's turn, unless paid: %(what)s.", what=name, day=day))
    return str(_("Next on %(day)s unless paid: %(what)s.", what=name, day=day))


def _picture(step: Element | None) -> str:
    if step is None:
        return "clock"
    return {"send_message": "send", "draft_letter": "file-text"}.get(step.operator, "clock")


def long_day(value: date | datetime | None) -> str:
    """Write a day with its weekday: Fri, Nov 27, 2026."""
    if value is None:
        return "?"
    when = local(value).date() if isinstance(value, datetime) else value
    return str(format_skeleton("yMMMEd", when, locale=str(get_locale() or "en")))
