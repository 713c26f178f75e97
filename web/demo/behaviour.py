"""How the demo's debtors live through a day: some pay, some pay half, some complain, some stay silent."""

from __future__ import annotations

from collections import defaultdict
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import select
from sqlalchemy.orm import Session

from receivables.balance import open_amount_query
from receivables.debtor import Debtor
from receivables.dispute import Dispute
from receivables.disputes import close_dispute, open_dispute
from receivables.payments import NewPayment, enter_payment
from receivables.promise import Promise
from receivables.receivable import Receivable
from web.demo.chance import number, one_of
from web.demo.debtors import CHARACTERS

REASONS = ("Wrong quantity delivered", "Goods were damaged", "Price differs from the order", "Already credited")
CLARIFIED_AFTER = timedelta(days=18)
COMPLAINS_AFTER = 9  # days overdue
SATURDAY = 5
BANK = "bank"


@dataclass(frozen=True, slots=True)
class Owed:
    """One open invoice as its debtor sees it; amounts in minor units."""

    id: int
    number: str
    debtor_id: int
    reference: str
    due: date
    open: int
    amount: int
    currency: str

    @property
    def character(self) -> str:
        return one_of(CHARACTERS, self.reference, "character")

    def pays(self, today: date) -> int:
        """Give what the debtor pays of it today, in minor units."""
        late = (today - self.due).days
        if self.character == "slow":
            first = 18 + number(self.number, "first", below=12)
            return self.amount // 2 if late == first else self.open if late == first + 30 else 0
        return self.open if late == self._pays_after() else 0

    def _pays_after(self) -> int:
        spread = number(self.number, "late", below=12)
        if self.character == "prompt":
            return spread - 8
        if self.character == "forgetful":
            return 6 + 2 * spread
        return 35 + spread if self.character == "complaining" else 10_000


def live(session: Session, *, today: date, now: datetime) -> None:
    """Let debtors pay and complain; doing it twice on a day changes nothing for who has paid."""
    owed = _owed(session, today)
    _complain(session, owed, today)
    if today.weekday() < SATURDAY:
        _pay(session, owed, today, now)
        _keep_promises(session, owed, today, now)


def _owed(session: Session, today: date) -> list[Owed]:
    amounts = open_amount_query(today)
    query = (
        select(Receivable, Debtor.reference, amounts.c.open)
        .join(amounts, amounts.c.receivable_id == Receivable.id)
        .join(Debtor, Debtor.id == Receivable.debtor_id)
        .where(amounts.c.open > 0, Receivable.due_date.is_not(None))
        .order_by(Receivable.id)
    )
    return [
        Owed(row.id, row.number, row.debtor_id, reference, row.due_date, open_, row.amount, row.currency)
        for row, reference, open_ in session.execute(query)
        if row.due_date is not None
    ]


def _pay(session: Session, owed: list[Owed], today: date, now: datetime) -> None:
    """Give one transfer per debtor and currency; what fell on the weekend comes on Monday."""
    days = [today - timedelta(days=back) for back in range(3 if today.weekday() == 0 else 1)]
    transfers: dict[tuple[int, str], list[tuple[Owed, int]]] = defaultdict(list)
    for each in owed:
        amount = min(sum(each.pays(day) for day in days), each.open)
        if amount > 0:
            transfers[each.debtor_id, each.currency].append((each, amount))
    for (debtor_id, currency), parts in transfers.items():
        named, total = tuple(each.id for each, _ in parts), sum(amount for _, amount in parts)
        text = " ".join(each.number for each, _ in parts)[:140]
        wish = NewPayment(debtor_id, today, total, currency, text, named, BANK)
        enter_payment(session, wish, by="duly", now=now, today=today)


def _keep_promises(session: Session, owed: list[Owed], today: date, now: datetime) -> None:
    """Let two of three keep what they promised."""
    due = (Promise.promised_on == today, Promise.judged_on.is_(None), Promise.withdrawn_at.is_(None))
    for promise in session.scalars(select(Promise).where(*due).order_by(Promise.id)):
        items = [each for each in owed if each.debtor_id == promise.debtor_id and each.currency == promise.currency]
        if items and number(promise.case_id, today, "keeps", below=3):
            wish = NewPayment(promise.debtor_id, today, promise.amount, promise.currency, "as promised", (), BANK)
            enter_payment(session, wish, by="duly", now=now, today=today)


def _complain(session: Session, owed: list[Owed], today: date) -> None:
    """Let complaining debtors dispute some invoices, and have old disputes clarified."""
    for each in owed:
        hit = each.character == "complaining" and number(each.number, "complains", below=2) == 0
        if hit and (today - each.due).days == COMPLAINS_AFTER:
            open_dispute(session, each.id, one_of(REASONS, each.number, "reason"), by="anna", today=today)
    old = select(Dispute).where(Dispute.closed_on.is_(None), Dispute.opened_on <= today - CLARIFIED_AFTER)
    for dispute in session.scalars(old.order_by(Dispute.id)):
        close_dispute(session, dispute, "valid", by="anna", today=today)
