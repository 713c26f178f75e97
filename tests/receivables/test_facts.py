from collections.abc import Iterator
from contextlib import contextmanager
from datetime import timedelta
from decimal import Decimal

from sqlalchemy import event
from sqlalchemy.orm import Session

from receivables.creditor import CreditorAccount
from receivables.facts import VOCABULARY, CaseFacts, feel_variables, load_facts
from receivables.money import to_decimal
from receivables.staff import StaffGroup
from tests.receivables.books import TODAY, Books

DATABASES = ("sqlite", "postgresql")


def facts_of(books: Books) -> CaseFacts:
    return load_facts(books.session, [1], TODAY)[1]


@contextmanager
def counted_queries(session: Session) -> Iterator[list[str]]:
    statements: list[str] = []

    def note(*arguments: object) -> None:
        statements.append(str(arguments[2]))

    bind = session.get_bind()
    event.listen(bind, "before_cursor_execute", note)
    yield statements
    event.remove(bind, "before_cursor_execute", note)


def test_a_case_demands_what_is_late_and_undisputed(books: Books) -> None:
    patient = books.product_group("patient", grace_days=20)
    debtor = books.debtor()
    oldest, fresh = books.invoice(debtor, 1_000, overdue=25, product=patient), books.invoice(debtor, 500, overdue=3)
    paid = books.invoice(debtor, 300, overdue=90)
    books.invoice(debtor, -200, overdue=None)
    case = books.open_case(debtor)
    books.post(paid, -300)
    facts = facts_of(books)
    assert [item.number for item in facts.demandable] == [oldest.number, fresh.number]
    assert (facts.balance, facts.total_open, facts.currency) == ({"EUR": 1_300}, {"EUR": 1_300}, "EUR")
    assert (facts.days_overdue, facts.oldest_due_date, facts.level) == (25, oldest.due_date, 0)
    assert (facts.product_group, facts.four_eyes, facts.case_id) == ("patient", True, case.id)


def test_grace_counts_for_items_that_joined_too(books: Books) -> None:
    debtor = books.debtor()
    books.invoice(debtor, 100)
    books.open_case(debtor)
    before = load_facts(books.session, [1], TODAY - timedelta(days=10))[1]
    assert (before.balance, before.days_overdue, before.oldest_due_date) == ({}, 0, None)
    assert before.currency == "EUR"


def test_currencies_stay_apart_and_the_main_one_has_most_items(books: Books) -> None:
    debtor = books.debtor()
    for amount, currency in ((90_000, "EUR"), (100, "PLN"), (200, "PLN"), (7, "JPY")):
        books.invoice(debtor, amount, currency=currency)
    books.open_case(debtor)
    facts = facts_of(books)
    assert (facts.currency, facts.balance) == ("PLN", {"EUR": 90_000, "JPY": 7, "PLN": 300})


def test_who_is_responsible_and_who_asks_is_known(books: Books, session: Session) -> None:
    books.person("anna")
    session.query(StaffGroup).one().supervisor = "boss"
    session.add(CreditorAccount(creditor_id=books.creditor.id, iban="PL61", currency="EUR"))
    debtor = books.debtor(do_not_contact=True)
    books.invoice(debtor)
    books.open_case(debtor)
    facts = facts_of(books)
    assert (facts.group_key, facts.supervisor, facts.owner, facts.priority) == ("collections", "boss", "anna", 50)
    assert facts.debtor.do_not_contact
    assert [account.iban for account in facts.creditor.accounts] == ["PL61"]


def test_a_closed_case_shows_what_it_held_to_the_end(books: Books, session: Session) -> None:
    debtor = books.debtor()
    books.invoice(debtor)
    case = books.open_case(debtor)
    case.closed_on, case.outcome = TODAY, "written_off"
    case.items[0].left_on = TODAY
    session.flush()
    assert len(facts_of(books).items) == 1
    assert facts_of(books).outcome == "written_off"


def test_any_number_of_cases_takes_the_same_queries(books: Books, session: Session) -> None:
    for n in range(30):
        books.invoice(books.debtor(f"D-{n:02}"))
    books.open_cases()
    with counted_queries(session) as for_one:
        load_facts(session, [1], TODAY)
    session.expire_all()
    with counted_queries(session) as for_all:
        assert len(load_facts(session, range(1, 100), TODAY)) == 30
    assert len(for_all) == len(for_one) <= 12


def test_opening_asks_no_query_per_case(books: Books, session: Session) -> None:
    for n in range(30):
        books.invoice(books.debtor(f"D-{n:02}"))
    with counted_queries(session) as statements:
        assert len(books.open_cases()) == 30
    assert len(statements) <= 22


def test_the_vocabulary_names_exactly_what_expressions_see(books: Books) -> None:
    debtor = books.debtor()
    books.invoice(debtor, 12_345)
    books.open_case(debtor)
    seen = feel_variables(facts_of(books))
    case = seen["case"]
    names = {f"case.{name}" for name in case if name != "debtor"} | {f"case.debtor.{name}" for name in case["debtor"]}
    assert names | {"today", "now"} == set(VOCABULARY)
    assert all(": " in description for description in VOCABULARY.values())
    assert (case["balance"], case["balances"], seen["today"]) == (Decimal("123.45"), {"EUR": Decimal("123.45")}, TODAY)
    assert (case["has_email"], case["item_count"], case["debtor"]["country"]) == (False, 1, "PL")
    assert case["promise_judged_on"] is None
    assert to_decimal(12_345, "EUR") == case["balance"]
