"""Lay down what every scenario begins with: a creditor, two people, the strategies as they are shipped."""

from __future__ import annotations

from datetime import date, datetime, time, timedelta
from functools import cache
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.deployments import DECISIONS, deploy
from receivables.creditor import Creditor
from receivables.debtor import Contact, Debtor
from receivables.posting import Posting
from receivables.product import CaseGroup, Product, ProductGroup
from receivables.receivable import Receivable
from receivables.seed import seed
from receivables.staff import Person, StaffGroup
from service_tasks.catalogue import build_catalogue
from service_tasks.documents import DocumentStore
from service_tasks.letter_desk import LetterDesk
from service_tasks.letters.press import LetterPress, read_templates

ROOT = Path(__file__).parents[2]
ZONE = ZoneInfo("Europe/Warsaw")
MONDAY = date(2026, 3, 2)
STRATEGIES = ("standard_b2b", "consumer", "small_balance")


def shared_tables() -> dict[str, bytes]:
    """Gather the decision tables that strategies share."""
    return {f"decisions/{path.name}": path.read_bytes() for path in (ROOT / "processes/decisions").glob("*.dmn")}


def strategy_files(key: str) -> dict[str, bytes]:
    """Gather what is deployed of a strategy: its diagram, every table, every form, every template."""
    files = {"strategy.bpmn": (ROOT / "processes" / key / "strategy.bpmn").read_bytes(), **shared_tables()}
    files |= {f"forms/{path.name}": path.read_bytes() for path in (ROOT / "forms").glob("*.json")}
    templates = read_templates(ROOT / "letter_templates")
    return files | {f"letter_templates/{name}": data for name, data in templates.items()}


@cache
def press() -> LetterPress:
    return LetterPress(read_templates(ROOT / "letter_templates"))


def no_pdf(_docx: bytes) -> bytes | None:
    return None


def another_product(session: Session) -> int:
    """Make a product whose items are collected in cases of their own."""
    cases = CaseGroup(key="leasing", name="Leasing")
    group = ProductGroup(key="leasing", name="Leasing", case_group=cases)
    product = Product(key="leasing", name="Leasing", product_group=group)
    session.add(product)
    session.flush()
    return product.id


def found(session: Session) -> None:
    """Lay down what every scenario begins with: the creditor, Eva and her supervisor Sven, the strategies."""
    seed(session)
    group = session.scalars(select(StaffGroup)).one()
    group.supervisor = "sven"
    group.members = [Person(username="eva", name="Eva", email="eva@duly.test", fs_uniquifier="eva")]
    session.add(Creditor(name="Duly Trading Ltd", city="Warsaw", country="PL", reply_to="accounts@duly.test"))
    catalogue = build_catalogue(LetterDesk(press(), DocumentStore(Path())))
    now = datetime.combine(MONDAY, time(8), ZONE)
    bundles = {DECISIONS: shared_tables(), **{key: strategy_files(key) for key in STRATEGIES}}
    for key, files in bundles.items():
        deploy(session, key=key, files=files, name=key, by="test", note="", now=now, catalogue=catalogue)


def known_debtor(plain: dict[str, Any], contacts: dict[str, Any], now: datetime) -> Debtor:
    """Make a debtor with the contacts that are known of him: `email`, and the `city` of a postal address."""
    debtor = Debtor(**plain, created_at=now)
    learnt = {"source": "import", "valid_from": MONDAY - timedelta(days=90)}
    if contacts["email"]:
        debtor.contacts.append(Contact(channel="email", value=contacts["email"], **learnt))
    if contacts["city"]:
        place = {"value": plain["name"], "street": "Długa 1", "city": contacts["city"], "postcode": "00-001"}
        debtor.contacts.append(Contact(channel="postal", country="PL", **place, **learnt))
    return debtor


def book_invoice(session: Session, number: str, due: date, of: dict[str, Any], now: datetime) -> None:
    """Book an invoice that was issued a fortnight before it fell due; `of`: debtor, product, amount, currency."""
    issued = due - timedelta(days=14)
    invoice = Receivable(number=number, kind="invoice", issue_date=issued, due_date=due, **of)
    session.add(invoice)
    session.flush()
    booked = {"booked_on": issued, "at": now, "by": "import", "source": "erp"}
    money = {"amount": of["amount"], "currency": of["currency"]}
    session.add(Posting(receivable_id=invoice.id, kind="invoice", **booked, **money))
