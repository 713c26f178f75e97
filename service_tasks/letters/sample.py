"""Make up a case on which a template is tried before it is used; its texts hold what breaks careless templates."""

from __future__ import annotations

from service_tasks.letters.context import AccountRow, ItemRow, LetterContext, StaffContext, Total

NASTY = "Łucja & Söhne <s.r.o.> {{ “1” }}"


def sample_context() -> LetterContext:
    """Return a context with two items, a credit note and one item that is also open."""
    total: list[Total] = [{"currency": "EUR", "amount": "1.155,00 €"}]
    return {
        "case": {"number": "1042", "reference": "1042"},
        "creditor": {
            "name": "Duly Trading GmbH",
            "street": "Lange Straße 7",
            "postcode": "10115",
            "city": "Berlin",
            "country": "Germany",
            "tax_id": "DE136695976",
            "phone": "+49 30 1234567",
            "email": "accounts@creditor.test",
            "signature": ["Anna Muster", "Head of Receivables"],
        },
        "debtor": {
            "name": NASTY,
            "reference": "D-17",
            "tax_id": "",
            "country": "Slovakia",
            "address": ["Hlavná 1", "811 01 Bratislava"],
        },
        "today": "15 July 2026",
        "place": "Berlin",
        "pay_by": "29 July 2026",
        "level": 3,
        "days_overdue": "44",
        "oldest_due_date": "1 June 2026",
        "items": [_row("F/2026/001"), _row("F/2026/002"), _row("K/2026/001", credit=True)],
        "totals": total,
        "also_open": [_row("F/2026/077")],
        "also_totals": total,
        "to_pay": total,
        "accounts": [_account()],
        "extra": ["A line that a person added."],
    }


def sample_staff_context() -> StaffContext:
    """Return a context for a notice to staff."""
    letter = sample_context()
    return {
        "case": letter["case"],
        "debtor": letter["debtor"],
        "person": "Eva",
        "text": "The phone call is three days late.",
        "today": letter["today"],
        "to_pay": letter["to_pay"],
        "days_overdue": letter["days_overdue"],
    }


def _row(number: str, *, credit: bool = False) -> ItemRow:
    return {
        "number": number,
        "issue_date": "01.05.2026",
        "due_date": "01.06.2026",
        "days_overdue": "44",
        "amount": "1.000,00 €",
        "open": "-95,00 €" if credit else "625,00 €",
        "currency": "EUR",
        "level": 3,
        "credit": credit,
    }


def _account() -> AccountRow:
    return {"currency": "EUR", "iban": "DE89 3704 0044 0532 0130 00", "bic": "COBADEFFXXX", "bank": "Commerzbank"}
