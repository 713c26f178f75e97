"""The forms of a case's deeds: shown below its header, done in one unit of work, then the case is woken."""

from __future__ import annotations

from flask import flash, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.errors import BusinessError, Conflict, InvalidForm
from receivables.errors import ReceivablesError
from receivables.staff import Person
from service_tasks.keys import key_of
from web.context import context
from web.links import address
from web.pages.cases_blueprint import case_of, pages
from web.pages.cases_deeds import DEEDS, Doing
from web.queries.case_head import CaseHead, read_head
from web.queries.words import CALLS, SUSPENSIONS
from web.security.access import requires
from web.security.rights import Right
from web.security.viewer import current_person

NAMES = ", ".join(f'"{name}"' if "-" in name else name for name in DEEDS)


@pages.get(f"/<int:number>/<any({NAMES}):deed>")
@requires(Right.WORK_CASES)
def ask(number: int, deed: str) -> ResponseReturnValue:
    """Show the form of a deed; a call that a task waits for is done there."""
    with context().reading() as session:
        head = read_head(session, case_of(session, number), context().today())
        task = head.call_task
        there = address("worklist.show", number=task.id) if deed == "call" and task else None
        return redirect(there) if there else _form(session, head, deed, {})


@pages.post(f"/<int:number>/<any({NAMES}):deed>")
@requires(Right.WORK_CASES)
def do(number: int, deed: str) -> ResponseReturnValue:
    """Do it, or show the form again with what was wrong."""
    parts = context()
    with parts.unit_of_work() as session:
        head = read_head(session, case_of(session, number), parts.today())
        doing = Doing(session, head, request.form, current_person().username, parts.now(), parts.today())
        try:
            said = DEEDS[deed].perform(doing)
        except InvalidForm as error:
            session.rollback()
            return _form(session, head, deed, error.errors)
        except (ReceivablesError, BusinessError, Conflict) as error:
            session.rollback()
            return _form(session, head, deed, {"": str(error)})
    parts.worker.wake(key_of(number))
    flash(said, "success")
    return redirect(url_for("cases.show", number=number))


def _form(session: Session, head: CaseHead, deed: str, errors: dict[str, str]) -> ResponseReturnValue:
    people = session.execute(select(Person.username, Person.name).where(Person.active).order_by(Person.name))
    return render_template(
        "cases/deed.html",
        head=head,
        case=head.case,
        deed=DEEDS[deed],
        name=deed,
        errors=errors,
        values=request.form,
        people=people.all(),
        suspensions=[(key, text) for key, text in SUSPENSIONS.items() if key != "promise"],
        outcomes=[(key, text) for key, text in CALLS.items() if key not in {"not_reached", "promise", "dispute"}],
    )
