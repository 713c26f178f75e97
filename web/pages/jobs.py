"""Long work as people see it: what runs, how far it is, what came of it."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l
from sqlalchemy import select

from engine.errors import NotFound
from web.context import context
from web.jobs import table as jobs
from web.jobs.progress import standing
from web.jobs.run import repeat
from web.jobs.table import Job
from web.security.access import signed_in
from web.security.rights import Right
from web.security.viewer import Viewer, current_person
from web.tables import Badge, Column, Kind, Query, Table, respond

pages = Blueprint("jobs", __name__, url_prefix="/jobs")

STATES = {
    jobs.WAITING: Badge(_l("waiting"), "secondary", "clock"),
    jobs.RUNNING: Badge(_l("running"), "blue", "refresh"),
    jobs.DONE: Badge(_l("done"), "green", "check"),
    jobs.FAILED: Badge(_l("failed"), "red", "alert-triangle"),
}

NEEDED = {"advance_clock": Right.MOVE_CLOCK, "import": Right.IMPORT, "try_import": Right.IMPORT}
"""What a kind of work asks of whoever orders it."""


@pages.get("/")
@signed_in
def index() -> ResponseReturnValue:
    """List background work, the newest first; administrators see everybody's."""
    person = current_person()
    statement = select(Job).order_by(Job.id.desc())
    if not _sees_all(person):
        statement = statement.where(Job.by == person.username)
    with context().reading() as session:
        return respond(_table(), Query(session, statement), "jobs/index.html")


@pages.get("/<int:number>")
@signed_in
def show(number: int) -> ResponseReturnValue:
    """Show how far one piece of work is; the page keeps itself up to date and can be left."""
    with context().reading() as session:
        job = session.get(Job, number)
        if job is None or not (_sees_all(current_person()) or job.by == current_person().username):
            raise NotFound(f"There is no background work {number}.")
        result = job.result or {}
        if job.status == jobs.DONE and request.args.get("follow") and result.get("href"):
            return _lead_on(str(result["href"]))
        values = {"standing": _standing(job), "may_repeat": _may_repeat(job, current_person())}
        return render_template("jobs/show.html", job=job, state=STATES[job.status], **values)


@pages.post("/<int:number>/repeat")
@signed_in
def again(number: int) -> ResponseReturnValue:
    """Start failed work once more."""
    with context().unit_of_work() as session:
        if not _may_repeat(session.get(Job, number), current_person()):
            raise NotFound(f"There is no background work {number} that you may start again.")
        job = repeat(session, context(), number, by=current_person().username)
    return redirect(url_for("jobs.show", number=job.id))


def _may_repeat(job: Job | None, person: Viewer) -> bool:
    """Say whether a person may start work again: their own, or administering anybody's, while they hold its right."""
    if job is None or not (person.may(Right.ADMINISTER) or job.by == person.username):
        return False
    return job.kind not in NEEDED or person.may(NEEDED[job.kind])


def _standing(job: Job) -> Any:
    return standing(context().settings, job.id)


def _lead_on(address: str) -> ResponseReturnValue:
    return ("", {"HX-Redirect": address}) if request.headers.get("HX-Request") else redirect(address)


def _sees_all(person: Viewer) -> bool:
    return person.may(Right.SEE_SETTINGS)


def _table() -> Table:
    return Table(
        name="background-work",
        title=_l("Background work"),
        columns=(
            Column(
                key="title",
                title=_l("Work"),
                value=lambda job: job.title,
                href=lambda job: url_for("jobs.show", number=job.id),
                sort=Job.title,
                search=Job.title,
            ),
            Column(
                key="status", title=_l("State"), value=lambda job: STATES[job.status], kind=Kind.BADGE, sort=Job.status
            ),
            Column(key="by", title=_l("Started by"), value=lambda job: job.by, sort=Job.by),
            Column(
                key="created_at",
                title=_l("Started"),
                value=lambda job: job.created_at,
                kind=Kind.MOMENT,
                sort=Job.created_at,
            ),
            Column(
                key="finished_at",
                title=_l("Finished"),
                value=lambda job: job.finished_at,
                kind=Kind.MOMENT,
                sort=Job.finished_at,
            ),
        ),
        empty_title=_l("Nothing has run in the background"),
        empty_text=_l(
            "Imports, large exports and moves of the demo's clock appear here with their progress and result."
        ),
        empty_icon="hourglass",
    )
