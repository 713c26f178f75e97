"""A small office in the middle of its work, made once: calls to make, letters to decide, promises, a dispute."""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from sqlalchemy import select

from engine import worklist
from engine.clock import VirtualClock
from engine.tables import TaskRow
from receivables.case import Case
from receivables.facts import load_facts
from receivables.payments import NewPayment, enter_payment
from service_tasks import events
from service_tasks.keys import key_of
from tests import databases
from web import schema
from web.app import create_app
from web.bundles import deploy_bundle, read_bundle, shipped
from web.composition import build_context
from web.context import Context
from web.demo.invoices import Invoice
from web.demo.replay import Demo
from web.demo.staff import found_company, hire
from web.settings import Settings

TODAY = date(2026, 3, 4)  # a Wednesday
NOW = datetime(2026, 3, 4, 9, 0, tzinfo=UTC)
FIRST = TODAY - timedelta(days=50)
LATE = TODAY - timedelta(days=20)
"""Until then the office has few debtors, who have come far by today; then the others' files come in."""
DEBTORS, EARLY = 26, 5
STAFF_RESTS = 20  # days
REFUSED, PROMISED = 5, 2
"""So many calls end in a refusal today (their demands wait for approval), so many in a promise."""
SECRET = "for tests only"


def settings(home: Path) -> Settings:
    return Settings(home=str(home), secret_key=SECRET, database_url=databases.option(home / "duly.sqlite"))


def world(shared: Path) -> Path:
    """Give the home folder of the office; the first process that asks makes it, others wait for it."""
    home = shared / "office"
    with _locked(shared / "office.lock"):
        if not (home / "made").exists():
            build(home)
            (home / "made").touch()
    return home


def build(home: Path) -> None:
    """Live through the days up to this morning."""
    home.mkdir(parents=True, exist_ok=True)
    databases.make(home / "duly.sqlite")
    found = build_context(settings(home), clock=VirtualClock(NOW))
    schema.upgrade(found.database)
    office = Demo(found, FIRST, TODAY, DEBTORS)
    _hold_back(office._files)
    office.prepare(FIRST)
    for folder in shipped():
        deploy_bundle(office.parts, read_bundle(folder), note="Comes with Duly", by="ada")
    with create_app(office.parts).app_context(), office.parts.unit_of_work() as session:
        found_company(session)
        hire(session)
    office.live(FIRST, TODAY, TODAY - timedelta(days=STAFF_RESTS), lambda _day: None)
    office.ready()
    office.clock.set(NOW)
    _make_calls(office.parts)
    _pay_all(office.parts)
    office.parts.database.dispose()
    found.database.dispose()


def _hold_back(files: dict[date, list[Invoice]]) -> None:
    """Let the invoices of all but the early debtors come in later."""
    held: list[Invoice] = []
    for day in sorted(day for day in files if day <= LATE):
        held += [invoice for invoice in files[day] if not _early(invoice)]
        files[day] = [invoice for invoice in files[day] if _early(invoice)]
    files.setdefault(LATE, []).extend(held)


def _early(invoice: Invoice) -> bool:
    return int(invoice.debtor.reference[1:]) > 10_000 + DEBTORS - EARLY


def _make_calls(parts: Context) -> None:
    refusal = {"outcome": "refuses", "reached": True, "note": "Says the goods were never ordered."}
    day = (TODAY + timedelta(days=7)).isoformat()
    promise = {"outcome": "promise", "promised_on": day, "promised_amount": 100, "note": "Will pay a part next week."}
    with parts.reading() as session:
        query = select(TaskRow).where(TaskRow.status == "open", TaskRow.form == "phone_call").order_by(TaskRow.id)
        calls = [(task.id, task.business_key) for task in session.scalars(query)]
    answers = [refusal] * REFUSED + [promise] * PROMISED
    for (number, key), result in zip(calls, answers, strict=False):
        with parts.unit_of_work() as session:
            worklist.complete(session, number, by="anna", result=result, now=parts.now())
        parts.worker.wake(key)


def _pay_all(parts: Context) -> None:
    """Let the debtor of the newest case pay everything, so that there is a closed one."""
    with parts.unit_of_work() as session:
        number = session.scalars(select(Case.number).order_by(Case.number.desc())).first() or 0
        facts = load_facts(session, [number], TODAY)[number]
        for currency, owed in facts.total_open.items():
            wish = NewPayment(facts.debtor.id, TODAY, owed, currency, "All of it", (), "bank")
            enter_payment(session, wish, by="anna", now=parts.now(), today=TODAY)
        events.settle_paid(session, today=TODAY, now=parts.now())
    parts.worker.wake(key_of(number))


@contextmanager
def _locked(path: Path) -> Iterator[None]:
    with path.open("w") as file:
        fcntl.flock(file, fcntl.LOCK_EX)
        yield
