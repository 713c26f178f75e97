"""Reports: the portfolio as of a day, by age and by the stage of its cases; figures lead to what is behind them."""

from __future__ import annotations

from dataclasses import replace
from datetime import date
from typing import Any

from flask import Blueprint, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session

from engine.errors import Unusable
from receivables.money import to_text
from receivables.reports import Bucket
from service_tasks.stages import stage_title
from web.context import context
from web.formats import moneys
from web.links import address
from web.queries.reports import Overview, overview
from web.queries.words import strategy_name
from web.security.access import requires
from web.security.rights import Right
from web.tables import Column, Kind, Listed, Table, TableView, respond, view_of

pages = Blueprint("reports", __name__, url_prefix="/reports")
NOT_DUE = "not due"


@pages.get("/")
@requires(Right.SEE_REPORTS)
def index() -> ResponseReturnValue:
    """Show the portfolio as of a day."""
    day = _day()
    with context().reading() as session:
        found = _overview(session, day)
        return render_template(
            "reports/index.html",
            found=found,
            as_of=day,
            charts={amount.currency: _chart(found, amount.currency) for amount in moneys(found.open_amount)},
            aging=_part(_aging(), found.aging, "reports.aging"),
            stages=_part(_stages(), found.by_stage, "reports.stages"),
        )


@pages.get("/aging")
@requires(Right.SEE_REPORTS)
def aging() -> ResponseReturnValue:
    """Show or export what is open by age."""
    with context().reading() as session:
        return respond(_aging(), Listed(_overview(session, _day()).aging), "reports/table.html", title=_("By age"))


@pages.get("/stages")
@requires(Right.SEE_REPORTS)
def stages() -> ResponseReturnValue:
    """Show or export the open cases by strategy and stage."""
    with context().reading() as session:
        found = _overview(session, _day()).by_stage
        return respond(_stages(), Listed(found), "reports/table.html", title=_("By strategy and stage"))


def _day() -> date:
    given = request.args.get("as_of", "")
    try:
        return date.fromisoformat(given) if given else context().today()
    except ValueError as wrong:
        raise Unusable(_("%(day)s is no day; write it like 2026-12-31.", day=given)) from wrong


def _overview(session: Session, day: date) -> Overview:
    return overview(session, day, context().settings.zone)


def _part(table: Table, rows: Any, endpoint: str) -> TableView:
    """Give a table that stands on this page and is sorted and exported at its own address."""
    kept = {"as_of": request.args["as_of"]} if request.args.get("as_of") else {}
    return replace(view_of(table, Listed(rows)), path=url_for(endpoint), arguments=kept)


def _chart(found: Overview, currency: str) -> dict[str, Any]:
    shown = [bucket for bucket in found.aging if bucket.name == NOT_DUE or bucket.items or bucket.open_amount]
    values = [to_text(bucket.open_amount.get(currency, 0), currency) for bucket in shown]
    return {
        "kind": "bar",
        "title": _("Open amount by days overdue"),
        "labels": [bucket_title(bucket.name) for bucket in shown],
        "series": [{"name": _("Open"), "values": values}],
        "links": [_behind(bucket) or url_for("reports.aging") for bucket in shown],
        "currency": currency,
        "unit": _("Days overdue"),
    }


def bucket_title(name: str) -> str:
    """Name an age: not due yet, or its days."""
    return str(_("not due yet")) if name == NOT_DUE else name.replace("-", "–")


def _behind(bucket: Bucket) -> str | None:
    return None if bucket.name == NOT_DUE else address("cases.index", bucket=bucket.name)


def _aging() -> Table:
    return Table(
        name="aging",
        title=_l("What is open, by age"),
        columns=(
            Column(
                key="bucket",
                title=_l("Days overdue"),
                value=lambda b: bucket_title(b.name),
                href=_behind,
                sortable=False,
            ),
            Column(key="items", title=_l("Items"), value=lambda b: b.items, kind=Kind.NUMBER, sortable=False),
            Column(
                key="open",
                title=_l("Open"),
                value=lambda b: moneys(b.open_amount),
                kind=Kind.MONEYS,
                sortable=False,
            ),
        ),
    )


def _stages() -> Table:
    return Table(
        name="stages",
        title=_l("Open cases by strategy and stage"),
        columns=(
            Column(key="strategy", title=_l("Strategy"), value=lambda s: strategy_name(s.strategy)),
            Column(
                key="stage",
                title=_l("Stage"),
                value=lambda s: stage_title(s.stage),
                sortable=False,
                href=lambda s: address("cases.index", strategy=s.strategy, stage=s.stage),
            ),
            Column(key="cases", title=_l("Cases"), value=lambda s: s.cases, kind=Kind.NUMBER),
            Column(
                key="open",
                title=_l("Open"),
                value=lambda s: moneys(s.open_amount),
                kind=Kind.MONEYS,
                sortable=False,
            ),
        ),
        empty_title=_l("No case is open on this day"),
        empty_text=_l("Cases open by themselves for what is overdue beyond its grace days."),
        empty_icon="briefcase",
    )
