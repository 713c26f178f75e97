"""All debtors, and one of them: data and contacts, receivables, payments, statement, what was changed."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from flask import render_template, request, url_for
from flask.typing import ResponseReturnValue
from flask_babel import lazy_gettext as _l
from sqlalchemy.orm import Session

from receivables.balance import debtor_balances
from receivables.debtor import Debtor
from receivables.payments import credit
from web.context import context
from web.pages.debtors_blueprint import debtor_of, pages
from web.pages.debtors_tables import changes_table, list_table, payments_table, receivables_table, statement_table
from web.queries import cases as case_queries
from web.queries import debtors as queries
from web.queries.items import items_of_debtor
from web.queries.payments import payments_of
from web.queries.words import people_names
from web.security.access import requires
from web.security.rights import Right
from web.tables import Listed, Query, respond

TABS: tuple[tuple[str, Any, str], ...] = (
    ("show", _l("Overview"), "id"),
    ("receivables", _l("Receivables"), "receipt"),
    ("payments", _l("Payments"), "cash"),
    ("statement", _l("Statement"), "table"),
    ("changes", _l("Changes"), "history"),
)


@pages.get("/")
@requires(Right.SEE_CASES)
def index() -> ResponseReturnValue:
    """List the debtors."""
    today = context().today()
    listed = queries.debtor_list(today, with_owed=request.args.get("sort", "").removeprefix("-") == "owed")
    with context().reading() as session:
        source = Query(session, listed.statement, queries.rows_of(today), counted=listed.counted)
        return respond(list_table(session, listed), source, "debtors/index.html")


@pages.get("/<int:number>")
@requires(Right.SEE_CASES)
def show(number: int) -> ResponseReturnValue:
    """Show who the debtor is, how they are reached, their cases and credit."""
    with context().reading() as session:
        debtor = debtor_of(session, number)
        contacts = queries.contacts_of(session, debtor, context().today())
        return render_template("debtors/show.html", contacts=contacts, **frame(session, debtor))


@pages.get("/<int:number>/receivables")
@requires(Right.SEE_CASES)
def receivables(number: int) -> ResponseReturnValue:
    """List all receivables with what is open."""
    with context().reading() as session:
        rows = items_of_debtor(session, number, context().today())
        return _listing(session, number, receivables_table(number), rows)


@pages.get("/<int:number>/payments")
@requires(Right.SEE_CASES)
def payments(number: int) -> ResponseReturnValue:
    """List the payments."""
    with context().reading() as session:
        return _listing(session, number, payments_table(number), payments_of(session, number))


@pages.get("/<int:number>/statement")
@requires(Right.SEE_CASES)
def statement(number: int) -> ResponseReturnValue:
    """List every booking with balances."""
    with context().reading() as session:
        return _listing(session, number, statement_table(number), queries.statement(session, number))


@pages.get("/<int:number>/changes")
@requires(Right.SEE_CASES)
def changes(number: int) -> ResponseReturnValue:
    """List who changed what."""
    with context().reading() as session:
        return _listing(session, number, changes_table(number, people_names(session)), queries.changes(session, number))


def frame(session: Session, debtor: Debtor) -> dict[str, Any]:
    """Give what every view of a debtor shows."""
    today = context().today()
    tabs = [(url_for(f"debtors.{name}", number=debtor.id), title, icon, name) for name, title, icon in TABS]
    owed = debtor_balances(session, today, [debtor.id]).get(debtor.id, {})
    return {
        "debtor": debtor,
        "owed": {currency: amount for currency, amount in owed.items() if amount},
        "credit": credit(session, debtor.id),
        "cases": case_queries.cases_of(session, debtor.id, today),
        "tabs": tabs,
        "tab": (request.endpoint or "").rpartition(".")[2],
    }


def _listing(session: Session, number: int, table: Any, rows: Sequence[Any]) -> ResponseReturnValue:
    return respond(table, Listed(rows), "debtors/listing.html", **frame(session, debtor_of(session, number)))
