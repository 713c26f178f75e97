"""Tell a supervisor that something was left undone, and let it gain priority."""

from __future__ import annotations

from engine.catalogue import Call, operator
from engine.tables import TaskRow
from receivables.case import Case
from receivables.case_facts import CaseFacts
from receivables.staff import StaffNotice
from service_tasks.rows import add, change

STEP, HIGHEST = 20, 100


@operator("escalate", title="Tell the supervisor")
def escalate(call: Call, *, text: str) -> None:
    """Leave the supervisor of the case's group a notice, and raise the priority of the case and its open tasks."""
    facts: CaseFacts = call.domain
    tell_supervisor(call, text)
    priority = min(HIGHEST, facts.priority + STEP)
    change(call, Case, {"id": facts.case_id}, priority=priority)
    change(call, TaskRow, {"business_key": call.key, "status": "open"}, priority=priority)
    call.write.history(kind="escalated", text=text, detail={"priority": priority}, element=call.element)


def tell_supervisor(call: Call, text: str) -> None:
    """Leave a notice to the group's supervisor; to the whole group where it has none."""
    facts: CaseFacts = call.domain
    whom = {"group_key": facts.group_key, "username": facts.supervisor}
    add(call, StaffNotice, **whom, case_id=facts.case_id, text=text, at=call.now)
