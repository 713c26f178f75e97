"""Draft letters, take them back to be corrected, and queue what was approved: the very file, by its hash."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from engine.catalogue import Call, operator
from engine.errors import BusinessError
from receivables.case_facts import CaseFacts, LetterFacts
from receivables.letter import Letter
from receivables.money import to_texts
from service_tasks.asking import why_not_ask, why_not_begin
from service_tasks.documents import DocumentStore
from service_tasks.letters.build import letter_context
from service_tasks.letters.figures import figures, figures_agree
from service_tasks.letters.press import LetterPress
from service_tasks.rows import SYSTEM, add, change, person_of
from service_tasks.sending import outbox_key

LETTER = "letter"


def no_logo() -> bytes | None:
    """Return that the creditor has no logo."""
    return None


@dataclass(frozen=True, slots=True)
class LetterDesk:
    """Where letters are made: the press, the store of documents, and the creditor's logo as it is now."""

    press: LetterPress
    documents: DocumentStore
    logo: Callable[[], bytes | None] = no_logo

    def draft(self, call: Call, template: str, level: int, extra_text: str | None) -> None:
        """Render a letter from today's facts and put it in the place of the case's unsent one."""
        facts: CaseFacts = call.domain
        before = _same(facts.letter, template)
        extra = extra_text if before else None  # what was added to an earlier letter is not this one's
        stated = _stated(facts, level)
        debtor = facts.debtor
        language = self.press.language(template, language=debtor.language, country=debtor.country)
        context = letter_context(facts, level=level, today=call.today, language=language, extra_text=extra)
        sha256 = self.documents.put(self.press.letter(template, language, context, logo=self.logo()))
        if facts.letter is not None:
            change(call, Letter, {"id": facts.letter.id}, status="superseded")
        made = {"template": template, "language": language, "level": level, "sha256": sha256, "figures": stated}
        made["file_name"] = f"{template}-{facts.number}-{call.today}.docx"
        drafted = {"drafted_by": SYSTEM, "drafted_at": call.now, "edited_by": _editor(call, before)}
        add(call, Letter, case_id=facts.case_id, status="drafted", **made, **drafted, extra_text=extra)
        detail = {"sha256": sha256, "totals": to_texts(stated["totals"]), "level": level}
        call.write.history(kind="letter_drafted", text=template, detail=detail, element=call.element, stage=call.stage)


def _stated(facts: CaseFacts, level: int) -> dict[str, Any]:
    """Return the letter's figures; raise BusinessError where there is nothing to ask at its level."""
    reason = why_not_begin(facts)
    stated = figures(facts, level)
    if reason or not stated["demanded"]:
        raise BusinessError("nothing_to_ask", reason or f"Nothing has earned a letter of level {level} yet.")
    return stated


def _same(letter: LetterFacts | None, template: str) -> LetterFacts | None:
    return letter if letter is not None and letter.template == template else None


def _editor(call: Call, before: LetterFacts | None) -> str | None:
    """Return who last changed what the letter says: whoever corrected it, however often it was drafted anew since."""
    if before is None:
        return None
    return person_of(call) if before.status == "returned" else before.edited_by


def drafting(desk: LetterDesk) -> Callable[..., Any]:
    """Return the operator that drafts letters at a desk."""

    @operator("draft_letter", title="Draft a letter", errors=("nothing_to_ask",))
    def draft_letter(call: Call, *, template: str, level: int, extra_text: str | None = None) -> None:
        """Render a letter with today's figures, to be approved; `extra_text` stands in it after a correction."""
        desk.draft(call, template, level, extra_text)

    return draft_letter


@operator("return_letter", title="Return the letter")
def return_letter(call: Call, *, comment: str | None = None) -> None:
    """Mark the drafted letter as sent back by whoever decided, with the comment."""
    letter: LetterFacts | None = call.domain.letter
    if letter is not None:
        decided = {"decided_by": person_of(call), "decided_at": call.now, "comment": comment}
        change(call, Letter, {"id": letter.id}, status="returned", **decided)
        call.write.history(kind="letter_returned", text=comment or "", detail={"letter": letter.id})


@operator("send_letter", title="Send the letter", errors=("figures_changed", "no_address"))
def send_letter(call: Call, *, found: bool | None = None) -> None:
    """Queue the approved letter, by e-mail where an address is known, else for the post, if its figures still agree.

    `found` says that an address was found in the step before.
    """
    facts: CaseFacts = call.domain
    letter = _agreeing(facts)
    if facts.debtor.email is None and facts.debtor.postal is None and not found:
        raise BusinessError("no_address", f"No address of debtor {facts.debtor.reference} is known.")
    decided = {"decided_by": letter.decided_by or person_of(call), "decided_at": call.now}
    change(call, Letter, {"id": letter.id}, status="queued", **decided)
    named: dict[str, Any] = {"template": letter.template, "level": letter.level}
    payload = {"case": facts.number, "debtor": facts.debtor.id, "letter": letter.id, **named}
    call.write.outbox(channel=LETTER, key=outbox_key(call, facts, letter.template), payload=payload)
    detail = {**payload, "sha256": letter.sha256, "by": person_of(call)}
    call.write.history(kind="letter_queued", text=letter.template, detail=detail, element=call.element)


def _agreeing(facts: CaseFacts) -> LetterFacts:
    letter = facts.letter
    if letter is None or why_not_ask(facts) or not figures_agree(letter.figures, facts):
        raise BusinessError("figures_changed", "The letter no longer says what the ledger says.")
    return letter
