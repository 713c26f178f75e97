"""An office in the middle of its work: cases with calls to make and letters to approve, made once per process."""

import shutil
from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from functools import cache
from pathlib import Path

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from engine import worklist
from engine.clock import VirtualClock
from engine.tables import TaskRow
from receivables.debtor import Contact, Debtor
from receivables.posting import Posting
from receivables.product import Product
from receivables.receivable import Receivable
from receivables.staff import Person, StaffGroup
from tests import databases
from tests.web.conftest import settings_of
from web.bundles import PROJECT, deploy_bundle, read_bundle
from web.composition import build_context
from web.context import Context
from web.day_run import DayRun

FIRST, TODAY = date(2026, 2, 2), date(2026, 3, 2)
DEBTORS = ("Amber", "Birch", "Cedar", "Dogwood", "Elder", "Fir")
CALLED = ("Amber", "Birch", "Cedar")
"""Whose call was made: their demand waits for approval; the others are still to be called."""


@pytest.fixture
def parts(made_database: Path, tmp_path: Path, clock: VirtualClock) -> Iterator[Context]:
    """Every part of the system, on a copy of the office's home folder."""
    home, kept = tmp_path / "home", office(made_database)
    shutil.copytree(kept, home)
    databases.copy(kept / "duly.sqlite", home / "duly.sqlite")
    built = build_context(settings_of(home), clock=clock)
    yield built
    built.database.dispose()
    databases.drop(home / "duly.sqlite")


@cache
def office(made_database: Path) -> Path:
    """Live through a month without anybody at work but for a few calls."""
    home = made_database.parent / "office"
    home.mkdir()
    databases.copy(made_database, home / "duly.sqlite")
    clock = VirtualClock(datetime(2026, 2, 2, 7, 0, tzinfo=UTC))
    parts = build_context(settings_of(home), clock=clock)
    deploy_bundle(parts, read_bundle(PROJECT / "processes" / "standard_b2b"), note="", by="duly")
    with parts.unit_of_work() as session:
        _staff(session)
        for number, name in enumerate(DEBTORS):
            _debtor(session, name, number, clock.now())
    run = DayRun(parts.database, clock, parts.worker, parts.dispatcher)
    run.run(FIRST, TODAY - timedelta(days=3))
    _make_calls(parts)
    DayRun(parts.database, clock, parts.worker, parts.dispatcher).run(
        TODAY - timedelta(days=2), TODAY - timedelta(days=1)
    )
    parts.database.dispose()
    return home


def task_of(session: Session, debtor: str, status: str = "open") -> TaskRow:
    """Give the newest task of a debtor's case."""
    query = select(TaskRow).where(TaskRow.instructions.contains(debtor), TaskRow.status == status)
    return session.scalars(query.order_by(TaskRow.id.desc())).first() or pytest.fail(f"no {status} task for {debtor}")


def _staff(session: Session) -> None:
    people = {person.username: person for person in session.scalars(select(Person))}
    group = session.scalars(select(StaffGroup)).one()
    group.members, group.supervisor = [people["collector"]], "supervisor"


def _debtor(session: Session, name: str, number: int, now: datetime) -> None:
    debtor = Debtor(
        reference=f"D-{number}", name=f"{name} Ltd", country="PL", language="en", type="business", created_at=now
    )
    until = TODAY - timedelta(days=1) if name == "Cedar" else None  # who has a letterbox alone by today
    mail = {"value": f"{name}@debtors.test", "source": "import", "valid_from": FIRST, "valid_until": until}
    debtor.contacts.append(Contact(channel="email", **mail))
    place = {"street": "Długa 1", "city": "Gdynia", "postcode": "81-001", "country": "PL"}
    debtor.contacts.append(Contact(channel="postal", value=name, source="import", valid_from=FIRST, **place))
    debtor.contacts.append(Contact(channel="phone", value=f"+48 555 000 00{number}", source="import", valid_from=FIRST))
    session.add(debtor)
    session.flush()
    product = session.scalars(select(Product)).first() or pytest.fail("no product")
    amount, money = 500_000 + number * 10_000, {"currency": "EUR"}
    about = {"debtor_id": debtor.id, "product_id": product.id, "issue_date": FIRST - timedelta(days=40)}
    item = Receivable(
        number=f"INV-{number}", kind="invoice", due_date=FIRST - timedelta(days=10), amount=amount, **about, **money
    )
    session.add(item)
    session.flush()
    booked = {"booked_on": FIRST - timedelta(days=40), "source": "erp", "at": now, "by": "import"}
    session.add(Posting(receivable_id=item.id, kind="invoice", amount=amount, **booked, **money))


def _make_calls(parts: Context) -> None:
    answers = {"outcome": "refuses", "reached": True, "note": "Does not want to pay."}
    for name in CALLED:
        with parts.unit_of_work() as session:
            task = task_of(session, name)
            worklist.complete(session, task.id, by="collector", result=answers, now=parts.now())
            key = task.business_key
        parts.worker.wake(key)
