"""Name what a strategy's expressions may ask about a case, and give it as plain data."""

from collections.abc import Callable
from decimal import Decimal
from typing import Any

from receivables.case_facts import CaseFacts, DebtorFacts
from receivables.money import to_decimal

Reading = Callable[[CaseFacts], Any]


def _balance(facts: CaseFacts) -> Decimal:
    return to_decimal(facts.balance.get(facts.currency, 0), facts.currency) if facts.currency else Decimal(0)


def _balances(facts: CaseFacts) -> dict[str, Decimal]:
    return {currency: to_decimal(amount, currency) for currency, amount in facts.balance.items()}


CASE: dict[str, tuple[str, Reading]] = {
    "number": ("number: the case's number", lambda facts: facts.number),
    "balance": ("number: what is demanded now, in the case's main currency", _balance),
    "balances": ("context: what is demanded now, by currency code", _balances),
    "currency": ("string: the main currency, that of most demanded items", lambda facts: facts.currency),
    "days_overdue": ("number: days since the oldest demanded item fell due", lambda facts: facts.days_overdue),
    "oldest_due_date": ("date: when the oldest demanded item fell due", lambda facts: facts.oldest_due_date),
    "level": ("number: the highest level of demand sent for a demanded item, 0 before", lambda facts: facts.level),
    "priority": ("number: 0 (can wait) to 100 (first)", lambda facts: facts.priority),
    "strategy": ("string: the strategy the case runs by", lambda facts: facts.strategy),
    "product": ("string: product of the oldest demanded item", lambda facts: facts.product),
    "product_group": ("string: product group of the oldest demanded item", lambda facts: facts.product_group),
    "item_count": ("number: how many items are demanded", lambda facts: len(facts.demandable)),
    "all_disputed": ("boolean: everything owed is disputed", lambda facts: facts.all_disputed),
    "promises_broken": ("number: promises of this case that were broken", lambda facts: facts.promises_broken),
    "last_call_outcome": ("string: outcome of the last call, null before", lambda facts: facts.last_call_outcome),
    "has_email": ("boolean: a valid e-mail address is known", lambda facts: facts.debtor.email is not None),
    "has_phone": ("boolean: a valid phone number is known", lambda facts: facts.debtor.phone is not None),
    "has_postal": ("boolean: a valid postal address is known", lambda facts: facts.debtor.postal is not None),
    "promise_judged_on": (
        "date: when the open promise is judged, null without one",
        lambda facts: facts.promise and facts.promise.judged_on,
    ),
}
DEBTOR = {
    "reference": "string: the creditor's number for the debtor",
    "name": "string: the debtor's name",
    "type": "string: business or consumer",
    "country": "string: ISO 3166 code, such as PL",
    "language": "string: ISO 639 code, such as pl",
    "segment": "string: the creditor's segment of the debtor",
    "risk_rating": "string: the creditor's rating of the debtor",
    "do_not_contact": "boolean: the debtor must not be contacted",
}
VOCABULARY: dict[str, str] = {
    **{f"case.{name}": description for name, (description, _) in CASE.items()},
    **{f"case.debtor.{name}": description for name, description in DEBTOR.items()},
    "today": "date: the business day",
    "now": "date and time: this moment",
}


def feel_variables(facts: CaseFacts) -> dict[str, Any]:
    """Return the vocabulary's values: {"case": {...}, "today": date}; money as Decimal in major units.

    `now` is the engine's to add.
    """
    case: dict[str, Any] = {name: read(facts) for name, (_, read) in CASE.items()}
    case["debtor"] = _debtor(facts.debtor)
    return {"case": case, "today": facts.today}


def _debtor(debtor: DebtorFacts) -> dict[str, Any]:
    return {name: getattr(debtor, name) for name in DEBTOR}
