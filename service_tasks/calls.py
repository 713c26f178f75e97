"""Keep what a phone call brought, and say when a debtor whom nobody reached is called again."""

from __future__ import annotations

from datetime import datetime, time, timedelta
from typing import Any

from engine.catalogue import Call, operator
from receivables.calendars import next_business_day, sending_window
from receivables.case_facts import CaseFacts
from receivables.contact_note import CallNote
from service_tasks.rows import add, person_of

NOBODY = "no_answer"
MORNING, AFTERNOON, NOON = time(10), time(15), time(12)


@operator("record_call", title="Record a call")
def record_call(
    call: Call,
    *,
    outcome: str,
    reached: bool | None = None,
    reason: str | None = None,
    note: str | None = None,
    tries: int | None = None,
) -> dict[str, Any]:
    """Keep a call with its outcome; give `tries` (calls in a row that reached nobody) and `next_try`.

    `tries` as given are those before this call. The next try is at another hour: after a morning that afternoon,
    else the next business day's morning, by the debtor's clock.
    """
    facts: CaseFacts = call.domain
    spoken = {"outcome": outcome, "reached": bool(reached), "reason": reason, "text": note}
    add(call, CallNote, case_id=facts.case_id, at=call.now, by=person_of(call), kind="call", **spoken)
    call.write.history(kind="call", text=note or "", detail={**spoken, "by": person_of(call)}, element=call.element)
    failed = (tries or 0) + 1 if outcome == NOBODY else 0
    return {"tries": failed, "next_try": another_hour(call.now, facts.debtor.country)}


def another_hour(now: datetime, country: str | None) -> datetime:
    """Return when a debtor of a country is called again who was not reached now."""
    local = now.astimezone(sending_window(country).zone)
    today = local.date()
    if local.time() < NOON and next_business_day(today, country) == today:
        return datetime.combine(today, AFTERNOON, local.tzinfo).astimezone(now.tzinfo)
    later = next_business_day(today + timedelta(days=1), country)
    return datetime.combine(later, MORNING, local.tzinfo).astimezone(now.tzinfo)
