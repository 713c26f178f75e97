"""The worklist: the list on the left, the task of the chosen row beside it."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, make_response, render_template, request, url_for
from flask.typing import ResponseReturnValue
from sqlalchemy import Select
from sqlalchemy.orm import Session

from engine import worklist
from engine.tables import TaskRow
from web.context import context
from web.pages.toast import toast_header
from web.pages.worklist_pane import pane_of, task_words
from web.pages.worklist_table import PROMISES, TABS, TASKS, promise_lines, promises_table
from web.pages.worklist_views import saved_views, view_address
from web.queries.tasks import (
    Day,
    Reach,
    colleagues,
    complete_lines,
    day_of,
    promises_for,
    reach_of,
    tab_condition,
    tab_counts,
    task_rows,
)
from web.security.access import requires
from web.security.rights import Right
from web.security.viewer import current_person
from web.tables import Listed, Query, TableView, respond
from web.tables.state import read_state

pages = Blueprint("worklist", __name__, url_prefix="/worklist")


@pages.get("/")
@requires(Right.SEE_CASES)
def index() -> ResponseReturnValue:
    """List what waits for people, or (tab `promises`) the promises whose day has come."""
    with context().reading() as session:
        reach = reach_of(session, current_person())
        if tab() == PROMISES:
            lines = promise_lines(session, promises_for(session, reach, context().today()))
            return respond(promises_table(), Listed(lines), "worklist/promises.html", **_tabs(session, reach))
        if request.args.get("export") in {"xlsx", "csv"}:
            return respond(TASKS, source(session, reach), "worklist/index.html")
        return render_template("worklist/index.html", pane=None, **listing(session, reach, current=None))


@pages.get("/<int:number>")
@requires(Right.SEE_CASES)
def show(number: int) -> ResponseReturnValue:
    """Show a task beside the list; into the pane alone where htmx asks for it."""
    with context().reading() as session:
        task = worklist.get(session, number)
        reach = reach_of(session, current_person())
        return answer(session, reach, task)


@pages.get("/done")
@requires(Right.SEE_CASES)
def done() -> ResponseReturnValue:
    """Say that nothing is left on this tab."""
    with context().reading() as session:
        return answer(session, reach_of(session, current_person()), None)


def answer(session: Session, reach: Reach, task: TaskRow | None) -> ResponseReturnValue:
    """Give the list with a task beside it: the whole page, or what of it changed for htmx."""
    values = listing(session, reach, current=task.id if task else None)
    values["pane"] = pane_of(session, reach, task) if task else None
    values["finished"] = task is None
    if request.headers.get("HX-Request-Type") != "partial":
        return render_template("worklist/index.html", **values)
    address = url_for("worklist.show", number=task.id, **values["kept"]) if task else values["table"].address()
    said = toast_header()
    return make_response(render_template("worklist/partial.html", **values), {"HX-Push-Url": address, **said})


def listing(session: Session, reach: Reach, current: int | None) -> dict[str, Any]:
    """Give what the left side shows: tabs with counts, and the page of the list."""
    arguments = {key: value for key, value in request.args.to_dict().items() if key != "export"}
    state = read_state(TASKS, arguments)
    rows, total = source(session, reach).page(TASKS, state)
    view = TableView(TASKS, state, rows, total, url_for("worklist.index"), arguments)
    people = colleagues(session) if current_person().may(Right.ASSIGN_TASKS) else []
    more = {"table": view, "current": current, "colleagues": people, "reach": reach, "finished": False}
    return {**more, **_tabs(session, reach)}


def source(session: Session, reach: Reach) -> Query:
    """Give the rows of the chosen tab."""
    return Query(session, _query(reach), complete=_completed, scalars=False)


def following(session: Session, reach: Reach, number: int) -> int | None:
    """Give the task that comes after one in the list as it is now; None after the last."""
    state = read_state(TASKS, request.args.to_dict())
    ids = [row[0].id for row in Query(session, _query(reach), scalars=False).everything(TASKS, state)]
    if number not in ids:
        return ids[0] if ids else None
    rest = ids[ids.index(number) + 1 :] + ids[: ids.index(number)]
    return rest[0] if rest else None


def tab() -> str:
    """Give which tab is open."""
    chosen = request.args.get("tab", "")
    return chosen if chosen in TABS or chosen == PROMISES else "mine"


def today() -> Day:
    """Give the business day's moments."""
    parts = context()
    return day_of(parts.today(), parts.now(), parts.settings.zone)


def _query(reach: Reach) -> Select[Any]:
    return task_rows(today(), tab_condition(tab(), reach, today()))


def _completed(session: Session, rows: Any) -> Any:
    return complete_lines(session, rows, context().today())


def _tabs(session: Session, reach: Reach) -> dict[str, Any]:
    counts = tab_counts(session, reach, today(), list(TABS))
    counts[PROMISES] = len(promises_for(session, reach, context().today()))
    views = [(view["name"], view_address(view)) for view in saved_views(session, reach.username)]
    kept = {key: value for key, value in request.args.items() if key in {"tab", "view", "q", "stage", "sort", "page"}}
    found = {"tabs": TABS, "counts": counts, "tab": tab(), "views": views, "kept": kept, "PROMISES": PROMISES}
    return found | task_words(today())
