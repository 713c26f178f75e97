"""What the steps of a walk may call: every call is put on a list, so that two engines can be compared."""

from __future__ import annotations

from engine.catalogue import Call, Catalogue, MessageType, operator
from engine.errors import BusinessError


@operator("say", title="Say something")
def say(call: Call, *, text: str = "") -> str:
    """Give the text back."""
    call.domain.append((call.element, text))
    return text


@operator("items", title="List items")
def items(call: Call, *, text: str) -> list[str]:
    """Give a list of none to three members that grows and shrinks with the number in the text."""
    call.domain.append((call.element, text))
    return [f"{text}{letter}" for letter in "abc"[: int(text) % 4]]


@operator("refuse_if", title="Refuse if it says no", errors=("refused",))
def refuse_if(call: Call, *, text: str) -> None:
    """Refuse where the text is no."""
    call.domain.append((call.element, text))
    if text == "no":
        raise BusinessError("refused", text)


CATALOGUE = Catalogue.of((say, items, refuse_if), (MessageType("paid"), MessageType("sent")), {})
