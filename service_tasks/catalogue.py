"""List what strategies may use: every operator, message, name and function, explicitly."""

from __future__ import annotations

from functools import lru_cache

from engine.catalogue import Catalogue, MessageType
from receivables.facts import VOCABULARY
from service_tasks.calls import record_call
from service_tasks.choosing import ASSIGNMENT, STRATEGY
from service_tasks.contacts import record_contact
from service_tasks.course import close_case, propose_write_off, refer
from service_tasks.disputes import open_dispute
from service_tasks.escalation import escalate
from service_tasks.functions import FUNCTIONS
from service_tasks.letter_desk import LetterDesk, drafting, return_letter, send_letter
from service_tasks.letters.press import check_template
from service_tasks.promises import judge_promise, record_promise
from service_tasks.sending import send_message

DELIVERED = {"key": "string", "channel": "string"}
WITHDRAWN = {**DELIVERED, "reason": "string"}
MESSAGES = (
    MessageType("paid", "Nothing is owed any more"),
    MessageType("payment_received", "A payment came in", {"amount": "string", "currency": "string"}),
    MessageType("payment_reversed", "A payment was taken back", {"amount": "string", "currency": "string"}),
    MessageType("promise_recorded", "A promise was recorded on the case page", {"judged_on": "date"}),
    MessageType("sent", "The message has left", DELIVERED),
    MessageType("undeliverable", "The message could not be delivered", WITHDRAWN),
    MessageType("not_needed", "At the moment of sending there was nothing to ask", WITHDRAWN),
    MessageType("figures_changed", "At the moment of sending the letter's figures no longer agreed", WITHDRAWN),
    MessageType("contact_found", "Contact details were entered", {"channel": "string"}),
    MessageType("letter_returned", "A letter came back by post", {"letter": "number", "reason": "string"}),
)


def build_catalogue(desk: LetterDesk) -> Catalogue:
    """Return what diagrams may use, with letters made at `desk`."""
    operators = (
        send_message,
        drafting(desk),
        return_letter,
        send_letter,
        record_contact,
        record_call,
        record_promise,
        judge_promise,
        open_dispute,
        escalate,
        refer,
        propose_write_off,
        close_case,
    )
    more = {"functions": FUNCTIONS, "check_template": check_once, "decisions": (STRATEGY, ASSIGNMENT)}
    return Catalogue.of(operators, MESSAGES, VOCABULARY, **more)


def check_once(data: bytes, path: str) -> list[str]:
    """Return what is wrong with a template; each is tried once per process, however many strategies carry it."""
    return list(_problems(data, path))


@lru_cache(512)
def _problems(data: bytes, path: str) -> tuple[str, ...]:
    return tuple(check_template(data, path))
