"""Ask the debtor by e-mail: put a message into the outbox; its text is made when it leaves."""

from __future__ import annotations

from engine.catalogue import Call, operator
from engine.errors import BusinessError
from receivables.case_facts import CaseFacts
from service_tasks.asking import why_not_begin

EMAIL = "email"


@operator("send_message", title="Send a message", errors=("no_address", "nothing_to_ask"))
def send_message(call: Call, *, template: str, level: int, found: bool | None = None) -> None:
    """Send a text by e-mail at the next decent hour; its figures and its level per item are those of that moment.

    `level` is the level of demand it brings items to; `found` says that an address was found in the step before.
    """
    facts: CaseFacts = call.domain
    reason = why_not_begin(facts)
    if reason:
        raise BusinessError("nothing_to_ask", reason)
    if facts.debtor.email is None and not found:
        raise BusinessError("no_address", f"No e-mail address of debtor {facts.debtor.reference} is known.")
    payload = {"case": facts.number, "debtor": facts.debtor.id, "template": template, "level": level}
    call.write.outbox(channel=EMAIL, key=outbox_key(call, facts, template), payload=payload)
    call.write.history(kind="message_queued", text=template, detail=payload, element=call.element, stage=call.stage)


def outbox_key(call: Call, facts: CaseFacts, template: str) -> str:
    """Return what names a message for ever: the same when the step is redone, safe as a file's name."""
    return f"case-{facts.number}-{template}-{call.token.rpartition('/')[2]}"
