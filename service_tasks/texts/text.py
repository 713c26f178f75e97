"""Hold a text message: a subject of one line and a body; join several of one day into one."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from engine.errors import Unusable
from service_tasks.texts.layout import lay_out

SUBJECT = "Subject:"
BETWEEN = "\n" + "─" * 60 + "\n\n"


@dataclass(frozen=True, slots=True)
class Text:
    """A message ready to be sent."""

    subject: str
    body: str


def read_text(rendered: str) -> Text:
    """Split a rendered template into subject and laid-out body; raise Unusable where it starts with no subject."""
    first, _, body = rendered.lstrip("\n").partition("\n")
    if not first.startswith(SUBJECT) or not first.removeprefix(SUBJECT).strip():
        raise Unusable(f"a text template starts with a line 'Subject: ...'; this one starts with {first[:60]!r}")
    return Text(" ".join(first.removeprefix(SUBJECT).split()), lay_out(body))


def join_texts(texts: Sequence[Text]) -> Text:
    """Join the messages of one debtor and day; the first one's subject leads, each other stands above its body."""
    if len(texts) == 1:
        return texts[0]
    subject = (
        texts[0].subject if len({text.subject for text in texts}) == 1 else f"{texts[0].subject} (+{len(texts) - 1})"
    )
    return Text(subject, BETWEEN.join([texts[0].body, *(f"{text.subject}\n\n{text.body}" for text in texts[1:])]))
