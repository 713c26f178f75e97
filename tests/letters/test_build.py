from __future__ import annotations

from dataclasses import replace
from datetime import date

import pytest

from receivables.facts import CreditorFacts, DebtorFacts, PostalAddress
from service_tasks.letters.build import letter_context, pay_by, staff_context
from service_tasks.letters.press import LetterPress
from tests.letters.cases import CREDITOR, DEBTOR, TODAY, a_case, credit_note, invoice, words
from tests.letters.test_press import CASE, LANGUAGES, PRESS


def test_the_term_to_pay_ends_on_a_business_day_of_the_debtor() -> None:
    assert pay_by(1, date(2026, 7, 15), "DE") == date(2026, 7, 22)
    assert pay_by(3, date(2026, 12, 11), "DE") == date(2026, 12, 28)  # Christmas Day, then a weekend


def test_abroad_the_country_stands_last_on_the_envelope() -> None:
    abroad = replace(DEBTOR, postal=PostalAddress("K", "Ring 5", "Köln", "50667", "DE"))
    assert letter_context(CASE, level=1, today=TODAY, language="de")["debtor"]["address"][-1] == "GERMANY"
    home = a_case(invoice(1), debtor=abroad, creditor=replace(CREDITOR, country="DE"))
    assert letter_context(home, level=1, today=TODAY, language="de")["debtor"]["address"] == ["Ring 5", "50667 Köln"]


def test_without_a_postal_address_there_are_no_lines() -> None:
    nowhere: DebtorFacts = replace(DEBTOR, postal=None)
    case = a_case(invoice(1), debtor=nowhere)
    assert letter_context(case, level=1, today=TODAY, language="de")["debtor"]["address"] == []


def test_a_creditor_of_whom_little_is_known_still_gets_letters_out() -> None:
    nothing = dict.fromkeys(
        ("street", "city", "postcode", "country", "tax_id", "reply_to", "phone", "email", "signature")
    )
    case = a_case(invoice(1, level=2), creditor=CreditorFacts(name="Handel s.r.o.", accounts=(), **nothing))
    for language in LANGUAGES:
        context = letter_context(case, level=3, today=TODAY, language=language)
        assert "None" not in words(PRESS.letter("demand", language, context))


def test_two_currencies_give_two_totals_and_two_accounts() -> None:
    case = a_case(invoice(1, level=2), invoice(2, level=2, currency="PLN", open=70_000))
    context = letter_context(case, level=3, today=TODAY, language="pl")
    assert [total["currency"] for total in context["to_pay"]] == ["EUR", "PLN"]
    text = words(PRESS.letter("demand", "pl", context))
    assert "IBAN (PLN)" in text
    assert "IBAN (EUR)" in text


def test_a_currency_without_an_account_of_its_own_is_paid_to_any() -> None:
    context = letter_context(a_case(invoice(1, currency="USD")), level=1, today=TODAY, language="en")
    assert len(context["accounts"]) == 2


def test_a_debtors_name_starts_no_header() -> None:
    nasty = replace(DEBTOR, name="X\r\nBcc: all@evil.test")
    case = a_case(invoice(1), debtor=nasty)
    text = PRESS.text("staff_notice", "en", staff_context(case, person="E", text="t", today=TODAY, language="en"))
    assert text.subject == "Case 1042 – X Bcc: all@evil.test"


@pytest.mark.parametrize(
    ("language", "country", "chosen"),
    [
        ("pl", "DE", "pl"),
        ("DE-at", None, "de"),
        (None, "SK", "sk"),
        (None, "AT", "de"),
        ("fr", "PL", "pl"),
        (None, "US", "en"),
        (None, None, "en"),
        ("xx", "ZZ", "en"),
    ],
)
def test_the_debtors_language_comes_first_then_his_countrys(
    language: str | None, country: str | None, chosen: str
) -> None:
    assert PRESS.language("demand", language=language, country=country) == chosen


def test_a_template_in_one_language_only_is_used_for_all() -> None:
    assert LetterPress({"sk/x.txt": b"Subject: s\n"}).language("x", language="de", country="DE") == "sk"


def test_a_currency_with_more_credit_than_debt_is_not_asked_for() -> None:
    case = a_case(invoice(1), credit_note(2, 5_000, "PLN"))
    context = letter_context(case, level=1, today=TODAY, language="en")
    assert [total["currency"] for total in context["totals"]] == ["EUR", "PLN"]
    assert [total["currency"] for total in context["to_pay"]] == ["EUR"]
