"""What was paid, promised and disputed."""

from __future__ import annotations

from collections import defaultdict
from datetime import date

from flask_babel import gettext as _
from sqlalchemy import select
from sqlalchemy.orm import Session

from receivables.case import Case, CaseItem
from receivables.dispute import Dispute
from receivables.disputes import disputes_of
from receivables.posting import Posting
from receivables.promise import Promise
from receivables.receivable import Receivable
from web.formats import Money, day_text, money_text
from web.links import address
from web.queries.timeline_entry import Entry, on_day
from web.queries.words import promise_state

SETTLING = ("payment", "settlement", "reversal")


def promises_of(session: Session, case: Case) -> list[Promise]:
    """Give the promises of a case, the newest first."""
    return list(session.scalars(select(Promise).where(Promise.case_id == case.id).order_by(Promise.id.desc())))


def settlements(session: Session, case: Case) -> list[tuple[Posting, str]]:
    """Give what lowered or raised again what the case's items owe: (posting, the item's number)."""
    held = select(CaseItem.receivable_id).where(CaseItem.case_id == case.id)
    query = (
        select(Posting, Receivable.number)
        .join(Receivable, Receivable.id == Posting.receivable_id)
        .where(Posting.receivable_id.in_(held), Posting.kind.in_(SETTLING))
        .order_by(Posting.booked_on, Posting.id)
    )
    return list(session.execute(query))


def paid(session: Session, case: Case) -> list[Entry]:
    """Give payments and what was taken back, one entry for each payment or for what one report settled on a day."""
    together: dict[tuple[str, int | None, date, str], list[tuple[Posting, str]]] = defaultdict(list)
    for posting, number in settlements(session, case):
        together[posting.kind, posting.payment_id, posting.booked_on, posting.currency].append((posting, number))
    return [_payment(kind, payment, day, rows) for (kind, payment, day, _currency), rows in together.items()]


def promised(session: Session, case: Case) -> list[Entry]:
    """Give what was promised and how it ended."""
    return [entry for promise in promises_of(session, case) for entry in _promise(promise)]


def disputed(session: Session, case: Case) -> list[Entry]:
    """Give what was disputed and how that was settled."""
    disputes = disputes_of(session, case)
    ids = [each.receivable_id for each in disputes]
    numbers = dict(session.execute(select(Receivable.id, Receivable.number).where(Receivable.id.in_(ids))).all())
    return [entry for each in disputes for entry in _dispute(each, numbers[each.receivable_id])]


def _payment(kind: str, payment: int | None, day: date, rows: list[tuple[Posting, str]]) -> Entry:
    first = rows[0][0]
    amount = money_text(Money(abs(sum(posting.amount for posting, _number in rows)), first.currency))
    titles = {
        "payment": _("Payment of %(amount)s", amount=amount),
        "settlement": _("%(amount)s settled, says the accounting system", amount=amount),
        "reversal": _("Payment of %(amount)s taken back", amount=amount),
    }
    numbers = sorted({number for _posting, number in rows})
    return Entry(
        at=on_day(day),
        chip="money",
        icon="arrow-back-up" if kind == "reversal" else "cash",
        colour="red" if kind == "reversal" else "green",
        title=titles[kind],
        who=first.by,
        text=", ".join(numbers),
        href=address("payments.show", number=payment) if payment else None,
        link=_("Open the payment"),
        whole_day=True,
    )


def _promise(promise: Promise) -> list[Entry]:
    amount = money_text(Money(promise.amount, promise.currency))
    title = _("Promised: %(amount)s by %(day)s", amount=amount, day=day_text(promise.promised_on))
    made = Entry(
        at=promise.made_at, chip="promises", icon="calendar-event", colour="azure", title=title, who=promise.recorded_by
    )
    if promise.judged_on is None:
        return [made]
    state = promise_state(promise.verdict, withdrawn=False)
    said = _("Promise of %(amount)s: %(verdict)s", amount=amount, verdict=state.text)
    judged = Entry(
        at=on_day(promise.judged_on),
        chip="promises",
        icon=state.icon,
        colour=state.colour,
        title=said,
        who="duly",
        whole_day=True,
    )
    return [made, judged]


def _dispute(dispute: Dispute, number: str) -> list[Entry]:
    opened = Entry(
        at=on_day(dispute.opened_on),
        chip="disputes",
        icon="scale",
        colour="orange",
        title=_("Disputed: %(number)s", number=number),
        who=dispute.opened_by,
        text=dispute.reason,
        whole_day=True,
    )
    if dispute.closed_on is None:
        return [opened]
    settled = Entry(
        at=on_day(dispute.closed_on),
        chip="disputes",
        icon="check",
        colour="green",
        title=_("Dispute settled: %(number)s", number=number),
        who=dispute.closed_by or "",
        text=dispute.resolution or "",
        whole_day=True,
    )
    return [opened, settled]
