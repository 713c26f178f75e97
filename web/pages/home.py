"""Home: what needs me now, how the portfolio stands, who has how much to do, what staff were told."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session

from receivables.balance import Amounts
from receivables.case import Case
from receivables.errors import AlreadyDone, NotKnown
from receivables.notes import mark_read, unread_notices
from receivables.reports import Bucket
from receivables.staff import StaffNotice
from service_tasks.stages import stage_title
from web.context import context
from web.formats import Money, moneys
from web.pages.worklist_pane import task_words
from web.queries import home as queries
from web.queries.catch_up import held_now
from web.queries.letters import count_waiting
from web.queries.tasks import day_of, reach_of
from web.security.access import signed_in
from web.security.rights import Right
from web.security.viewer import current_person
from web.tables import Column, Kind, Listed, Query, Table, respond

pages = Blueprint("home", __name__)
SHOWN_NOTICES = 8
AGES = {
    "not due": _l("not due"),
    "1-30": _l("1–30 days"),
    "31-60": _l("31–60 days"),
    "61-90": _l("61–90 days"),
    "91-180": _l("91–180 days"),
    "181+": _l("over 180 days"),
}


@pages.get("/")
@signed_in
def index() -> ResponseReturnValue:
    """Show how things stand; people who may not see cases are led to their profile."""
    person = current_person()
    if not person.may(Right.SEE_CASES):
        return redirect(url_for("profile.show"))
    with context().reading() as session:
        values = _values(session)
        if not person.may(Right.ASSIGN_TASKS):
            return render_template("home/index.html", table=None, **values)
        return respond(WORKLOAD, Listed(queries.workload(session, values["day_moments"])), "home/index.html", **values)


@pages.get("/notices")
@signed_in
def notices() -> ResponseReturnValue:
    """List everything that one, or one's groups, was told."""
    with context().reading() as session:
        reach = reach_of(session, current_person())
        return respond(NOTICES, Query(session, queries.notices_of(reach), scalars=False), "home/notices.html")


@pages.post("/notices/<int:number>/read")
@signed_in
def read(number: int) -> ResponseReturnValue:
    """Mark one thing that one was told as read."""
    person = current_person()
    with context().unit_of_work() as session:
        mine = {notice.id: notice for notice in unread_notices(session, person.username)}
        if number not in mine:
            raise NotKnown(_("This notice was read already, or it is for somebody else."))
        mark_read(session, mine[number], by=person.username, now=context().now())
    return redirect(url_for("home.index"))


@pages.post("/notices/read")
@signed_in
def read_all() -> ResponseReturnValue:
    """Mark everything that one was told as read."""
    person = current_person()
    with context().unit_of_work() as session:
        for notice in unread_notices(session, person.username):
            try:
                mark_read(session, notice, by=person.username, now=context().now())
            except AlreadyDone:
                continue
    flash(_("Everything is read."), "success")
    return redirect(url_for("home.index"))


def _values(session: Session) -> dict[str, Any]:
    parts, person = context(), current_person()
    moments = day_of(parts.today(), parts.now(), parts.settings.zone)
    reach = reach_of(session, person)
    notices = unread_notices(session, person.username)
    found = queries.figures(session, reach, parts.today())
    stages = queries.cases_by_stage(session)
    return {
        **task_words(moments),
        "day_moments": moments,
        "figures": found,
        "changes": _changes(found.this_month, found.last_month),
        "urgent": queries.urgent(session, reach, moments, letters=not person.may(Right.APPROVE_LETTERS)),
        "letters": count_waiting(session, reach, parts.now()) if person.may(Right.APPROVE_LETTERS) else 0,
        "stuck": queries.stuck_cases(session) if person.may(Right.SEE_OPERATIONS) else 0,
        "held": held_now(session) if person.may(Right.OPERATE) else None,
        "notices": notices[:SHOWN_NOTICES],
        "more_notices": max(0, len(notices) - SHOWN_NOTICES),
        "case_numbers": queries.case_numbers(session, notices[:SHOWN_NOTICES]),
        "aging": [_aging(found.portfolio.aging, money.currency) for money in moneys(found.portfolio.open_amount)],
        "stages": _stages(stages) if stages else None,
    }


def _changes(now: Amounts, before: Amounts) -> list[tuple[Money, Money, int | None]]:
    """Pair this month's money with last month's by currency, with the change in percent."""
    keys = sorted({*now, *before}, key=lambda key: -now.get(key, 0))
    pairs = [(Money(now.get(key, 0), key), Money(before.get(key, 0), key)) for key in keys]
    return [(new, old, round((new.minor - old.minor) * 100 / old.minor) if old.minor else None) for new, old in pairs]


def _aging(buckets: tuple[Bucket, ...], currency: str) -> dict[str, Any]:
    """Give the picture of one currency's age; each bar leads to the cases behind it."""
    return {
        "kind": "bar",
        "title": _("Open by age, %(currency)s", currency=currency),
        "labels": [str(AGES[bucket.name]) for bucket in buckets],
        "series": [
            {
                "name": _("Open"),
                "values": [str(Money(bucket.open_amount.get(currency, 0), currency).amount) for bucket in buckets],
            }
        ],
        "links": [url_for("cases.index", bucket=bucket.name) for bucket in buckets],
        "currency": currency,
        "unit": _("Days overdue"),
    }


def _stages(stages: list[tuple[str, int]]) -> dict[str, Any]:
    """Give the picture of cases by stage."""
    return {
        "kind": "bar",
        "title": _("Cases by stage"),
        "labels": [stage_title(key) for key, _count in stages],
        "series": [{"name": _("Cases"), "values": [count for _key, count in stages]}],
        "links": [url_for("cases.index", stage=key) for key, _count in stages],
        "unit": _("Stage"),
        "horizontal": True,
    }


WORKLOAD = Table(
    name="workload",
    title=_l("Workload by person"),
    columns=(
        Column(
            key="who",
            title=_l("Person"),
            value=lambda load: load.name,
            href=lambda load: url_for("cases.index", owner=load.username),
        ),
        Column(key="tasks", title=_l("Open tasks"), value=lambda load: load.tasks, kind=Kind.NUMBER),
        Column(key="late", title=_l("Of these late"), value=lambda load: load.late, kind=Kind.NUMBER),
        Column(key="cases", title=_l("Open cases"), value=lambda load: load.cases, kind=Kind.NUMBER),
    ),
    empty_title=_l("Nobody has cases yet"),
    empty_text=_l("Once cases are opened, everybody's tasks and cases are counted here."),
    empty_icon="users",
)
NOTICES = Table(
    name="notices",
    title=_l("What you were told"),
    columns=(
        Column(key="at", title=_l("When"), value=lambda row: row[0].at, kind=Kind.MOMENT, sort=StaffNotice.at),
        Column(
            key="text",
            title=_l("What"),
            value=lambda row: row[0].text,
            sort=StaffNotice.text,
            search=StaffNotice.text,
        ),
        Column(
            key="case",
            title=_l("Case"),
            value=lambda row: row[1],
            href=lambda row: url_for("cases.show", number=row[1]) if row[1] else None,
            sort=Case.number,
            search=Case.number,
        ),
        Column(
            key="read", title=_l("Read"), value=lambda row: row[0].read_at, kind=Kind.MOMENT, sort=StaffNotice.read_at
        ),
        Column(
            key="by", title=_l("Read by"), value=lambda row: row[0].read_by, sort=StaffNotice.read_by, wide_only=True
        ),
    ),
    empty_title=_l("Nothing yet"),
    empty_text=_l("When a call is overdue or a case needs your group, it is said here."),
    empty_icon="bell",
)
