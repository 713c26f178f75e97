"""Say when a debtor may be asked for nothing now; one rule for drafting, queueing and the moment of sending."""

from __future__ import annotations

from receivables.case_facts import CaseFacts


def why_not_ask(facts: CaseFacts) -> str | None:
    """Return why nothing may be asked now, None where something may."""
    if facts.closed_on is not None:
        return f"The case was closed as {facts.outcome}."
    if facts.debtor.do_not_contact:
        return "The debtor must not be contacted."
    if not facts.balance:
        return "Nothing is demanded now: it is paid, disputed or not overdue."
    return None


def why_not_begin(facts: CaseFacts) -> str | None:
    """Return why no new message or letter is begun now: as above, and not while a promise waits for its day."""
    promise = facts.promise
    if promise is not None and promise.judged_on > facts.today:
        return f"A promise is open; it is judged on {promise.judged_on}."
    return why_not_ask(facts)
