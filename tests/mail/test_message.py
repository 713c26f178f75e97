from __future__ import annotations

from datetime import datetime
from email import message_from_bytes, policy
from email.header import decode_header, make_header
from email.message import EmailMessage
from email.utils import parseaddr
from typing import Any
from zoneinfo import ZoneInfo

import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.mail.message import Attachment, Sender, build_message, redirected
from engine.errors import BusinessError

NOON = datetime(2026, 7, 15, 12, 0, tzinfo=ZoneInfo("America/New_York"))
HEADERS = {
    "from", "to", "subject", "date", "message-id", "auto-submitted", "x-duly-key", "reply-to",
    "content-type", "content-transfer-encoding", "mime-version",
}  # fmt: skip


def built(**changes: Any) -> EmailMessage:
    given = {
        "key": "case:1:demand",
        "sender": Sender("office@creditor.test", "Creditor Ltd", "answers@creditor.test"),
        "recipient": "anna@debtor.test",
        "recipient_name": "Anna",
        "subject": "Demand",
        "body": "Dear Anna,\n",
        "date": NOON,
    }
    return build_message(**{**given, **changes})


def read(message: EmailMessage) -> EmailMessage:
    found = message_from_bytes(message.as_bytes(), policy=policy.SMTP)
    assert isinstance(found, EmailMessage)
    return found


def test_the_headers_say_who_and_when() -> None:
    message = read(built())
    assert message["From"] == "Creditor Ltd <office@creditor.test>"
    assert message["To"] == "Anna <anna@debtor.test>"
    assert message["Reply-To"] == "Creditor Ltd <answers@creditor.test>"
    assert message["Date"] == "Wed, 15 Jul 2026 12:00:00 -0400"
    assert message["Auto-Submitted"] == "auto-generated"


def test_the_same_key_gives_the_same_bytes_and_another_key_another_id() -> None:
    letter = [Attachment("letter.docx", b"x" * 3000)]
    assert built(attachments=letter).as_bytes() == built(attachments=letter).as_bytes()
    assert built()["Message-ID"] != built(key="case:2:demand")["Message-ID"]


def test_attachments_keep_their_bytes_names_and_types() -> None:
    content = bytes(range(256)) * 9
    message = read(built(attachments=[Attachment("Žiadosť/42.pdf", content), Attachment("a.docx", b"d")]))
    first, second = message.iter_attachments()
    assert first.get_content() == content
    assert first.get_filename() == "Žiadosť_42.pdf"
    assert first.get_content_type() == "application/pdf"
    assert second.get_content_type().endswith("wordprocessingml.document")
    body = message.get_body()
    assert body is not None
    assert body.get_content().startswith("Dear Anna")


@pytest.mark.parametrize(
    "text", ["x\r\nBcc: evil@x.test", "x\nSubject: y", "x\rBcc: e@x.test", "x\x0bB: c", "x\u2028Bcc: e@x.test"]
)
def test_a_line_end_in_a_name_or_subject_starts_no_header(text: str) -> None:
    message = read(built(subject=text, recipient_name=text, sender=Sender("o@creditor.test", text), key=text))
    assert {name.lower() for name in message.keys()} <= HEADERS  # noqa: SIM118  # a message's own keys may repeat
    assert len(message["To"].addresses) == 1
    assert message["Bcc"] is None


@given(st.text(max_size=120), st.text(max_size=120))
def test_no_text_whatever_adds_a_header_or_a_recipient(name: str, subject: str) -> None:
    message = read(built(recipient_name=name, subject=subject))
    assert {each.lower() for each in message.keys()} <= HEADERS  # noqa: SIM118
    assert [each.addr_spec for each in message["To"].addresses] == ["anna@debtor.test"]


@pytest.mark.parametrize(
    "name",
    ["Łucja Żółć", 'Quote "Q" Ltd', "Comma, Inc.", "<a@b.test>", "张伟", "A" * 300, "Ü" * 200, "a@b.test, c@d.test"],
)
def test_names_of_every_kind_arrive_as_they_are(name: str) -> None:
    raw = message_from_bytes(built(recipient_name=name).as_bytes())["To"]  # Python's newer parser splits long names
    shown, spec = parseaddr(raw)
    assert str(make_header(decode_header(shown))) == name
    assert spec == "anna@debtor.test"


@pytest.mark.parametrize(
    "recipient",
    [
        "",
        "anna",
        "@debtor.test",
        "anna@",
        "a@b.test, c@d.test",
        "a@b.test\nBcc: c@d.test",
        "a b@c.test",
        "<a@b.test>",
        "a@b@c",
    ],
)
def test_an_address_that_is_none_or_more_than_one_is_undeliverable(recipient: str) -> None:
    with pytest.raises(BusinessError) as refused:
        built(recipient=recipient)
    assert refused.value.code == "undeliverable"


def test_long_subjects_are_cut_and_folded() -> None:
    raw = built(subject="Żółw " * 100).as_bytes()
    assert max(len(line) for line in raw.split(b"\r\n")) < 200
    assert read(built(subject="s" * 1000))["Subject"] == "s" * 250


def test_redirecting_leaves_the_original_alone() -> None:
    message = built()
    copied = redirected(message, "qa@creditor.test")
    assert message["To"].addresses[0].addr_spec == "anna@debtor.test"
    assert copied["Message-ID"] == message["Message-ID"]
    assert copied["Subject"] == "[anna@debtor.test] Demand"
    assert read(copied)["To"] == "qa@creditor.test"
