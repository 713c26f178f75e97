"""End a case: refer it, propose to write it off, close it with a named outcome."""

from __future__ import annotations

from typing import Any

from engine.catalogue import Call, operator
from receivables.case import Case, CaseItem
from receivables.case_facts import CaseFacts
from receivables.closing import PAID
from receivables.letter import Letter
from receivables.promise import Promise
from service_tasks.escalation import tell_supervisor
from service_tasks.promises import judge
from service_tasks.rows import change, person_of

PLACED, WRITTEN_OFF = "placed", "written_off"


@operator("refer", title="Refer the case")
def refer(call: Call, *, to: str, reason: str | None = None) -> dict[str, Any]:
    """Refer the case outside (`to`: legal, agency); give the `outcome` to close it with."""
    detail = {"to": to, "reason": reason, "by": person_of(call)}
    call.write.history(kind="referred", text=f"{to}: {reason or ''}".rstrip(": "), detail=detail, element=call.element)
    return {"outcome": PLACED, "to": to}


@operator("propose_write_off", title="Propose a write-off")
def propose_write_off(call: Call, *, reason: str | None = None) -> dict[str, Any]:
    """Put the proposal on record and before the supervisor; the books are changed where they are kept."""
    facts: CaseFacts = call.domain
    detail = {"reason": reason, "by": person_of(call), "amounts": dict(facts.total_open)}
    tell_supervisor(call, f"Write-off proposed: {reason or ''}".rstrip(": "))
    call.write.history(kind="write_off_proposed", text=reason or "", detail=detail, element=call.element)
    return {"outcome": WRITTEN_OFF}


@operator("close_case", title="Close the case")
def close_case(call: Call, *, outcome: str) -> None:
    """Close the case with a named outcome; its items leave it, what was not sent or judged yet falls away."""
    facts: CaseFacts = call.domain
    change(call, Case, {"id": facts.case_id, "closed_on": None}, closed_on=call.today, outcome=outcome)
    change(call, CaseItem, {"case_id": facts.case_id, "left_on": None}, left_on=call.today)
    if facts.letter is not None:
        change(call, Letter, {"id": facts.letter.id, "sent_at": None}, status="superseded")
    if facts.promise is not None and outcome == PAID:
        judge(call, facts.promise)
    elif facts.promise is not None:
        change(call, Promise, {"id": facts.promise.id, "judged_on": None}, withdrawn_at=call.now)
    call.write.history(kind="closed", text=outcome, detail={"outcome": outcome}, element=call.element)
