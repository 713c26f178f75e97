"""Keep that a debtor complains about what is asked; what is disputed is not demanded."""

from __future__ import annotations

from engine.catalogue import Call, operator
from receivables.case_facts import CaseFacts
from receivables.dispute import Dispute
from service_tasks.rows import add, person_of


@operator("open_dispute", title="Open a dispute")
def open_dispute(call: Call, *, reason: str) -> int:
    """Open a dispute of every item that is demanded now; give how many. The case then rests until they are settled."""
    facts: CaseFacts = call.domain
    for item in facts.demandable:
        opened = {"reason": reason, "opened_on": call.today, "opened_by": person_of(call)}
        add(call, Dispute, receivable_id=item.receivable_id, **opened)
    count = len(facts.demandable)
    call.write.history(kind="dispute_opened", text=reason, detail={"items": count, "by": person_of(call)})
    return count
