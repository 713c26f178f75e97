"""Let approved letters leave: as attachments of one mail per debtor, or onto the print list that a person posts."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from typing import Any
from zoneinfo import ZoneInfo

from sqlalchemy import select, update
from sqlalchemy.orm import Session

from engine.clock import local_date
from engine.outbox import Delivery, Prepared, Receipt
from engine.tables import OutboxRow
from receivables.letter import Letter
from service_tasks.documents import DocumentStore
from service_tasks.email_channel import as_sent, mail_to
from service_tasks.letters.build import address_lines, letter_context
from service_tasks.letters.figures import figures_agree
from service_tasks.letters.press import LetterPress
from service_tasks.mail import Attachment, Mail, SendMail
from service_tasks.moment import FIGURES_CHANGED, NOT_NEEDED, UNDELIVERABLE, Ready, Sorted, sort_out
from service_tasks.notices import carried, keep_notices, levels_of

COVER = "letter_cover"
DOCX = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
PDF = "application/pdf"
BY_MAIL, BY_POST = "email", "post"
ToPdf = Callable[[bytes], bytes | None]


@dataclass(frozen=True, slots=True)
class Envelope:
    """A letter on its way: its row and facts of this moment, and the file that was approved."""

    ready: Ready
    letter: Letter

    @property
    def file(self) -> tuple[str, str]:
        return self.letter.sha256, self.letter.file_name


@dataclass(frozen=True, slots=True)
class Outgoing:
    """One delivery: a mail with the files to attach, or (no mail) letters for the print list."""

    mail: Mail | None
    files: tuple[tuple[str, str], ...]
    detail: dict[str, Any]


class LetterChannel:
    """The way out for letters. `to_pdf` gives None where it cannot; then the .docx itself goes."""

    name = "letter"

    def __init__(
        self, send: SendMail, press: LetterPress, documents: DocumentStore, to_pdf: ToPdf, zone: ZoneInfo
    ) -> None:
        self._send, self._press, self._documents, self._to_pdf, self._zone = send, press, documents, to_pdf, zone

    def prepare(self, session: Session, rows: Sequence[OutboxRow], now: datetime) -> Prepared:
        """Check each letter against the ledger again and say by which way it goes."""
        found = sort_out(session, rows, now, self._zone)
        envelopes = _agreeing(found, _letters(session, rows))
        mailed = [each for each in envelopes if each.ready.facts.debtor.email is not None]
        posted = [each for each in envelopes if each.ready.facts.debtor.email is None]
        deliveries = [self._mailed(some, found.today, now) for some in _per_debtor(mailed)]
        deliveries += [_posted(each) for each in posted]
        return Prepared(deliveries, found.withdrawn, found.postponed)

    def deliver(self, delivery: Delivery) -> Receipt:
        """Mail the letters, or hand them to whoever posts letters: that is final once a person says so."""
        outgoing: Outgoing = delivery.content
        if outgoing.mail is None:
            return Receipt(final=False, detail=outgoing.detail)
        files = tuple(self._attachment(*file) for file in outgoing.files)
        told = self._send(outgoing.mail.with_files(files)) or {}
        return Receipt(detail={**outgoing.detail, "attachments": [file.name for file in files], **told})

    def sent(self, session: Session, rows: Sequence[OutboxRow], receipt: Receipt, now: datetime) -> None:  # noqa: ARG002
        """Record the levels that were sent, and that the letters have left."""
        keep_notices(session, rows, local_date(now, self._zone))
        for row in rows:
            left = {"status": "sent", "sent_at": now, "channel": (row.receipt or {}).get("channel")}
            session.execute(update(Letter).where(Letter.id == row.payload["letter"]).values(**left))

    def _mailed(self, some: Sequence[Envelope], today: date, now: datetime) -> Delivery:
        first = some[0].ready
        level, language = some[0].letter.level, some[0].letter.language
        language = self._press.language(COVER, language=language, country=first.facts.debtor.country)
        context = letter_context(first.facts, level=level, today=today, language=language)
        key = first.row.delivery or first.row.key
        mail = mail_to(first.facts, key, self._press.text(COVER, language, context), now)
        detail = {"channel": BY_MAIL, **as_sent(mail), **_levels(some)}
        return _delivery(key, some, Outgoing(mail, tuple(each.file for each in some), detail))

    def _attachment(self, sha256: str, file_name: str) -> Attachment:
        content = self._documents.get(sha256)
        pdf = self._to_pdf(content)
        if pdf is None:
            return Attachment(file_name, DOCX, content)
        return Attachment(file_name.removesuffix(".docx") + ".pdf", PDF, pdf)


def _posted(each: Envelope) -> Delivery:
    facts, letter = each.ready.facts, each.letter
    lines = address_lines(facts.debtor, facts.creditor.country)
    place = {"name": facts.debtor.name, "lines": lines, "country": facts.debtor.country, "language": letter.language}
    detail = {"channel": BY_POST, "print": {**place, "file_name": letter.file_name, "sha256": letter.sha256}}
    outgoing = Outgoing(None, (each.file,), {**detail, **_levels([each])})
    return _delivery(each.ready.row.delivery or each.ready.row.key, [each], outgoing)


def _delivery(key: str, some: Sequence[Envelope], outgoing: Outgoing) -> Delivery:
    return Delivery(tuple(each.ready.row.id for each in some), key, outgoing)


def _levels(some: Sequence[Envelope]) -> dict[str, Any]:
    return carried((each.ready.row, each.ready.facts, levels_of(each.letter.figures)) for each in some)


def _letters(session: Session, rows: Sequence[OutboxRow]) -> dict[int, Letter]:
    ids = [row.payload["letter"] for row in rows]
    return {letter.id: letter for letter in session.scalars(select(Letter).where(Letter.id.in_(ids)))}


def _agreeing(found: Sorted, letters: dict[int, Letter]) -> list[Envelope]:
    """Keep what may leave as it was approved; withdraw the rest with its reason."""
    envelopes = []
    for each in found.ready:
        letter, debtor = letters.get(each.row.payload["letter"]), each.facts.debtor
        if letter is None or letter.status != "queued":
            found.withdrawn[each.row.id] = (NOT_NEEDED, "Another letter has taken its place.")
        elif not figures_agree(letter.figures, each.facts):
            found.withdrawn[each.row.id] = (FIGURES_CHANGED, "The letter no longer says what the ledger says.")
        elif debtor.email is None and debtor.postal is None:
            found.withdrawn[each.row.id] = (UNDELIVERABLE, f"No address of debtor {debtor.reference} is known.")
        else:
            envelopes.append(Envelope(each, letter))
    return envelopes


def _per_debtor(envelopes: Sequence[Envelope]) -> Iterator[list[Envelope]]:
    in_order = sorted(envelopes, key=lambda each: (each.ready.facts.debtor.id, each.ready.row.id))
    for _, some in groupby(in_order, key=lambda each: each.ready.facts.debtor.id):
        yield list(some)
