"""Every address of the web, with samples of the office's cases, letters, tasks and people filled in."""

from __future__ import annotations

from collections.abc import Iterator

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.tables import OutboxRow, TaskRow
from receivables.case import Case
from receivables.debtor import Contact
from receivables.import_run import ImportRun
from receivables.letter import Letter
from receivables.payment import Payment
from receivables.promise import Promise
from tests.browser.conftest import Office
from web.security.access import access_of
from web.security.rights import rights_of

ROLES = {"anna": "collector", "sue": "supervisor", "alan": "analyst", "ada": "administrator", "oto": "auditor"}
DEEDS = ("call", "note", "promise", "withdraw", "dispute", "settle", "suspend", "resume", "owner", "bring-back")
FILES = (".bpmn", ".dmn", ".json", ".csv", ".eml")


def addresses(office: Office, username: str) -> list[str]:
    """List every page that a person may open, without files and parts of pages."""
    rights, adapter = rights_of(frozenset({ROLES[username]})), office.app.url_map.bind("")
    found = []
    with office.parts.reading() as session:
        for address in _all(session):
            access = access_of(office.app, adapter.match(address.partition("?")[0], method="GET")[0])
            if access and (not access.rights or access.rights & rights):
                found.append(address)
    return found


def _all(session: Session) -> Iterator[str]:
    yield from ("/", "/worklist/", "/worklist/done", "/letters/", "/letters/all", "/letters/recent", "/letters/print")
    yield from (f"/worklist/?tab={tab}" for tab in ("group", "overdue", "today", "approvals", "promises"))
    yield from (f"/worklist/{number}" for number in _one_of_each(session, TaskRow.form))
    yield from (f"/letters/{number}" for number in _one_of_each(session, Letter.status))
    yield from _cases(session)
    yield from _debtors(session)
    yield from ("/payments/", "/payments/new", "/imports/", "/imports/new", "/jobs/", "/search", "/search?q=a")
    yield from (f"/payments/{number}" for number in _last(session, Payment))
    yield from (f"/imports/{number}" for number in _last(session, ImportRun))
    yield from ("/strategies/", "/strategies/standard_b2b", "/strategies/consumer", "/strategies/deploy")
    yield from (f"/strategies/decisions/{page}" for page in ("", "choose_strategy", "waits/differences", "-/deploy"))
    yield from ("/strategies/decisions/waits/try", "/strategies/decisions/assign_case/try?case=1")
    yield from ("/reports/", "/reports/aging", "/reports/stages")
    yield from ("/operations/", "/operations/late", "/operations/messages", "/operations/system")
    yield "/operations/catch-up"
    yield from (f"/operations/messages/{number}" for number in _last(session, OutboxRow))
    yield from ("/sending/", "/sending/mail", "/profile", "/change-password", "/administration/")
    yield from (f"/administration/{name}/" for name in ("people", "groups", "creditor", "product-groups"))
    yield from (f"/administration/{name}" for name in ("people/new", "people/anna", "groups/new"))
    yield from ("/administration/groups/collections", "/administration/product-groups/trade")


def _cases(session: Session) -> Iterator[str]:
    yield "/cases/"
    closed = session.scalars(select(Case.number).where(Case.closed_on.is_not(None))).first()
    promised = session.scalars(select(Case.number).join(Promise, Promise.case_id == Case.id)).first()
    for number in (closed, promised):
        yield f"/cases/{number}"
        yield from (f"/cases/{number}/{part}" for part in ("receivables", "messages", "agreements", "course"))
    yield from (f"/cases/{promised}/{deed}" for deed in DEEDS)


def _debtors(session: Session) -> Iterator[str]:
    number, contact = session.execute(select(Contact.debtor_id, Contact.id)).first() or (0, 0)
    yield from ("/debtors/", f"/debtors/{number}", f"/debtors/{number}/edit", f"/payments/new?debtor={number}")
    yield from (f"/debtors/{number}/{part}" for part in ("receivables", "payments", "changes", "statement"))
    yield from (f"/debtors/{number}/contacts/new", f"/debtors/{number}/contacts/{contact}")


def _one_of_each(session: Session, column: object) -> list[int]:
    """Give the newest row of each kind."""
    table = column.class_  # type: ignore[attr-defined]
    rows = session.execute(select(column, table.id).order_by(table.id))  # type: ignore[call-overload]
    return sorted({row[0]: row[1] for row in rows}.values())


def _last(session: Session, table: type) -> list[int]:
    return list(session.scalars(select(table.id).order_by(table.id.desc()).limit(1)))  # type: ignore[attr-defined]
