from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from receivables.balance import open_amounts
from receivables.payments import NewPayment, enter_payment, reverse_payment
from receivables.promises import NewPromise, record_promise
from receivables.reports import case_open_amounts, collected, home, portfolio, promises_due
from tests.receivables.books import NOW, TODAY, Books

DATABASES = ("sqlite", "postgresql")


@pytest.mark.parametrize(
    ("overdue", "bucket"),
    [
        (None, "not due"),
        (-5, "not due"),
        (0, "not due"),
        (1, "1-30"),
        (30, "1-30"),
        (31, "31-60"),
        (60, "31-60"),
        (61, "61-90"),
        (90, "61-90"),
        (91, "91-180"),
        (180, "91-180"),
        (181, "181+"),
    ],
)
def test_each_item_is_in_the_bucket_of_its_age(
    books: Books, session: Session, overdue: int | None, bucket: str
) -> None:
    books.invoice(books.debtor(), 700, overdue=overdue)
    counted = {each.name: (each.items, each.open_amount) for each in portfolio(session, TODAY).aging}
    assert counted.pop(bucket) == (1, {"EUR": 700})
    assert all(each == (0, {}) for each in counted.values())


def test_the_portfolio_is_printed_as_text(books: Books, session: Session) -> None:
    debtor = books.debtor()
    books.invoice(debtor, 700)
    books.invoice(debtor, -200, overdue=None)
    books.invoice(debtor, 5, currency="JPY")
    books.post(books.invoice(debtor, 300), -300)
    printed = portfolio(session, TODAY).as_json()
    assert printed["as_of"] == "2026-05-04"
    assert printed["open_amount"] == {"EUR": "5.00", "JPY": "5"}
    assert printed["aging"][0] == {"bucket": "not due", "items": 1, "open_amount": {"EUR": "-2.00"}}
    assert printed["aging"][1] == {"bucket": "1-30", "items": 2, "open_amount": {"EUR": "7.00", "JPY": "5"}}


INVOICES = st.lists(st.tuples(st.integers(0, 2), st.integers(1, 300), st.integers(1, 900)), max_size=8)


@given(INVOICES, st.integers(0, 1000))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=15)
def test_reports_and_cases_agree_to_the_cent(
    books: Books, session: Session, invoices: list[tuple[int, int, int]], paid: int
) -> None:
    with session.begin_nested() as undone:
        debtors = [books.debtor(f"H{n}") for n in range(3)]
        for owner, overdue, amount in invoices:
            books.invoice(debtors[owner], amount, overdue=overdue)
        books.open_cases()
        if paid:
            wish = NewPayment(debtors[0].id, TODAY, paid, "EUR")
            enter_payment(session, wish, by="anna", now=NOW, today=TODAY)
        report = portfolio(session, TODAY)
        total = sum(open_amounts(session, TODAY).values())
        assert report.open_amount.get("EUR", 0) == total
        assert sum(each.get("EUR", 0) for each in case_open_amounts(session, TODAY).values()) == total
        undone.rollback()


def test_what_a_case_held_on_a_day_is_told_for_that_day(books: Books, session: Session) -> None:
    debtor = books.debtor()
    books.invoice(debtor, 700)
    case = books.open_case(debtor)
    assert case_open_amounts(session, TODAY - timedelta(days=1)) == {}
    assert case_open_amounts(session, TODAY) == {case.number: {"EUR": 700}}


def test_home_compares_this_month_with_the_last(books: Books, session: Session) -> None:
    debtor = books.debtor()
    books.invoice(debtor, 1_000, overdue=-9)
    item = books.invoice(debtor, 1_000, overdue=40)
    case = books.open_case(debtor)
    books.post(item, -100, on=date(2026, 4, 30))
    for amount in (150, 5_000):
        payment = enter_payment(session, NewPayment(debtor.id, TODAY, amount, "EUR"), by="a", now=NOW, today=TODAY)
    reverse_payment(session, payment.payment.id, by="a", now=NOW, today=TODAY)
    record_promise(session, case, NewPromise(TODAY, 5, "EUR"), by="a", now=NOW, today=TODAY)
    figures = home(session, TODAY)
    assert (figures.open_amount, figures.overdue) == ({"EUR": 1_750}, {"EUR": 750})
    assert (figures.collected_this_month, figures.collected_last_month) == ({"EUR": 150}, {"EUR": 100})
    assert figures.promises_due == len(promises_due(session, TODAY)) == 1
    assert collected(session, TODAY, TODAY) == {"EUR": 150}


def test_an_empty_ledger_reports_nothing(session: Session) -> None:
    assert portfolio(session, TODAY).open_amount == {}
    assert home(session, TODAY).collected_this_month == {}
