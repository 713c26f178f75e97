"""Keep promises to pay and judge them when their time has passed."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from engine.catalogue import Call, operator
from receivables.case_facts import CaseFacts, PromiseFacts
from receivables.money import to_minor, to_text
from receivables.promise import Promise
from receivables.promise_payments import judged_after
from receivables.promises import THRESHOLD, TOLERANCE_DAYS, verdict
from service_tasks.rows import add, change, person_of

DAY = timedelta(days=1)


@operator("record_promise", title="Record a promise")
def record_promise(
    call: Call, *, promised_on: date, amount: Decimal, tolerance_days: int = TOLERANCE_DAYS, threshold: int = THRESHOLD
) -> dict[str, Any]:
    """Keep a promise in the case's main currency; one that was open is withdrawn. Give `judged_on`, its first day.

    `tolerance_days` are business days of the debtor's country, `threshold` percent of the amount.
    """
    facts: CaseFacts = call.domain
    currency = facts.currency or "EUR"
    minor, _ = to_minor(amount, currency)
    if facts.promise is not None:
        change(call, Promise, {"id": facts.promise.id, "judged_on": None}, withdrawn_at=call.now)
    terms = {"promised_on": promised_on, "tolerance_days": tolerance_days, "threshold": threshold}
    owner = {"case_id": facts.case_id, "debtor_id": facts.debtor.id, "recorded_by": person_of(call)}
    add(call, Promise, **owner, **terms, amount=minor, currency=currency, made_on=call.today, made_at=call.now)
    judged_on = judged_after(promised_on, tolerance_days, facts.debtor.country) + DAY
    text = f"{to_text(minor, currency)} {currency} by {promised_on}"
    call.write.history(kind="promise", text=text, detail={"by": person_of(call)}, element=call.element)
    return {"judged_on": judged_on}


@operator("judge_promise", title="Judge the promise")
def judge_promise(call: Call) -> str:
    """Judge the case's open promise by what was booked in time; give kept, partially_kept, broken or withdrawn."""
    facts: CaseFacts = call.domain
    if facts.promise is None:
        return "withdrawn"
    return judge(call, facts.promise)


def judge(call: Call, promise: PromiseFacts) -> str:
    """Record the verdict on a promise and give it."""
    found = verdict(promise.amount, promise.threshold, promise.paid)
    change(call, Promise, {"id": promise.id, "judged_on": None}, judged_on=call.today, verdict=found)
    paid = f"{to_text(promise.paid, promise.currency)} of {_promised(promise)} was paid"
    call.write.history(kind="promise_judged", text=f"{found.replace('_', ' ')}: {paid}", detail={"verdict": found})
    return found


def _promised(promise: PromiseFacts) -> str:
    return f"{to_text(promise.amount, promise.currency)} {promise.currency}"
