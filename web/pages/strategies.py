"""Strategies: what runs, how many cases and how much money stand where, the versions."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from babel.numbers import format_compact_currency
from flask import Blueprint, Response, jsonify, render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import get_locale, ngettext
from flask_babel import gettext as _
from flask_babel import lazy_gettext as _l

from engine.deployments import MAIN
from engine.errors import NotFound
from receivables.money import spaced
from web.context import context
from web.entries import row_number
from web.formats import Money, money_text, moneys
from web.links import address
from web.pages.decisions_blueprint import all_of
from web.queries.decision_sheets import Sheet, sheets
from web.queries.decision_words import decision_title
from web.queries.decisions import edition
from web.queries.strategies import (
    COLLECTED_DAYS,
    Place,
    Version,
    cards,
    files_of,
    find_version,
    forms_of,
    places,
    versions,
)
from web.queries.words import people_names, strategy_name
from web.security.access import requires
from web.security.rights import Right
from web.tables import Badge, Column, Kind, Listed, Table, respond

pages = Blueprint("strategies", __name__, url_prefix="/strategies")
XML = "application/xml"


@pages.get("/")
@requires(Right.SEE_STRATEGIES)
def index() -> ResponseReturnValue:
    """Show each strategy as a card, then every version, then the shared decision tables."""
    with context().reading() as session:
        return respond(
            _versions(people_names(session)),
            Listed(versions(session)),
            "strategies/index.html",
            cards=cards(session, context().today()),
            decisions=all_of(edition(session)),
            days=COLLECTED_DAYS,
            strategy_name=strategy_name,
        )


@pages.get("/<key>")
@requires(Right.SEE_STRATEGIES)
def show(key: str) -> ResponseReturnValue:
    """Show a strategy's diagram with its cases, and its versions."""
    with context().reading() as session:
        known = versions(session, key)
        active = next((each for each in known if each.deployment.active), known[0])
        wanted = request.args.get("version", active.deployment.version, type=row_number)
        shown = next((each for each in known if each.deployment.version == wanted), None)
        if shown is None:
            raise NotFound(_("There is no version %(version)s of %(name)s.", version=wanted, name=strategy_name(key)))
        files = files_of(shown.deployment)
        return render_template(
            "strategies/show.html",
            key=key,
            name=strategy_name(key),
            shown=shown,
            active=active,
            versions=known,
            names=people_names(session),
            forms=forms_of(files),
            decisions=_decisions(files),
            decision_title=decision_title,
            shared=edition(session).files,
            files={path: len(data) for path, data in files.items()},
        )


@pages.get("/<key>/versions/<int:number>/diagram.bpmn")
@requires(Right.SEE_STRATEGIES)
def diagram(key: str, number: int) -> ResponseReturnValue:
    """Give a version's diagram as it was deployed."""
    return _file(key, number, MAIN, XML)


@pages.get("/<key>/versions/<int:number>/files/<path:name>")
@requires(Right.SEE_STRATEGIES)
def file(key: str, number: int, name: str) -> ResponseReturnValue:
    """Give one of a version's files; decision tables to be shown, the rest as a download."""
    if name.endswith(".dmn"):
        return _file(key, number, name, XML)
    answer = _file(key, number, name, "application/octet-stream")
    answer.headers.set("Content-Disposition", "attachment", filename=name.rpartition("/")[2])
    return answer


@pages.get("/<key>/versions/<int:number>/counts.json")
@requires(Right.SEE_STRATEGIES)
def counts(key: str, number: int) -> ResponseReturnValue:
    """Say for the diagram how many cases stand where, what they owe, or which are stuck (`show`)."""
    with context().reading() as session:
        found = places(session, find_version(session, key, number), context().today())
    say = {"money": _money, "stuck": _stuck}.get(request.args.get("show", ""), _cases)
    return jsonify(counts={place.element: told for place in found if (told := say(key, place))})


def _decisions(files: Mapping[str, bytes]) -> list[tuple[str, Sheet]]:
    """Give the decisions kept with a version, each with the path of its file."""
    tables = sorted(path for path in files if path.endswith(".dmn"))
    return [(path, sheet) for path in tables for sheet in sheets(files[path])]


def _file(key: str, number: int, name: str, mimetype: str) -> Response:
    with context().reading() as session:
        content = files_of(find_version(session, key, number)).get(name)
    if content is None:
        raise NotFound(_("Version %(number)s has no file %(name)s.", number=number, name=name))
    return Response(content, mimetype=mimetype)


def _cases(key: str, place: Place) -> dict[str, Any]:
    title = ngettext("%(num)s case stands here", "%(num)s cases stand here", place.cases)
    return _told(key, place, str(place.cases), title)


def _money(key: str, place: Place) -> dict[str, Any] | None:
    amounts = moneys({currency: amount for currency, amount in place.open_amount.items() if amount})
    if not amounts:
        return None
    text = " + ".join(_short(amount) for amount in amounts)
    return _told(key, place, text, ", ".join(map(money_text, amounts)))


def _stuck(key: str, place: Place) -> dict[str, Any] | None:
    title = ngettext("%(num)s case is stuck here", "%(num)s cases are stuck here", place.stuck)
    found = {"text": str(place.stuck), "title": title, "tone": "red", "href": address("operations.index", strategy=key)}
    return found if place.stuck else None


def _told(key: str, place: Place, text: str, title: str) -> dict[str, Any]:
    href = address("cases.index", strategy=key, stage=place.stage)
    return {"text": text, "title": title, "tone": "primary"} | ({"href": href} if href else {})


def _short(amount: Money) -> str:
    return spaced(str(format_compact_currency(amount.amount, amount.currency, locale=str(get_locale() or "en"))))


def _versions(names: dict[str, str]) -> Table:
    return Table(
        name="versions",
        title=_l("All versions"),
        columns=(
            Column(
                key="strategy",
                title=_l("Strategy"),
                value=lambda v: strategy_name(v.deployment.key),
                searched=True,
                href=lambda v: url_for("strategies.show", key=v.deployment.key, version=v.deployment.version),
            ),
            Column(key="version", title=_l("Version"), value=lambda v: v.deployment.version, kind=Kind.NUMBER),
            Column(key="state", title=_l("State"), value=_state, kind=Kind.BADGE),
            Column(key="running", title=_l("Cases on it"), value=lambda v: v.running, kind=Kind.NUMBER),
            Column(key="all", title=_l("Cases ever"), value=lambda v: v.all, kind=Kind.NUMBER, wide_only=True),
            Column(key="at", title=_l("When"), value=lambda v: v.deployment.at, kind=Kind.MOMENT),
            Column(key="by", title=_l("Who"), value=lambda v: names.get(v.deployment.by, v.deployment.by)),
            Column(key="note", title=_l("Why"), value=lambda v: v.deployment.note, searched=True),
        ),
        empty_title=_l("No strategy is deployed yet"),
        empty_text=_l("An administrator deploys diagrams; those that come with Duly are deployed when it is set up."),
        empty_icon="sitemap",
    )


def _state(version: Version) -> Badge:
    if version.deployment.active:
        return Badge(_("new cases start here"), "green", "player-play")
    if version.running:
        return Badge(_("runs out"), "blue", "clock")
    return Badge(_("past"), "secondary", "history")
