"""Say what is known of a case on a day, as plain immutable data; reads nothing."""

from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from receivables.balance import Amounts


@dataclass(frozen=True, slots=True)
class PostalAddress:
    """Say where letters reach a debtor."""

    name: str
    street: str | None
    city: str | None
    postcode: str | None
    country: str | None


@dataclass(frozen=True, slots=True)
class DebtorFacts:
    """Say who owes, and the contacts that are valid that day."""

    id: int
    reference: str
    name: str
    type: str
    country: str | None
    language: str | None
    segment: str | None
    risk_rating: str | None
    do_not_contact: bool
    tax_id: str | None
    email: str | None
    phone: str | None
    postal: PostalAddress | None


@dataclass(frozen=True, slots=True)
class AccountFacts:
    """Say where to pay."""

    iban: str
    bic: str | None
    bank: str | None
    currency: str


@dataclass(frozen=True, slots=True)
class CreditorFacts:
    """Say in whose name money is asked for."""

    name: str
    street: str | None
    city: str | None
    postcode: str | None
    country: str | None
    tax_id: str | None
    reply_to: str | None
    phone: str | None
    email: str | None
    signature: str | None
    accounts: tuple[AccountFacts, ...]


@dataclass(frozen=True, slots=True)
class ItemFacts:
    """Say what one item of the case owes; amounts in minor units, a credit note's are negative."""

    receivable_id: int
    number: str
    kind: str
    issue_date: date | None
    due_date: date | None
    amount: int
    open: int
    currency: str
    days_overdue: int
    level: int
    """The highest level of demand that was really sent for it; 0 before the first."""
    disputed: bool
    demandable: bool
    """Overdue beyond its grace days, still owed, not disputed."""
    product: str
    product_group: str
    four_eyes: bool

    @property
    def netted(self) -> bool:
        """Whether it lowers what is demanded."""
        return self.kind == "credit_note" and self.open < 0 and not self.disputed


@dataclass(frozen=True, slots=True)
class PromiseFacts:
    """Say what was promised, and what was paid on it so far (minor units)."""

    id: int
    amount: int
    currency: str
    promised_on: date
    made_on: date
    tolerance_days: int
    threshold: int
    judged_after: date
    """The last day whose payments count."""
    judged_on: date
    """The first day on which it may be judged."""
    paid: int


@dataclass(frozen=True, slots=True)
class LetterFacts:
    """Say how far the case's latest unsent letter is."""

    id: int
    template: str
    language: str
    level: int
    status: str
    sha256: str
    file_name: str
    figures: Mapping[str, Any]
    drafted_by: str
    drafted_at: datetime
    edited_by: str | None
    extra_text: str | None
    decided_by: str | None
    comment: str | None


@dataclass(frozen=True, slots=True)
class CaseFacts:
    """Say everything a strategy may ask about a case."""

    number: int
    case_id: int
    case_group: str
    strategy: str
    opened_on: date
    closed_on: date | None
    outcome: str | None
    group_key: str | None
    supervisor: str | None
    owner: str | None
    priority: int
    today: date
    debtor: DebtorFacts
    creditor: CreditorFacts
    items: tuple[ItemFacts, ...]
    balance: Amounts
    """What is demanded per currency: open amounts of demandable items less credit notes; only what is above zero."""
    total_open: Amounts
    """What all items owe per currency, demandable or not, credit notes netted."""
    currency: str | None
    """The currency of most demanded items."""
    oldest_due_date: date | None
    days_overdue: int
    """Days since the oldest demandable item fell due."""
    level: int
    """The highest level among demandable items."""
    product: str | None
    """That of the demanded item that fell due first."""
    product_group: str | None
    four_eyes: bool
    promise: PromiseFacts | None
    promises_broken: int
    letter: LetterFacts | None
    last_call_outcome: str | None

    @property
    def demandable(self) -> tuple[ItemFacts, ...]:
        """What a message may ask for."""
        return tuple(item for item in self.items if item.demandable)

    @property
    def all_disputed(self) -> bool:
        """Whether something is owed and every such item is disputed."""
        owed = [item for item in self.items if item.open > 0]
        return bool(owed) and all(item.disputed for item in owed)


def demanded(items: Iterable[ItemFacts]) -> Amounts:
    """Return what the items demand per currency, credit notes netted; only what is above zero."""
    amounts = totals(item for item in items if item.demandable or item.netted)
    return {currency: amount for currency, amount in amounts.items() if amount > 0}


def totals(items: Iterable[ItemFacts]) -> Amounts:
    """Return the open amounts per currency, sorted by currency."""
    amounts: Amounts = defaultdict(int)
    for item in items:
        amounts[item.currency] += item.open
    return dict(sorted(amounts.items()))


def main_currency(items: Sequence[ItemFacts]) -> str | None:
    """Return the currency of most demandable items (of most items where none is); the first by name among equals."""
    chosen = [item.currency for item in items if item.demandable] or [item.currency for item in items]
    counted = Counter(chosen)
    return min(counted, key=lambda currency: (-counted[currency], currency), default=None)


def first_due(items: Iterable[ItemFacts]) -> ItemFacts | None:
    """Return the demandable item that fell due first."""
    return min(
        (item for item in items if item.demandable),
        key=lambda item: (item.due_date or date.max, item.receivable_id),
        default=None,
    )
