"""A toy catalogue and form, and the check run over them."""

from __future__ import annotations

import json
from datetime import date, timedelta
from typing import Any

from engine.catalogue import Call, Catalogue, MessageType, operator
from engine.check import check
from engine.errors import Problem, Unusable

CALL_FORM: dict[str, Any] = {
    "components": [
        {"type": "checkbox", "key": "reached", "label": "Reached"},
        {"type": "textarea", "key": "note", "label": "Note"},
        {"type": "datetime", "key": "promised_on", "subtype": "date", "dateLabel": "Promised for"},
        {"type": "number", "key": "promised", "label": "Promised amount", "decimalDigits": 2},
    ]
}


@operator("note", title="Note")
def note(call: Call, *, text: str = "", on: date | None = None, level: int = 0) -> None:
    """Do nothing that could go wrong."""


@operator("send", title="Send", errors=("no_address",))
def send(call: Call, *, template: str, level: int, wait: timedelta | None = None) -> None:
    """Refuse with `no_address`."""


def add_business_days(day: date, n: int) -> date:
    return day + timedelta(days=n)


CATALOGUE = Catalogue.of(
    [note, send],
    [MessageType("paid", payload={"amount": "number"}), MessageType("sent")],
    {"case.balance": "number", "case.debtor.segment": "string"},
    functions={"add business days": add_business_days},
    template_exists=lambda name: name == "reminder_1",
)


def files(diagram: bytes, **more: bytes) -> dict[str, bytes]:
    return {"strategy.bpmn": diagram, "forms/call.json": json.dumps(CALL_FORM).encode(), **more}


def found(diagram: bytes, more: dict[str, bytes] | None = None) -> list[Problem]:
    return check(files(diagram) | (more or {}), CATALOGUE)


def told(diagram: bytes) -> list[Problem] | str:
    """Give what is said of a file, be it one that can be judged or one that is unusable."""
    try:
        return found(diagram)
    except Unusable as refused:
        return str(refused)


def codes(diagram: bytes, more: dict[str, bytes] | None = None) -> set[tuple[str, str]]:
    """Give (code, element) of everything found."""
    return {(problem.code, problem.element) for problem in found(diagram, more)}
