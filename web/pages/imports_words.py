"""What the fields and choices of an import are called on the screen."""

from __future__ import annotations

from typing import Any

from flask_babel import lazy_gettext as _l

TITLES: dict[str, Any] = {
    "number": _l("Invoice number"),
    "debtor_ref": _l("Debtor's reference"),
    "amount": _l("Amount"),
    "currency": _l("Currency"),
    "issue_date": _l("Issued on"),
    "due_date": _l("Due on"),
    "open_amount": _l("Open amount"),
    "settled_date": _l("Settled on"),
    "kind": _l("Invoice or credit note"),
    "disputed": _l("Disputed"),
    "stage": _l("Stage of dunning"),
    "stage_since": _l("In this stage since"),
    "product": _l("Product"),
    "product_group": _l("Product group"),
    "debtor_name": _l("Debtor's name"),
    "debtor_type": _l("Business or consumer"),
    "tax_id": _l("Tax number"),
    "country": _l("Country"),
    "language": _l("Language"),
    "segment": _l("Segment"),
    "risk_rating": _l("Risk rating"),
    "email": _l("E-mail"),
    "phone": _l("Phone"),
    "street": _l("Street"),
    "city": _l("City"),
    "postcode": _l("Postcode"),
}
HINTS: dict[str, Any] = {
    "open_amount": _l("Without it the whole amount is open unless it was settled."),
    "settled_date": _l("A date after the day of the file is not yet known."),
    "stage": _l("Of receivables that another system has dunned already: their cases go on from there."),
    "email": _l("{debtor_ref} and {number} may stand in the value for empty cells."),
}
NEEDED = ("number", "debtor_ref", "amount", "currency")
RECEIVABLE = (
    *("issue_date", "due_date", "open_amount", "settled_date", "kind", "disputed", "product", "product_group"),
    *("stage", "stage_since"),
)
SECTIONS = (
    (_l("Needed"), NEEDED),
    (_l("About the receivable"), RECEIVABLE),
    (_l("About the debtor"), tuple(name for name in TITLES if name not in {*NEEDED, *RECEIVABLE})),
)
MODES = (
    ("delta", _l("New and changed receivables: what is missing from the file stays as it is")),
    ("snapshot", _l("All that is open: what is missing from the file was settled")),
)
DATE_FORMATS = (
    ("%Y-%m-%d", "2026-12-31"),
    ("%d.%m.%Y", "31.12.2026"),
    ("%d/%m/%Y", "31/12/2026"),
    ("%m/%d/%Y", "12/31/2026"),
    ("%d-%m-%Y", "31-12-2026"),
    ("%Y%m%d", "20261231"),
)
DECIMALS = ((".", "1,234.50"), (",", "1 234,50"))
COUNTS = (
    ("created", _l("new receivables"), "plus"),
    ("updated", _l("changed"), "pencil"),
    ("unchanged", _l("unchanged"), "check"),
    ("settled", _l("became settled"), "circle-check"),
    ("rejected", _l("refused rows"), "ban"),
    ("debtors", _l("debtors in the file"), "users"),
    ("rounded", _l("amounts rounded"), "adjustments"),
)
