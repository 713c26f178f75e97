"""The worklist as a table: what its rows can be searched, narrowed and exported by; and the promises that are due."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import request, url_for
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.tables import TaskRow
from receivables.case import Case
from receivables.debtor import Debtor
from receivables.promise import Promise
from receivables.promise_payments import judged_after, paid_on
from service_tasks.stages import STAGES, stage_title
from web.context import context
from web.formats import Money
from web.queries.tasks import TaskLine, names_of
from web.tables import Column, Filter, Kind, Table

TABS = {
    "mine": _l("My tasks"),
    "group": _l("My group"),
    "overdue": _l("Overdue"),
    "today": _l("Today"),
    "approvals": _l("Approvals"),
}
PROMISES = "promises"
KEPT_ARGUMENTS = ("tab", "view", "q", "stage", "sort", "page")


def kept_arguments(**changes: str | None) -> dict[str, Any]:
    """Give what of the address says which list is being worked on."""
    found = {key: request.args.get(key) for key in KEPT_ARGUMENTS} | changes
    return {key: value for key, value in found.items() if value}


def _due(line: TaskLine) -> Any:
    return line.task.due_at and line.task.due_at.astimezone(context().settings.zone).date()


def _open_address(line: TaskLine) -> str:
    return url_for("worklist.show", number=line.task.id, **kept_arguments())


TASKS = Table(
    name="worklist",
    title=_l("Worklist"),
    href=_open_address,
    columns=(
        Column(key="due", title=_l("Due"), value=_due, kind=Kind.DUE, sort=TaskRow.due_at),
        Column(key="task", title=_l("What to do"), value=lambda line: line.task.name, sort=TaskRow.name),
        Column(key="debtor", title=_l("Debtor"), value=lambda line: line.debtor, sort=Debtor.name, search=Debtor.name),
        Column(
            key="reference",
            title=_l("Reference"),
            value=lambda line: line.reference,
            sort=Debtor.reference,
            search=Debtor.reference,
        ),
        Column(key="case", title=_l("Case"), value=lambda line: line.number, sort=Case.number, search=Case.number),
        Column(key="owed", title=_l("Owed"), value=lambda line: line.amounts, kind=Kind.MONEYS, sortable=False),
        Column(
            key="days",
            title=_l("Days overdue"),
            value=lambda line: line.days_overdue,
            kind=Kind.NUMBER,
            sortable=False,
        ),
        Column(
            key="stage",
            title=_l("Stage"),
            value=lambda line: stage_title(line.task.stage),
            sort=TaskRow.stage,
        ),
        Column(key="priority", title=_l("Priority"), value=lambda line: line.task.priority, kind=Kind.NUMBER),
        Column(key="who", title=_l("Who"), value=lambda line: line.who, sort=TaskRow.assignee),
    ),
    filters=(
        Filter(
            key="stage",
            title=_l("Stage"),
            choices=[(stage.key, stage.title) for stage in STAGES.values()],
            where=lambda value: TaskRow.stage == value,
        ),
    ),
    select=lambda line: str(line.task.id),
    empty_title=_l("Nothing waits here"),
    empty_text=_l("Calls, letters to approve and decisions appear here as soon as a case needs a person."),
    empty_icon="circle-check",
)


class PromiseLine:
    """A promise whose day has come, with what was paid on it."""

    def __init__(self, promise: Promise, case: Case, debtor: Debtor, paid: int, by: str) -> None:
        self.promise, self.number, self.debtor_id, self.debtor = promise, case.number, debtor.id, debtor.name
        self.by = by
        self.promised = Money(promise.amount, promise.currency)
        self.paid = Money(paid, promise.currency)
        self.judged_after = judged_after(promise.promised_on, promise.tolerance_days, debtor.country)


def promise_lines(session: Session, promises: Sequence[Promise]) -> list[PromiseLine]:
    """Add case, debtor and payments to promises; three queries for any number."""
    query = select(Case, Debtor).join(Debtor, Debtor.id == Case.debtor_id)
    rows = session.execute(query.where(Case.id.in_({promise.case_id for promise in promises}))).all()
    cases = {case.id: (case, debtor) for case, debtor in rows}
    paid = paid_on(session, [(promise, context().today()) for promise in promises])
    names = names_of(session, [promise.recorded_by for promise in promises])
    return [
        PromiseLine(each, *cases[each.case_id], paid.get(each.id, 0), names.get(each.recorded_by, each.recorded_by))
        for each in promises
    ]


def promises_table() -> Table:
    """Give the table of promises that are due."""
    return Table(
        name="promises-due",
        title=_("Promises due"),
        href=lambda line: url_for("cases.show", number=line.number),
        columns=(
            Column(key="due", title=_l("Promised for"), value=lambda line: line.promise.promised_on, kind=Kind.DUE),
            Column(
                key="debtor",
                title=_l("Debtor"),
                value=lambda line: line.debtor,
                href=lambda line: url_for("debtors.show", number=line.debtor_id),
                searched=True,
            ),
            Column(key="case", title=_l("Case"), value=lambda line: line.number, searched=True),
            Column(key="promised", title=_l("Promised"), value=lambda line: line.promised, kind=Kind.MONEY),
            Column(key="paid", title=_l("Paid so far"), value=lambda line: line.paid, kind=Kind.MONEY),
            Column(key="until", title=_l("Counts until"), value=lambda line: line.judged_after, kind=Kind.DATE),
            Column(key="by", title=_l("Recorded by"), value=lambda line: line.by),
        ),
        empty_title=_l("No promise is due"),
        empty_text=_l("Promises to pay appear here on the day they were given for, until they are judged."),
        empty_icon="calendar-event",
    )
