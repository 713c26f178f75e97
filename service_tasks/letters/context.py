"""Name what a template can read: plain texts, numbers and lists, already in the debtor's formats."""

from __future__ import annotations

from typing import Any, TypedDict, get_args, get_origin, get_type_hints


class CaseBlock(TypedDict):
    """The case as a letter names it; `reference` is what the debtor writes on his transfer."""

    number: str
    reference: str


class CreditorBlock(TypedDict):
    """Who is owed; `signature` is a list of lines."""

    name: str
    street: str
    postcode: str
    city: str
    country: str
    tax_id: str
    phone: str
    email: str
    signature: list[str]


class DebtorBlock(TypedDict):
    """Who owes; `address` is a list of lines below the name, empty where none is known."""

    name: str
    reference: str
    tax_id: str
    country: str
    address: list[str]


class ItemRow(TypedDict):
    """One overdue item or credit note; `level` is the reminder this message is for it."""

    number: str
    issue_date: str
    due_date: str
    days_overdue: str
    amount: str
    open: str
    currency: str
    level: int
    credit: bool


class Total(TypedDict):
    """A sum of one currency."""

    currency: str
    amount: str


class AccountRow(TypedDict):
    """Where to pay one currency to."""

    currency: str
    iban: str
    bic: str
    bank: str


class LetterContext(TypedDict):
    """All that a letter or a message to a debtor can read.

    `items` are demanded at this level; `also_open` joined later and are only named. `totals` sums the first,
    `also_totals` the second, `to_pay` both. `extra` are paragraphs that a person added. `pay_by` is a date.
    """

    case: CaseBlock
    creditor: CreditorBlock
    debtor: DebtorBlock
    today: str
    place: str
    pay_by: str
    level: int
    days_overdue: str
    oldest_due_date: str
    items: list[ItemRow]
    totals: list[Total]
    also_open: list[ItemRow]
    also_totals: list[Total]
    to_pay: list[Total]
    accounts: list[AccountRow]
    extra: list[str]


class StaffContext(TypedDict):
    """All that a notice to one's own staff can read."""

    case: CaseBlock
    debtor: DebtorBlock
    person: str
    text: str
    today: str
    to_pay: list[Total]
    days_overdue: str


STAFF_TEMPLATES = frozenset({"staff_notice"})
Shape = dict[str, Any]  # key -> None (a scalar), a Shape, or a list with the one Shape (or None) of its elements


def shape_of(template: str) -> Shape:
    """Return what the template of that key can read."""
    shape: Shape = _shape(StaffContext if template in STAFF_TEMPLATES else LetterContext)
    return shape


def _shape(kind: Any) -> Any:
    if get_origin(kind) is list:
        return [_shape(get_args(kind)[0])]
    if isinstance(kind, type) and hasattr(kind, "__total__"):
        return {key: _shape(each) for key, each in get_type_hints(kind).items()}
    return None
