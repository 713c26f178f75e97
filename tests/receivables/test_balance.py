from collections import defaultdict
from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy.orm import Session

from receivables.balance import Entry, case_balances, debtor_balances, open_amounts, settled
from tests.receivables.books import TODAY, Books

DATABASES = ("sqlite", "postgresql")

DAYS = st.integers(0, 6).map(lambda n: TODAY + timedelta(days=n))
POSTINGS = st.lists(
    st.tuples(
        st.sampled_from([("settlement", "erp"), ("payment", "bank"), ("payment", "hand"), ("correction", "hand")]),
        DAYS,
        st.integers(-500, 500),
    ),
    max_size=8,
)


def after(n: int) -> date:
    return TODAY + timedelta(days=n)


def test_open_is_what_was_charged_less_what_was_settled(books: Books, session: Session) -> None:
    receivable = books.invoice(books.debtor(), 10_000)
    books.post(receivable, -2_500)
    books.post(receivable, -500, on=after(1))
    assert open_amounts(session, TODAY) == {receivable.id: 7_500}
    assert open_amounts(session, after(1), [receivable.id]) == {receivable.id: 7_000}
    assert open_amounts(session, TODAY, []) == {}


def test_many_ids_are_picked_without_breaking_the_database(books: Books, session: Session) -> None:
    receivable = books.invoice(books.debtor(), 10_000)
    books.invoice(books.debtor("D-2"))
    assert open_amounts(session, TODAY, [receivable.id, *range(10**6, 10**6 + 40_000)]) == {receivable.id: 10_000}


@pytest.mark.parametrize(("leading", "left"), [("erp", 6_000), ("bank", 7_000)])
def test_the_leading_source_counts_once_both_reported(books: Books, session: Session, leading: str, left: int) -> None:
    receivable = books.invoice(books.debtor(), product=books.product_group(leading, leading=leading))
    books.post(receivable, -3_000, kind="payment", source="bank")
    assert open_amounts(session, TODAY) == {receivable.id: 7_000}
    books.post(receivable, -4_000, source="erp", on=after(1))
    assert open_amounts(session, after(1)) == {receivable.id: left}


def test_a_payment_after_the_last_report_of_the_erp_counts(books: Books, session: Session) -> None:
    receivable = books.invoice(books.debtor())
    books.post(receivable, -4_000, source="erp")
    paid = books.post(receivable, -6_000, kind="payment", source="hand", on=after(2))
    assert open_amounts(session, after(2)) == {receivable.id: 0}
    books.post(receivable, -6_000, source="erp", on=after(3))
    assert open_amounts(session, after(3)) == {receivable.id: 0}
    back = books.post(receivable, 6_000, kind="reversal", source="hand", on=after(4))
    back.reverses_id = paid.id
    assert open_amounts(session, after(4)) == {receivable.id: 0}  # the ERP does not know of it yet


@given(POSTINGS, st.sampled_from(["erp", "bank"]), DAYS)
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=30)
def test_the_rule_in_sql_and_in_python_agree(
    books: Books, session: Session, postings: list[tuple[tuple[str, str], date, int]], leading: str, as_of: date
) -> None:
    with session.begin_nested() as undone:
        receivable = books.invoice(books.debtor("H"), product=books.product_group("h", leading=leading))
        for (kind, source), on, amount in postings:
            books.post(receivable, amount, kind=kind, source=source, on=on)
        entries = [Entry(kind, source, on, amount, on) for (kind, source), on, amount in postings]
        charged = 10_000 + sum(each.amount for each in entries if each.kind == "correction" and each.booked_on <= as_of)
        assert open_amounts(session, as_of)[receivable.id] == charged - settled(entries, leading, as_of)
        undone.rollback()


def test_balances_net_credit_notes_and_keep_currencies_apart(books: Books, session: Session) -> None:
    debtor, other = books.debtor(), books.debtor("other")
    books.invoice(debtor, 10_000)
    books.invoice(debtor, -1_000, overdue=None)
    books.invoice(debtor, 700, currency="PLN")
    books.invoice(other, 5)
    books.open_cases()
    assert debtor_balances(session, TODAY) == {debtor.id: {"EUR": 9_000, "PLN": 700}, other.id: {"EUR": 5}}
    assert debtor_balances(session, TODAY, [other.id]) == {other.id: {"EUR": 5}}
    by_case = case_balances(session, TODAY)
    assert sorted(map(str, by_case.values())) == ["{'EUR': 5}", "{'EUR': 9000, 'PLN': 700}"]
    assert case_balances(session, TODAY, [next(iter(by_case))]).keys() == {next(iter(by_case))}


@given(st.lists(st.tuples(st.sampled_from("AB"), st.sampled_from(["EUR", "PLN"]), st.integers(1, 999)), max_size=6))
@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None, max_examples=10)
def test_balances_sum_up_to_the_open_amounts(
    books: Books, session: Session, invoices: list[tuple[str, str, int]]
) -> None:
    with session.begin_nested() as undone:
        debtors = {reference: books.debtor(reference) for reference in "AB"}
        totals: dict[str, int] = defaultdict(int)
        for reference, currency, amount in invoices:
            books.invoice(debtors[reference], amount, currency=currency)
            totals[currency] += amount
        balances = debtor_balances(session, TODAY).values()
        assert {c: sum(b.get(c, 0) for b in balances) for c in totals} == dict(totals)
        undone.rollback()
