"""Write up debtors, invoices and cases in a line each."""

from datetime import UTC, date, datetime, timedelta
from itertools import count
from typing import TypeVar

from sqlalchemy.orm import Session

from receivables.case import Case, CaseItem
from receivables.creditor import Creditor
from receivables.debtor import Debtor
from receivables.facts import CaseFacts
from receivables.opening import Chosen, open_cases
from receivables.posting import Posting
from receivables.product import CaseGroup, Product, ProductGroup
from receivables.receivable import Receivable
from receivables.seed import seed
from receivables.staff import Person, StaffGroup

T = TypeVar("T")
TODAY = date(2026, 5, 4)
NOW = datetime(2026, 5, 4, 9, tzinfo=UTC)


def always(_facts: CaseFacts) -> Chosen:
    return Chosen("standard_b2b", "collections", 50)


class Books:
    """Keep a small ledger; `today` moves only when told."""

    def __init__(self, session: Session) -> None:
        self.session = session
        self.product = seed(session)
        self.numbers = count(1)
        self.creditor = self._kept(Creditor(name="Duly Trading Ltd"))

    def debtor(self, reference: str = "D-1", *, country: str = "PL", do_not_contact: bool = False) -> Debtor:
        debtor = Debtor(
            reference=reference,
            name=f"Firm {reference}",
            country=country,
            do_not_contact=do_not_contact,
            created_at=NOW,
        )
        return self._kept(debtor)

    def product_group(self, key: str, *, grace_days: int = 0, leading: str = "erp", apart: bool = False) -> Product:
        cases = CaseGroup(key=key, name=key) if apart else self.product.product_group.case_group
        group = ProductGroup(key=key, name=key, case_group=cases, grace_days=grace_days, leading_source=leading)
        return self._kept(Product(key=key, name=key, product_group=group))

    def invoice(
        self,
        debtor: Debtor,
        amount: int = 10_000,
        *,
        overdue: int | None = 10,
        product: Product | None = None,
        currency: str = "EUR",
    ) -> Receivable:
        """Add an invoice (a credit note where the amount is negative) that fell due so many days before TODAY."""
        due = None if overdue is None else TODAY - timedelta(days=overdue)
        issued = (due or TODAY) - timedelta(days=14)
        receivable = Receivable(
            number=f"F-{next(self.numbers)}",
            debtor_id=debtor.id,
            product_id=(product or self.product).id,
            kind="invoice" if amount > 0 else "credit_note",
            issue_date=issued,
            due_date=due,
            amount=amount,
            currency=currency,
        )
        self._kept(receivable)
        self.post(receivable, amount, kind="invoice", on=issued)
        return receivable

    def post(
        self, receivable: Receivable, amount: int, *, kind: str = "settlement", source: str = "erp", on: date = TODAY
    ) -> Posting:
        posting = Posting(
            receivable_id=receivable.id,
            kind=kind,
            source=source,
            booked_on=on,
            amount=amount,
            currency=receivable.currency,
            at=NOW,
            by="duly",
        )
        return self._kept(posting)

    def person(self, username: str, *, group: str = "collections", active: bool = True) -> Person:
        person = Person(
            username=username,
            name=username.title(),
            email=f"{username}@duly.test",
            active=active,
            fs_uniquifier=username,
        )
        team = self.session.query(StaffGroup).filter_by(key=group).one()
        team.members.append(person)
        return self._kept(person)

    def open_cases(self, today: date = TODAY) -> list[Case]:
        return open_cases(self.session, today, always)

    def open_case(self, debtor: Debtor, today: date = TODAY) -> Case:
        return next(case for case in self.open_cases(today) if case.debtor_id == debtor.id)

    def items(self, case: Case) -> list[str]:
        """Return the numbers of what the case holds now."""
        query = self.session.query(Receivable.number).join(CaseItem, CaseItem.receivable_id == Receivable.id)
        rows = query.filter(CaseItem.case_id == case.id, CaseItem.left_on.is_(None)).order_by(Receivable.id)
        return [number for (number,) in rows]

    def _kept(self, row: T) -> T:
        self.session.add(row)
        self.session.flush()
        return row
