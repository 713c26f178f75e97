"""What people do with tasks: finish, take, pass on, postpone; one or many at once."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import date, datetime, time
from typing import Any

from flask import Blueprint, flash, jsonify, redirect, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import ngettext
from sqlalchemy.orm import Session

from engine import worklist
from engine.errors import Conflict, InvalidForm
from engine.tables import TaskRow
from service_tasks.approval import four_eyes
from web.context import context
from web.entries import row_numbers
from web.errors import Forbidden
from web.pages.worklist import answer, following
from web.pages.worklist_pane import component_ids, faster
from web.pages.worklist_table import kept_arguments
from web.queries.tasks import LETTER, Reach, colleagues, reach_of
from web.security.access import requires
from web.security.rights import Right
from web.security.viewer import current_person
from web.turn import people_first

pages = Blueprint("worklist_deeds", __name__, url_prefix="/worklist")
Deed = Callable[[Session, int, str], None]


@pages.post("/<int:number>")
@requires(Right.WORK_CASES)
@people_first
def complete(number: int) -> ResponseReturnValue:
    """Finish a task with its form's answers (JSON `{"data": {...}}`); answers where the next one is."""
    answers = _answers(request.get_json(silent=True))
    with context().unit_of_work() as session:
        task, reach = _own_task(session, number)
        if task.four_eyes == LETTER:
            raise Forbidden(_("Letters are decided where they are read: open the letter first."))
        after = following(session, reach, number)
        key = task.business_key
        _finish(session, task, answers)
        flash(_("Done: %(task)s.", task=task.name), "success")
    context().worker.wake(key)
    kept = kept_arguments(page=None)
    following_page = url_for("worklist.show", number=after, **kept) if after else url_for("worklist.done", **kept)
    return jsonify(next=following_page)


def _answers(sent: Any) -> dict[str, Any]:
    """Give the answers out of what was sent; nothing where it has another shape."""
    answers = sent.get("data") if isinstance(sent, dict) else None
    return answers if isinstance(answers, dict) else {}


def _finish(session: Session, task: TaskRow, answers: Mapping[str, Any]) -> None:
    by, now, shown = current_person().username, context().now(), request.args.get("shown")
    try:
        worklist.complete(session, task.id, by=by, result=answers, now=now, guard=four_eyes, shown=shown)
    except InvalidForm as wrong:
        ids = component_ids(worklist.form_of(session, task)) if task.form else {}
        raise InvalidForm({ids.get(key, key): text for key, text in wrong.errors.items()}) from wrong
    except Conflict as conflict:
        raise Conflict(faster(session, task) or str(conflict)) from conflict


@pages.post("/<int:number>/take")
@requires(Right.WORK_CASES)
def take(number: int) -> ResponseReturnValue:
    """Make a task one's own."""
    return _change(number, _take)


@pages.post("/<int:number>/pass-on")
@requires(Right.WORK_CASES, Right.ASSIGN_TASKS)
def pass_on(number: int) -> ResponseReturnValue:
    """Give a task to a colleague (`to`)."""
    return _change(number, _pass_on)


@pages.post("/<int:number>/postpone")
@requires(Right.WORK_CASES)
def postpone(number: int) -> ResponseReturnValue:
    """Take a task off the list until a day (`until`)."""
    return _change(number, _postpone)


@pages.post("/many")
@requires(Right.WORK_CASES, Right.ASSIGN_TASKS)
def many() -> ResponseReturnValue:
    """Do `deed` to every picked task; those that somebody else changed meanwhile stay as they are."""
    deed = {"pass_on": _pass_on, "postpone": _postpone}.get(request.form.get("deed", ""), _take)
    done = missed = 0
    with context().unit_of_work() as session:
        for number in row_numbers(request.form.getlist("selected")):
            try:
                _own_task(session, number, assigning=deed is _pass_on)
                deed(session, number, current_person().username)
                done += 1
            except (Conflict, Forbidden):
                missed += 1
    flash(ngettext("%(num)s task changed.", "%(num)s tasks changed.", done), "success" if done else "warning")
    if missed:
        text = "%(num)s task stayed as it was: somebody else has it."
        flash(ngettext(text, "%(num)s tasks stayed as they were: somebody else has them.", missed), "warning")
    return redirect(url_for("worklist.index", **kept_arguments()))


def _change(number: int, deed: Deed) -> ResponseReturnValue:
    with context().unit_of_work() as session:
        task, reach = _own_task(session, number, assigning=deed is _pass_on)
        after = following(session, reach, number)
        deed(session, number, current_person().username)
        if request.headers.get("HX-Request-Type") == "partial":
            gone = deed is _postpone
            return answer(session, reach, worklist.get(session, after) if gone and after else None if gone else task)
    flash(_("Saved."), "success")
    return redirect(url_for("worklist.show", number=number, **kept_arguments()))


def _own_task(session: Session, number: int, *, assigning: bool = False) -> tuple[TaskRow, Reach]:
    """Give a task that the person may work on, or may give to others; raises Forbidden."""
    task, person = worklist.get(session, number), current_person()
    reach = reach_of(session, person)
    if not (reach.may_do(task) or (assigning and person.may(Right.ASSIGN_TASKS))):
        raise Forbidden(_("This task is another group's or needs another role. Ask your supervisor to pass it on."))
    return task, reach


def _take(session: Session, number: int, by: str) -> None:
    worklist.take(session, number, by=by, now=context().now())


def _pass_on(session: Session, number: int, by: str) -> None:
    to = request.form.get("to", "")
    role = worklist.get(session, number).role
    if to not in {person.username for person in colleagues(session, (role, "supervisor"))}:
        raise InvalidForm({"to": _("Choose a colleague whose role does this kind of task.")})
    worklist.pass_on(session, number, to=to, by=by, now=context().now())


def _postpone(session: Session, number: int, by: str) -> None:
    worklist.postpone(session, number, until=_moment(request.form.get("until", "")), by=by, now=context().now())


def _moment(text: str) -> datetime:
    try:
        day = date.fromisoformat(text)
    except ValueError as wrong:
        raise InvalidForm({"until": _("Choose the day on which the task comes back.")}) from wrong
    if day <= context().today():
        raise InvalidForm({"until": _("Choose a day after today.")})
    return datetime.combine(day, time(), tzinfo=context().settings.zone)
