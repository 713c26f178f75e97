from __future__ import annotations

import socket
import threading
from datetime import datetime
from email.message import EmailMessage
from zoneinfo import ZoneInfo

import pytest

from connectors.mail.message import Sender, build_message, redirected
from connectors.mail.smtp import SmtpMailer, read_url
from engine.errors import BusinessError, TemporaryError, Unusable
from tests.mail.server import HOST, Inbox, only_eva, serving

NOON = datetime(2026, 7, 15, 12, 0, tzinfo=ZoneInfo("Europe/Warsaw"))


def a_message(recipient: str = "anna@debtor.test", key: str = "case:1:reminder_1") -> EmailMessage:
    return build_message(
        key=key,
        sender=Sender("office@creditor.test", "Creditor"),
        recipient=recipient,
        subject="Zażółć",
        body="Gęślą jaźń\n.\n..dots\nFrom here\n",
        date=NOON,
    )


def test_a_message_arrives_whole() -> None:
    inbox = Inbox()
    with serving(inbox) as url:
        receipt = SmtpMailer(url).send(a_message(), key="k")
    [message] = inbox.messages
    assert inbox.envelopes[0].rcpt_tos == ["anna@debtor.test"]
    assert inbox.envelopes[0].mail_from == "office@creditor.test"
    assert message["Subject"] == "Zażółć"
    assert message.get_content().replace("\r\n", "\n") == "Gęślą jaźń\n.\n..dots\nFrom here\n"
    assert message["Date"] == "Wed, 15 Jul 2026 12:00:00 +0200"
    assert receipt == {"server": HOST, "message_id": message["Message-ID"]}


def test_one_connection_carries_many_messages() -> None:
    inbox = Inbox()
    with serving(inbox) as url:
        mailer = SmtpMailer(url)
        for n in range(20):
            mailer.send(a_message(key=f"k{n}"), key=f"k{n}")
        mailer.close()
    assert inbox.connections == 1
    assert len({message["Message-ID"] for message in inbox.messages}) == 20


def test_threads_take_turns() -> None:
    inbox = Inbox()
    with serving(inbox) as url:
        mailer = SmtpMailer(url)
        threads = [
            threading.Thread(target=mailer.send, args=(a_message(key=str(n)),), kwargs={"key": ""}) for n in range(8)
        ]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
    assert len(inbox.messages) == 8


@pytest.mark.parametrize("answers", [{"rcpt": "550 5.1.1 no such user"}, {"data": "554 5.7.1 looks like spam"}])
def test_what_the_server_refuses_for_good_is_undeliverable(answers: dict[str, str]) -> None:
    inbox = Inbox(**answers)  # type: ignore[arg-type]
    with serving(inbox) as url, pytest.raises(BusinessError, match=r"anna@debtor\.test: 55\d 5") as refused:
        SmtpMailer(url).send(a_message(), key="k")
    assert refused.value.code == "undeliverable"


@pytest.mark.parametrize(
    "answers",
    [
        {"rcpt": "450 4.2.2 mailbox full"},
        {"data": "451 4.3.0 later"},
        {"sender": "451 4.3.0 later"},
        {"sender": "550 5.7.1 not from you"},  # our own set-up is wrong, not the debtor's address
    ],
)
def test_what_may_pass_is_tried_again(answers: dict[str, str]) -> None:
    inbox = Inbox(**answers)  # type: ignore[arg-type]
    with serving(inbox) as url, pytest.raises(TemporaryError, match=answers.popitem()[1][:3]):
        SmtpMailer(url).send(a_message(), key="k")


def test_after_a_refusal_the_next_message_goes_out() -> None:
    inbox = Inbox(rcpt="550 no")
    with serving(inbox) as url:
        mailer = SmtpMailer(url)
        with pytest.raises(BusinessError):
            mailer.send(a_message(), key="k")
        inbox.answers["rcpt"] = "250 OK"
        mailer.send(a_message(), key="k")
    assert len(inbox.messages) == 1


def test_a_line_that_breaks_in_the_middle_is_tried_again_with_the_same_id() -> None:
    inbox = Inbox(cut=True)
    with serving(inbox) as url:
        mailer = SmtpMailer(url)
        with pytest.raises(TemporaryError):
            mailer.send(a_message(), key="k")
        inbox.cut = False
        mailer.send(a_message(), key="k")
    assert inbox.messages[0]["Message-ID"] == a_message()["Message-ID"]


def test_a_server_that_went_away_between_two_messages_is_called_again() -> None:
    inbox = Inbox()
    with serving(inbox) as url:
        mailer = SmtpMailer(url)
        mailer.send(a_message(), key="k")
        assert mailer._client is not None
        assert mailer._client.sock is not None
        mailer._client.sock.shutdown(socket.SHUT_RDWR)
        mailer.send(a_message(key="other"), key="other")
    assert len(inbox.messages) == 2


def test_no_server_is_temporary() -> None:
    with socket.socket() as free:
        free.bind((HOST, 0))
        port = free.getsockname()[1]
    with pytest.raises(TemporaryError, match=HOST):
        SmtpMailer(f"smtp://{HOST}:{port}").send(a_message(), key="k")


def test_a_silent_server_is_not_waited_for_without_end() -> None:
    with socket.socket() as silent:
        silent.bind((HOST, 0))
        silent.listen()
        url = f"smtp://{HOST}:{silent.getsockname()[1]}"
        with pytest.raises(TemporaryError):
            SmtpMailer(url, timeout=0.2).send(a_message(), key="k")


def test_nothing_goes_in_the_clear_where_encryption_was_asked_for() -> None:
    inbox = Inbox()
    with serving(inbox) as url, pytest.raises(TemporaryError, match="STARTTLS"):
        SmtpMailer(f"{url}?starttls").send(a_message(), key="k")
    assert inbox.envelopes == []


def test_it_signs_in_with_a_name_and_password_from_the_url() -> None:
    inbox = Inbox()
    with serving(inbox, authenticator=only_eva, auth_required=True, auth_require_tls=False) as url:
        SmtpMailer(url.replace("//", "//eva%40x:p%3A%2Fss@")).send(a_message(), key="k")
        with pytest.raises(TemporaryError) as failed:
            SmtpMailer(url.replace("//", "//eva%40x:secret@")).send(a_message(), key="k")
    assert len(inbox.messages) == 1
    assert "secret" not in str(failed.value)


def test_a_domain_beyond_ascii_is_written_as_mail_writes_it() -> None:
    inbox = Inbox()
    with serving(inbox) as url:
        SmtpMailer(url).send(a_message("anna@żółw.test"), key="k")
    assert inbox.envelopes[0].rcpt_tos == ["anna@xn--w-uga1v8h.test"]


def test_redirected_mail_reaches_nobody_else() -> None:
    inbox = Inbox()
    with serving(inbox) as url:
        SmtpMailer(url).send(redirected(a_message(), "test@creditor.test"), key="k")
    assert inbox.envelopes[0].rcpt_tos == ["test@creditor.test"]
    assert inbox.messages[0]["Subject"] == "[anna@debtor.test] Zażółć"
    assert inbox.messages[0]["X-Duly-Original-To"] == "anna@debtor.test"


def test_urls_are_read() -> None:
    where = read_url("smtp://u%40x:p@mail.test:587?starttls")
    assert (where.host, where.port, where.user, where.password, where.starttls, where.tls) == (
        "mail.test",
        587,
        "u@x",
        "p",
        True,
        False,
    )
    assert read_url("smtps://mail.test").port == 465
    assert read_url("smtp://mail.test").port == 25


@pytest.mark.parametrize(
    "url", ["", "mail.test", "http://mail.test", "smtp://", "smtp://h:99999", "smtp://h?tls", "smtp://u:secret@h:x"]
)
def test_urls_that_cannot_be_read_are_refused_without_their_password(url: str) -> None:
    with pytest.raises(Unusable) as refused:
        read_url(url)
    assert "secret" not in str(refused.value)
