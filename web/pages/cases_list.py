"""All cases: what is owed, how long, at which stage, and whose turn it is."""

from __future__ import annotations

from datetime import date
from typing import Any

from flask import request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy import literal
from sqlalchemy.orm import Session

from engine.tables import Deployment, Instance
from receivables.case import Case
from receivables.debtor import Debtor
from receivables.staff import Person, StaffGroup
from service_tasks.stages import STAGES, stage_title
from web.context import context
from web.pages.cases_blueprint import pages
from web.queries.cases import (
    BUCKETS,
    CaseList,
    CaseRow,
    bucket_key,
    case_list,
    choices,
    in_bucket,
    owner_choices,
    rows_of,
)
from web.queries.words import case_status, strategy_name
from web.security.access import requires
from web.security.rights import Right
from web.tables import Column, Filter, Kind, Query, Table, respond

STATUSES = (
    ("collecting", _l("not closed")),
    ("waiting", _l("waits for people")),
    ("suspended", _l("suspended")),
    ("stuck", _l("stuck")),
    ("closed", _l("closed")),
)


@pages.get("/")
@requires(Right.SEE_CASES)
def index() -> ResponseReturnValue:
    """List the cases."""
    today = context().today()
    listed = case_list(today, with_owed=request.args.get("sort", "").removeprefix("-") == "owed")
    with context().reading() as session:
        table = _table(session, listed, today)
        source = Query(session, listed.statement, rows_of(today), scalars=False, counted=listed.counted)
        return respond(table, source, "cases/index.html")


def _table(session: Session, listed: CaseList, today: date) -> Table:
    return Table(
        name="cases",
        title=_l("Cases"),
        columns=_columns(listed),
        filters=_filters(session, listed, today),
        order="-days",
        href=lambda row: url_for("cases.show", number=row.number),
        empty_title=_l("No cases yet"),
        empty_text=_l(
            "The day run opens a case for every debtor with something overdue, once receivables are imported."
        ),
        empty_icon="briefcase",
    )


def _columns(listed: CaseList) -> tuple[Column, ...]:
    return (
        Column(key="number", title=_l("Case"), value=lambda r: str(r.number), sort=Case.number, search=Case.number),
        Column(
            key="debtor",
            title=_l("Debtor"),
            value=lambda r: r.debtor,
            sort=Debtor.name,
            search=Debtor.name + literal(" ") + Debtor.reference,
            href=lambda r: url_for("debtors.show", number=r.debtor_id),
        ),
        Column(key="owed", title=_l("Owed today"), value=lambda r: r.owed, kind=Kind.MONEYS, sort=listed.owed),
        Column(
            key="days", title=_l("Days overdue"), value=lambda r: r.days_overdue, kind=Kind.NUMBER, sort=listed.days
        ),
        Column(key="stage", title=_l("Stage"), value=_stage, sort=Instance.stage),
        Column(key="status", title=_l("Status"), value=_status, kind=Kind.BADGE, sort=listed.status),
        Column(key="due", title=_l("Next due"), value=lambda r: r.next_due, kind=Kind.DUE, sort=listed.next_due),
        Column(key="owner", title=_l("Owner"), value=lambda r: r.owner, sort=Person.name),
        Column(key="group", title=_l("Group"), value=lambda r: r.group, sort=StaffGroup.name, wide_only=True),
        Column(
            key="priority",
            title=_l("Priority"),
            value=lambda r: r.priority,
            kind=Kind.NUMBER,
            sort=Case.priority,
            wide_only=True,
        ),
        Column(key="strategy", title=_l("Strategy"), value=_strategy, sort=Deployment.key, wide_only=True),
    )


def _filters(session: Session, listed: CaseList, today: date) -> tuple[Filter, ...]:
    buckets = [bucket_key(*bucket) for bucket in BUCKETS]
    stages = [(key, stage_title(key)) for key, _title in choices(session, Instance.stage) if key]
    stages.sort(key=lambda pair: list(STAGES).index(pair[0]) if pair[0] in STAGES else len(STAGES))
    strategies = [(key, strategy_name(key)) for key, _title in choices(session, Case.strategy)]
    groups = choices(session, StaffGroup.key, StaffGroup.name)
    return (
        Filter(key="stage", title=_l("Stage"), choices=stages, where=lambda value: Instance.stage == value),
        Filter(key="status", title=_l("Status"), choices=STATUSES, where=lambda value: _has_status(listed, value)),
        Filter(
            key="bucket",
            title=_l("Days overdue"),
            choices=[(key, key) for key in buckets],
            where=lambda value: in_bucket(listed.due, value, today),
        ),
        Filter(key="strategy", title=_l("Strategy"), choices=strategies, where=lambda value: Case.strategy == value),
        Filter(key="owner", title=_l("Owner"), choices=owner_choices(session), where=lambda value: Case.owner == value),
        Filter(key="group", title=_l("Group"), choices=groups, where=lambda value: StaffGroup.key == value),
    )


def _has_status(listed: CaseList, value: str) -> Any:
    return Case.closed_on.is_(None) if value == "collecting" else listed.status == value


def _stage(row: CaseRow) -> str:
    return stage_title(row.stage) if row.stage else ""


def _strategy(row: CaseRow) -> str:
    version = _(" · v%(number)s", number=row.version) if row.version else ""
    return f"{strategy_name(row.strategy)}{version}"


def _status(row: CaseRow) -> Any:
    return case_status(row.status, row.outcome)
