"""Turn the facts of a case into what a template reads, in the debtor's language and formats."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date, timedelta

from receivables.calendars import next_business_day
from receivables.facts import AccountFacts, CaseFacts, CreditorFacts, DebtorFacts
from service_tasks.letters.context import (
    AccountRow,
    CaseBlock,
    CreditorBlock,
    DebtorBlock,
    ItemRow,
    LetterContext,
    StaffContext,
    Total,
)
from service_tasks.letters.figures import ALSO_OPEN, CREDIT, Listed, listed_items, totals_of
from service_tasks.letters.formats import Formats, formats

DAYS_TO_PAY = {1: 7, 2: 7}  # calendar days by level
DAYS_TO_PAY_LATER = 14
IBAN_GROUP = 4


def letter_context(
    case: CaseFacts, *, level: int, today: date, language: str, extra_text: str | None = None
) -> LetterContext:
    """Return what a letter or text of a level to the debtor may read."""
    style = formats(language, case.debtor.country)
    listed = listed_items(case, level)
    demanded = [each for each in listed if each.part != ALSO_OPEN]
    also_open = [each for each in listed if each.part == ALSO_OPEN]
    return {
        "case": _case(case),
        "creditor": _creditor(case.creditor, style),
        "debtor": _debtor(case.debtor, case.creditor.country, style),
        "today": style.long_day(today),
        "place": case.creditor.city or "",
        "pay_by": style.long_day(pay_by(level, today, case.debtor.country)),
        "level": level,
        "days_overdue": str(case.days_overdue),
        "oldest_due_date": style.long_day(case.oldest_due_date) if case.oldest_due_date else "–",
        "items": [_row(each, style) for each in demanded],
        "totals": _totals(demanded, style),
        "also_open": [_row(each, style) for each in also_open],
        "also_totals": _totals(also_open, style),
        "to_pay": [_total(currency, amount, style) for currency, amount in totals_of(listed).items() if amount > 0],
        "accounts": _accounts(case.creditor.accounts, set(totals_of(listed))),
        "extra": _lines(extra_text),
    }


def staff_context(case: CaseFacts, *, person: str, text: str, today: date, language: str) -> StaffContext:
    """Return what a notice to one's own staff may read."""
    style = formats(language, case.creditor.country)
    return {
        "case": _case(case),
        "debtor": _debtor(case.debtor, case.creditor.country, style),
        "person": person,
        "text": text,
        "today": style.long_day(today),
        "to_pay": [_total(currency, amount, style) for currency, amount in case.balance.items()],
        "days_overdue": str(case.days_overdue),
    }


def pay_by(level: int, today: date, country: str | None) -> date:
    """Return until when a message of a level asks to pay: a business day of the debtor's country."""
    return next_business_day(today + timedelta(days=DAYS_TO_PAY.get(level, DAYS_TO_PAY_LATER)), country)


def _case(case: CaseFacts) -> CaseBlock:
    return {"number": str(case.number), "reference": str(case.number)}


def _creditor(creditor: CreditorFacts, style: Formats) -> CreditorBlock:
    return {
        "name": creditor.name,
        "street": creditor.street or "",
        "postcode": creditor.postcode or "",
        "city": creditor.city or "",
        "country": style.country(creditor.country),
        "tax_id": creditor.tax_id or "",
        "phone": creditor.phone or "",
        "email": creditor.reply_to or creditor.email or "",
        "signature": _lines(creditor.signature),
    }


def _debtor(debtor: DebtorFacts, home: str | None, style: Formats) -> DebtorBlock:
    return {
        "name": debtor.name,
        "reference": debtor.reference,
        "tax_id": debtor.tax_id or "",
        "country": style.country(debtor.country),
        "address": address_lines(debtor, home),
    }


def address_lines(debtor: DebtorFacts, home: str | None) -> list[str]:
    """Return the lines below the name on an envelope; abroad the country comes last, in capitals and in English.

    The Universal Postal Union asks for a country's name in a language that the country of posting knows.
    """
    postal = debtor.postal
    if postal is None:
        return []
    country = formats("en", None).country(postal.country).upper() if postal.country not in {None, home} else ""
    town = " ".join(part for part in (postal.postcode, postal.city) if part)
    return [line for line in (postal.street, town, country) if line]


def _row(each: Listed, style: Formats) -> ItemRow:
    item, credit = each.item, each.part == CREDIT
    return {
        "number": item.number,
        "issue_date": style.day(item.issue_date),
        "due_date": "–" if credit else style.day(item.due_date),
        "days_overdue": "" if credit else str(item.days_overdue),
        "amount": style.money(item.amount, item.currency),
        "open": style.money(item.open, item.currency),
        "currency": item.currency,
        "level": each.level,
        "credit": credit,
    }


def _totals(listed: Sequence[Listed], style: Formats) -> list[Total]:
    return [_total(currency, amount, style) for currency, amount in totals_of(listed).items()]


def _total(currency: str, amount: int, style: Formats) -> Total:
    return {"currency": currency, "amount": style.money(amount, currency)}


def _accounts(accounts: Sequence[AccountFacts], wanted: set[str]) -> list[AccountRow]:
    """Return the accounts of the currencies that are asked for; all, where a currency has none of its own."""
    fitting = [account for account in accounts if account.currency in wanted]
    return [_account(each) for each in (fitting if wanted <= {each.currency for each in fitting} else accounts)]


def _account(account: AccountFacts) -> AccountRow:
    plain = account.iban.replace(" ", "")
    grouped = " ".join(plain[place : place + IBAN_GROUP] for place in range(0, len(plain), IBAN_GROUP))
    return {"currency": account.currency, "iban": grouped, "bic": account.bic or "", "bank": account.bank or ""}


def _lines(text: str | None) -> list[str]:
    return [line.strip() for line in (text or "").splitlines() if line.strip()]
