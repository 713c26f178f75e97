"""Made-up cases and templates for the tests of letters."""

from __future__ import annotations

import io
import re
import zipfile
from dataclasses import replace
from datetime import date
from typing import Any
from xml.sax.saxutils import escape

from receivables.case_facts import demanded, first_due, totals
from receivables.facts import AccountFacts, CaseFacts, CreditorFacts, DebtorFacts, ItemFacts, PostalAddress

TODAY = date(2026, 7, 15)
DEBTOR = DebtorFacts(
    id=1,
    reference="D-17",
    name="Kowalski & Söhne <GmbH>",
    type="business",
    country="DE",
    language=None,
    segment=None,
    risk_rating=None,
    do_not_contact=False,
    tax_id="DE1",
    email="pay@kowalski.test",
    phone=None,
    postal=PostalAddress("Kowalski", "Ring 5", "Köln", "50667", "DE"),
)
CREDITOR = CreditorFacts(
    name="Handel s.r.o.",
    street="Hlavná 1",
    city="Bratislava",
    postcode="81101",
    country="SK",
    tax_id="SK1",
    reply_to="ar@handel.test",
    phone="+421 1",
    email="office@handel.test",
    signature="Eva Nová\nReceivables",
    accounts=(
        AccountFacts("SK3112000000198742637541", "TATRSKBX", "Tatra banka", "EUR"),
        AccountFacts("PL61109010140000071219812874", "WBKPPLPP", "Santander", "PLN"),
    ),
)
INVOICE = ItemFacts(
    receivable_id=1,
    number="F1",
    kind="invoice",
    issue_date=date(2026, 5, 1),
    due_date=date(2026, 6, 1),
    amount=100_000,
    open=100_000,
    currency="EUR",
    days_overdue=44,
    level=0,
    disputed=False,
    demandable=True,
    product="goods",
    product_group="standard",
    four_eyes=False,
)


def invoice(receivable_id: int, **changes: Any) -> ItemFacts:
    """Return an overdue invoice F<id>."""
    return replace(INVOICE, receivable_id=receivable_id, number=f"F{receivable_id}", **changes)


def credit_note(receivable_id: int, amount: int, currency: str = "EUR") -> ItemFacts:
    """Return a credit note K<id> of a positive amount in minor units."""
    return replace(
        INVOICE,
        receivable_id=receivable_id,
        number=f"K{receivable_id}",
        kind="credit_note",
        due_date=None,
        days_overdue=0,
        amount=-amount,
        open=-amount,
        currency=currency,
        demandable=False,
    )


def a_case(*items: ItemFacts, debtor: DebtorFacts = DEBTOR, creditor: CreditorFacts = CREDITOR) -> CaseFacts:
    """Return a case of these items on 15 July 2026."""
    oldest = first_due(items)
    return CaseFacts(
        **_dull(),
        debtor=debtor,
        creditor=creditor,
        items=items,
        balance=demanded(items),
        total_open=totals(items),
        oldest_due_date=oldest.due_date if oldest else None,
        days_overdue=oldest.days_overdue if oldest else 0,
        level=max((item.level for item in items), default=0),
    )


def _dull() -> dict[str, Any]:
    unstaffed = ("group_key", "supervisor", "owner")
    nothing = ("closed_on", "outcome", "product", "product_group", "promise", "letter", "last_call_outcome")
    return {
        **dict.fromkeys((*unstaffed, *nothing)),
        "number": 1042,
        "case_id": 7,
        "case_group": "default",
        "strategy": "standard_b2b",
        "opened_on": TODAY,
        "priority": 50,
        "today": TODAY,
        "currency": "EUR",
        "four_eyes": False,
        "promises_broken": 0,
    }


OFFICE = "http://schemas.openxmlformats.org"
MAIN = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
SMALLEST = {
    "[Content_Types].xml": f'<Types xmlns="{OFFICE}/package/2006/content-types"><Default Extension="rels" '
    'ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    f'<Override PartName="/word/document.xml" ContentType="{MAIN}"/></Types>',
    "_rels/.rels": f'<Relationships xmlns="{OFFICE}/package/2006/relationships"><Relationship Id="r1" '
    f'Type="{OFFICE}/officeDocument/2006/relationships/officeDocument" Target="word/document.xml"/></Relationships>',
}


def docx(*paragraphs: str) -> bytes:
    """Return the smallest .docx of these paragraphs."""
    body = "".join(f"<w:p><w:r><w:t>{escape(each)}</w:t></w:r></w:p>" for each in paragraphs)
    xml = f'<w:document xmlns:w="{OFFICE}/wordprocessingml/2006/main"><w:body>{body}</w:body></w:document>'
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as package:
        for name, content in {**SMALLEST, "word/document.xml": xml}.items():
            package.writestr(name, content)
    return stream.getvalue()


def with_parts(data: bytes, **parts: bytes) -> bytes:
    """Return a package with parts added or replaced; `__` in a name stands for a slash."""
    stream = io.BytesIO()
    with zipfile.ZipFile(io.BytesIO(data)) as old, zipfile.ZipFile(stream, "w") as new:
        names = {name.replace("__", "/"): content for name, content in parts.items()}
        for info in old.infolist():
            if info.filename not in names:
                new.writestr(info, old.read(info))
        for name, content in names.items():
            new.writestr(name, content)
    return stream.getvalue()


def words(data: bytes) -> str:
    """Return all text of a .docx, headers and footers included, one paragraph a line."""
    with zipfile.ZipFile(io.BytesIO(data)) as package:
        parts = [name for name in package.namelist() if re.match(r"word/(header|document|footer)", name)]
        xml = "".join(package.read(name).decode() for name in parts)
    text = re.sub(r"<[^>]*>", "", re.sub(r"</w:p>", "\n", xml))
    return text.replace("&lt;", "<").replace("&gt;", ">").replace("&amp;", "&")
