from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.orm import Session

from receivables.case import CaseItem
from receivables.closing import bring_back, cases_now_paid, close_case, release_paid_items
from receivables.dispute import Dispute
from receivables.errors import AlreadyDone, Refused
from receivables.facts import CaseFacts
from receivables.opening import Chosen, open_cases
from receivables.receivable import Receivable
from tests.receivables.books import TODAY, Books

DATABASES = ("sqlite", "postgresql")

TOMORROW = TODAY + timedelta(days=1)


def test_one_case_gathers_what_a_debtor_owes_overdue(books: Books) -> None:
    debtor = books.debtor()
    late, later = books.invoice(debtor, overdue=1), books.invoice(debtor, overdue=30)
    books.invoice(debtor, overdue=0)
    books.invoice(debtor, overdue=None)
    (case,) = books.open_cases()
    assert (case.number, case.debtor_id, case.opened_on, case.strategy) == (1, debtor.id, TODAY, "standard_b2b")
    assert books.items(case) == [late.number, later.number]


def test_opening_twice_changes_nothing(books: Books) -> None:
    books.invoice(books.debtor())
    assert len(books.open_cases()) == 1
    assert books.open_cases() == []


def test_grace_days_hold_a_case_back(books: Books) -> None:
    patient = books.product_group("patient", grace_days=10)
    books.invoice(books.debtor(), overdue=10, product=patient)
    assert books.open_cases(TODAY) == []
    assert len(books.open_cases(TOMORROW)) == 1


def test_numbers_follow_the_debtors_references(books: Books) -> None:
    for reference in ("C", "A", "B"):
        books.invoice(books.debtor(reference))
    assert [case.debtor.reference for case in books.open_cases()] == ["A", "B", "C"]
    books.invoice(books.debtor("0"))
    assert [case.number for case in books.open_cases()] == [4]


def test_each_case_group_makes_its_own_case(books: Books) -> None:
    apart = books.product_group("loans", apart=True)
    debtor = books.debtor()
    books.invoice(debtor)
    books.invoice(debtor, product=apart)
    assert len(books.open_cases()) == 2


def test_a_new_overdue_item_joins_the_open_case(books: Books) -> None:
    debtor = books.debtor()
    first = books.invoice(debtor)
    case = books.open_case(debtor)
    second = books.invoice(debtor, overdue=1)
    assert books.open_cases() == []
    assert books.items(case) == [first.number, second.number]


def test_credit_notes_are_netted(books: Books) -> None:
    owing, even = books.debtor("owing"), books.debtor("even")
    books.invoice(owing, 10_000)
    books.invoice(owing, -4_000, overdue=None)
    books.invoice(even, 4_000)
    books.invoice(even, -4_000, overdue=None)
    (case,) = books.open_cases()
    assert case.debtor_id == owing.id
    assert len(books.items(case)) == 2


def test_what_is_paid_or_disputed_opens_nothing(books: Books, session: Session) -> None:
    books.post(books.invoice(books.debtor("paid")), -10_000)
    disputed = books.invoice(books.debtor("disputed"))
    session.add(Dispute(receivable_id=disputed.id, reason="broken", opened_on=TODAY, opened_by="anna"))
    assert books.open_cases() == []


def test_items_closed_without_action_rest_until_a_new_one_is_overdue(books: Books, session: Session) -> None:
    debtor = books.debtor()
    old = books.invoice(debtor)
    close_case(session, books.open_case(debtor), "no_action", TODAY)
    assert books.open_cases(TOMORROW) == []
    new = books.invoice(debtor, overdue=1)
    assert books.items(books.open_case(debtor, TOMORROW)) == [old.number, new.number]


def test_what_outgrew_its_case_is_in_a_new_one_the_next_day(books: Books, session: Session) -> None:
    debtor = books.debtor()
    items = [books.invoice(debtor).number, books.invoice(debtor).number]
    close_case(session, books.open_case(debtor), "outgrown", TODAY)
    (again,) = books.open_cases(TOMORROW)
    assert (again.number, books.items(again)) == (2, items)


@pytest.mark.parametrize("outcome", ["no_action", "written_off"])
def test_a_person_brings_items_back(books: Books, session: Session, outcome: str) -> None:
    debtor = books.debtor()
    item = books.invoice(debtor)
    case = books.open_case(debtor)
    with pytest.raises(Refused, match="Case 1 is open"):
        bring_back(session, case, TODAY)
    close_case(session, case, outcome, TODAY)
    bring_back(session, case, TODAY)
    assert books.items(books.open_case(debtor, TOMORROW)) == [item.number]
    with pytest.raises(AlreadyDone, match="brought back"):
        bring_back(session, case, TOMORROW)


def test_what_was_written_off_waits_for_a_person_even_when_more_is_overdue(books: Books, session: Session) -> None:
    debtor = books.debtor()
    books.invoice(debtor)
    close_case(session, books.open_case(debtor), "written_off", TODAY)
    new = books.invoice(debtor, overdue=1)
    assert books.items(books.open_case(debtor, TOMORROW)) == [new.number]


def test_a_case_that_owes_nothing_is_told_paid(books: Books, session: Session) -> None:
    paying, owing = books.debtor("paying"), books.debtor("owing")
    one, two = books.invoice(paying), books.invoice(paying)
    books.invoice(owing)
    _, case = books.open_cases()
    books.post(one, -10_000)
    assert cases_now_paid(session, TODAY) == []
    assert release_paid_items(session, TODAY) == 1
    assert books.items(case) == [two.number]
    books.post(two, -10_000, on=TOMORROW)
    assert cases_now_paid(session, TODAY) == []
    assert cases_now_paid(session, TOMORROW) == [case.number]


def test_an_item_that_left_paid_joins_again_after_a_reversal(books: Books, session: Session) -> None:
    debtor = books.debtor()
    item = books.invoice(debtor)
    books.invoice(debtor)
    case = books.open_case(debtor)
    books.post(item, -10_000)
    release_paid_items(session, TODAY)
    books.post(item, 10_000, kind="reversal")
    books.open_cases(TOMORROW)
    assert item.number in books.items(case)


def test_closing_lets_the_items_go_and_happens_once(books: Books, session: Session) -> None:
    debtor = books.debtor()
    books.invoice(debtor)
    case = books.open_case(debtor)
    close_case(session, case, "paid", TODAY)
    assert session.scalars(select(CaseItem.left_on)).all() == [TODAY]
    with pytest.raises(AlreadyDone, match="was closed on 2026-05-04 as paid"):
        close_case(session, case, "paid", TODAY)


def test_the_lightest_loaded_active_member_becomes_owner(books: Books) -> None:
    for username in ("zoe", "adam", "ben"):
        books.person(username)
    books.person("aaron", active=False)
    for n in range(5):
        books.invoice(books.debtor(f"D-{n}"))
    assert [case.owner for case in books.open_cases()] == ["adam", "ben", "zoe", "adam", "ben"]


def test_the_decision_sees_the_facts_and_is_obeyed(books: Books, session: Session) -> None:
    seen = []

    def choose(facts: CaseFacts) -> Chosen:
        seen.append((facts.debtor.reference, facts.balance, facts.days_overdue))
        return Chosen("small_balance", None, 7)

    books.invoice(books.debtor(), 500)
    (case,) = open_cases(session, TODAY, choose)
    assert seen == [("D-1", {"EUR": 500}, 10)]
    assert (case.strategy, case.group_id, case.owner, case.priority) == ("small_balance", None, None, 7)


@pytest.mark.parametrize(
    ("chosen", "why"),
    [(Chosen("s", "nobodies", 5), "no staff group 'nobodies'"), (Chosen("s", None, 101), "let it give 0 to 100")],
)
def test_a_decision_that_cannot_be_obeyed_is_refused(books: Books, session: Session, chosen: Chosen, why: str) -> None:
    books.invoice(books.debtor())
    with pytest.raises(Refused, match=why):
        open_cases(session, TODAY, lambda _: chosen)


def test_who_must_not_be_contacted_still_has_a_case(books: Books) -> None:
    books.invoice(books.debtor(do_not_contact=True))
    assert len(books.open_cases()) == 1


def test_receivables_without_postings_owe_nothing(books: Books, session: Session) -> None:
    debtor = books.debtor()
    bare = {"number": "bare", "debtor_id": debtor.id, "product_id": books.product.id, "amount": 1, "currency": "EUR"}
    session.add(Receivable(**bare, due_date=TODAY - timedelta(days=9)))
    assert books.open_cases() == []
