"""Try a decision table: enter values or take those of a case, see what it gives and why. Nothing is kept."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import render_template, request
from flask.typing import ResponseReturnValue
from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import instances
from engine.deployments import DECISIONS
from engine.tables import Deployment
from receivables.facts import load_facts
from receivables.product import ProductGroup
from receivables.search import Hit, find
from service_tasks.choosing import inputs
from service_tasks.keys import key_of
from service_tasks.stages import STAGES
from web.context import context
from web.entries import row_number
from web.pages.decisions_blueprint import pages, shown_of
from web.queries.decision_fields import PREFIX, fields_of
from web.queries.decision_trial import ask, bound, entries
from web.security.access import requires
from web.security.rights import Right
from web.security.viewer import current_person

MOST_FOUND = 12


@pages.get("/<name>/try")
@requires(Right.SEE_STRATEGIES)
def trial(name: str) -> ResponseReturnValue:
    """Show the form, and the answer where values came with the address."""
    with context().reading() as session:
        shown = shown_of(session, name)
        number, found = _case(session)
        facts = _facts(session, number)
        fields = fields_of(shown.decision, shown.sheet, context().catalogue, _known(session))
        filled = entries(fields, request.args, facts, context().settings.zone)
        asked = bool(number) or any(key.startswith(PREFIX) for key in request.args) or not fields
        ready = asked and not any(each.problem for each in filled)
        return render_template(
            "decisions/try.html",
            shown=shown,
            entries=filled,
            asked=asked,
            answer=ask(shown.decision, shown.sheet, bound(facts, filled)) if ready else None,
            case=number,
            debtor=facts["case"]["debtor"]["name"] if "case" in facts else "",
            found=found,
            of=request.args.get("of", ""),
        )


def _case(session: Session) -> tuple[int | None, list[Hit]]:
    """Give the chosen case's number, else the cases among which to choose; nobody's where the reader may see none."""
    if not current_person().may(Right.SEE_CASES):
        return None, []
    number = request.args.get("case", None, type=row_number)
    text = request.args.get("of", "").strip()
    if number is not None or not text:
        return number, []
    hits = {hit.case_number: hit for hit in find(session, text, limit=MOST_FOUND) if hit.case_number is not None}
    return (next(iter(hits)), []) if len(hits) == 1 else (None, list(hits.values())[:MOST_FOUND])


def _facts(session: Session, number: int | None) -> dict[str, Any]:
    """Give what is known: the day and the moment, and of a case what tables may ask."""
    known: dict[str, Any] = {"today": context().today(), "now": context().now()}
    facts = load_facts(session, [number], context().today()).get(number) if number is not None else None
    if facts is None or number is None:
        return known
    view = instances.views(session, [key_of(number)]).get(key_of(number))
    stage = {"stage": view.stage} if view is not None else {}
    return {**known, **inputs(facts), "strategy": facts.strategy, **stage}


def _known(session: Session) -> Mapping[str, list[str]]:
    """Give texts that variables may have here, to choose from."""
    running = select(Deployment.key).where(Deployment.active.is_(True), Deployment.key != DECISIONS)
    strategies = list(session.scalars(running.order_by(Deployment.key)))
    groups = list(session.scalars(select(ProductGroup.key).order_by(ProductGroup.key)))
    return {
        "stage": list(STAGES),
        **dict.fromkeys(("strategy", "case.strategy"), strategies),
        **dict.fromkeys(("product_group", "case.product_group"), groups),
        **{path: ["business", "consumer"] for path in ("debtor_type", "case.debtor.type")},
    }
