"""The demo's invoices, and the accounting system's weekly files of them."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date, timedelta

from connectors.receivable_files import Profile
from receivables.money import to_text
from web.demo.chance import number, one_of
from web.demo.debtors import DemoDebtor

PRODUCTS = (("goods", "trade"), ("goods", "trade"), ("services", "trade"), ("leasing", "finance"))
SATURDAY = 5
RATE = {"EUR": 1, "PLN": 4}
HEADER = (
    *("number", "debtor_ref", "debtor_name", "issue_date", "due_date", "amount", "currency", "product"),
    *("product_group", "kind", "debtor_type", "country", "language", "segment", "risk_rating"),
    *("email", "phone", "street", "city", "postcode"),
)
PROFILE = Profile(columns={name: name for name in HEADER}, defaults={}, date_format="%Y-%m-%d", decimal=".")


@dataclass(frozen=True, slots=True)
class Invoice:
    """One invoice or credit note of a debtor; amount in minor units."""

    number: str
    debtor: DemoDebtor
    issued: date
    due: date
    amount: int

    def row(self) -> dict[str, str]:
        """Give the invoice as a row of the file."""
        product, group = one_of(PRODUCTS, self.debtor.reference, self.number, "product")
        return {
            **self.debtor.fields,
            "number": self.number,
            "debtor_ref": self.debtor.reference,
            "debtor_name": self.debtor.name,
            "issue_date": self.issued.isoformat(),
            "due_date": self.due.isoformat(),
            "amount": to_text(self.amount, self.debtor.country.currency),
            "currency": self.debtor.country.currency,
            "product": product,
            "product_group": group,
            "kind": "credit_note" if self.amount < 0 else "invoice",
        }


def invoices(debtors: Iterable[DemoDebtor], first: date, last: date) -> list[Invoice]:
    """Give all invoices issued between two days, in the order of issue."""
    found = [invoice for debtor in debtors for invoice in _of_debtor(debtor, first, last)]
    return sorted(found, key=lambda invoice: (invoice.issued, invoice.number))


def _of_debtor(debtor: DemoDebtor, first: date, last: date) -> list[Invoice]:
    every = 4 + number(debtor.reference, "rhythm", below=16)
    day = first + timedelta(days=number(debtor.reference, "begin", below=every))
    found: list[Invoice] = []
    while day <= last:
        if day.weekday() < SATURDAY:
            found.append(_invoice(debtor, day, len(found) + 1))
        day += timedelta(days=every)
    return found


def _invoice(debtor: DemoDebtor, issued: date, n: int) -> Invoice:
    code = f"FA{issued:%y}{int(debtor.reference[1:]) - 10000:03}{n:02}"
    terms = one_of((14, 14, 21, 30) if debtor.business else (14,), debtor.reference, "terms")
    amount = _amount(debtor, code)
    if number(code, "credit", below=60) == 0:
        amount = -max(amount // 6, 500)
    return Invoice(code, debtor, issued, issued + timedelta(days=terms), amount)


def _amount(debtor: DemoDebtor, code: str) -> int:
    """Give an amount as companies and people owe it: most are small, few are large."""
    size = number(code, "size", below=1000) / 1000
    most = {"retail": 60_000, "sme": 900_000, "corporate": 3_500_000, "key": 9_000_000}[debtor.fields["segment"]]
    minor = int(2_500 + most * size**4) + number(code, "cents", below=100)
    return minor * RATE[debtor.country.currency]


def as_file(some: Iterable[Invoice]) -> bytes:
    """Write invoices as the accounting system's CSV."""
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, HEADER, delimiter=";", restval="")
    writer.writeheader()
    writer.writerows(invoice.row() for invoice in some)
    return text.getvalue().encode("utf-8-sig")
