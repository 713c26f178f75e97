"""Call operators as the engine would, and look at what they would write."""

from __future__ import annotations

from datetime import UTC, date, datetime
from typing import Any

from engine.catalogue import Call, Facts
from engine.write_buffer import WriteBuffer
from receivables.case_facts import CaseFacts, CreditorFacts, DebtorFacts, ItemFacts, PostalAddress, PromiseFacts

TODAY = date(2026, 5, 4)  # a Monday
NOW = datetime(2026, 5, 4, 8, tzinfo=UTC)
POSTAL = PostalAddress("Firma", "Długa 1", "Warszawa", "00-001", "PL")
CREDITOR = CreditorFacts("Duly Trading Ltd", None, "Warsaw", None, "PL", None, "ar@duly.test", None, None, None, ())


def debtor(**about: Any) -> DebtorFacts:
    known = {"id": 7, "reference": "D-7", "name": "Firma", "type": "business", "country": "PL", "language": "en"}
    empty = dict.fromkeys(("segment", "risk_rating", "tax_id", "email", "phone", "postal"))
    return DebtorFacts(**{**known, **empty, "do_not_contact": False, **about})


def item(**about: Any) -> ItemFacts:
    known = {"receivable_id": 1, "number": "F-1", "kind": "invoice", "issue_date": date(2026, 4, 1)}
    owed = {"due_date": date(2026, 4, 15), "amount": 10_000, "open": 10_000, "currency": "EUR", "days_overdue": 19}
    state = {"level": 0, "disputed": False, "demandable": True, "product": "p", "product_group": "g"}
    return ItemFacts(**{**known, **owed, **state, "four_eyes": False, **about})


def promise(**about: Any) -> PromiseFacts:
    terms = {"id": 3, "amount": 50_000, "currency": "EUR", "promised_on": date(2026, 5, 15), "made_on": TODAY}
    judged = {"tolerance_days": 2, "threshold": 95, "judged_after": date(2026, 5, 19), "judged_on": date(2026, 5, 20)}
    return PromiseFacts(**{**terms, **judged, "paid": 0, **about})


def facts(**about: Any) -> CaseFacts:
    case = {"number": 42, "case_id": 5, "case_group": "general", "strategy": "standard_b2b", "opened_on": TODAY}
    state = {"closed_on": None, "outcome": None, "group_key": "collections", "supervisor": "sven", "owner": "eva"}
    money = {"balance": {"EUR": 10_000}, "total_open": {"EUR": 10_000}, "currency": "EUR"}
    rest = {"oldest_due_date": date(2026, 4, 15), "days_overdue": 19, "level": 0, "product": "p", "product_group": "g"}
    more = {"four_eyes": False, "promise": None, "promises_broken": 0, "letter": None, "last_call_outcome": None}
    shared = {"priority": 50, "today": TODAY, "debtor": debtor(), "creditor": CREDITOR, "items": (item(),)}
    return CaseFacts(**{**case, **state, **money, **rest, **more, **shared, **about})


def call(case: CaseFacts | None = None, *, now: datetime = NOW, **data: Any) -> Call:
    key = "case:42"
    known = Facts({}, case or facts())
    return Call(key, known, data, "element", "phone", f"{key}/9.4.1", now, now.date(), WriteBuffer(key, now))


def inserted(made: Call, table: str) -> list[dict[str, Any]]:
    return [row for into, row in made.write.rows if into.name == table]


def changed(made: Call, table: str) -> list[tuple[dict[str, Any], dict[str, Any]]]:
    return [(where, values) for of, where, values in made.write.updates if of.name == table]
