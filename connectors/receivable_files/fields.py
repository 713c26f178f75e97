"""Name the fields a file of receivables may bring; knows neither files nor the database."""

from collections.abc import Iterable

from rapidfuzz import process

REQUIRED = ("number", "debtor_ref", "amount")
AMOUNTS = ("amount", "open_amount")
DATES = ("issue_date", "due_date", "settled_date", "stage_since")
RECEIVABLE = ("number", "kind", "currency", "disputed", "product", "product_group", "stage", *AMOUNTS, *DATES)
DEBTOR = (
    "debtor_name",
    "debtor_type",
    "tax_id",
    "country",
    "language",
    "segment",
    "risk_rating",
    "email",
    "phone",
    "street",
    "city",
    "postcode",
)
FIELDS = ("number", "debtor_ref", *RECEIVABLE[1:], *DEBTOR)
NEARNESS = 60  # percent of likeness from which a name is worth suggesting


def nearest(name: str, known: Iterable[str]) -> str:
    """Return ' (did you mean "x"?)' for the most similar known name, or nothing where none is similar."""
    found = process.extractOne(name.casefold(), list(known), processor=str.casefold, score_cutoff=NEARNESS)
    return f" (did you mean {found[0]!r}?)" if found else ""
