from __future__ import annotations

import json
from dataclasses import replace
from datetime import date

from hypothesis import given
from hypothesis import strategies as st

from receivables.facts import CaseFacts
from service_tasks.letters.figures import ALSO_OPEN, CREDIT, DEMANDED, figures, figures_agree, listed_items
from tests.letters.cases import a_case, credit_note, invoice


def parts(case: CaseFacts, level: int) -> dict[str, tuple[str, int]]:
    return {each.item.number: (each.part, each.level) for each in listed_items(case, level)}


def test_an_item_that_joined_a_late_case_is_only_also_open_and_climbs_one_level_at_a_time() -> None:
    case = a_case(invoice(1, level=2), invoice(2, level=0), invoice(3, level=3))
    assert parts(case, 3) == {"F1": (DEMANDED, 3), "F2": (ALSO_OPEN, 1), "F3": (DEMANDED, 3)}


def test_at_the_first_level_everything_overdue_is_demanded() -> None:
    assert parts(a_case(invoice(1), invoice(2)), 1) == {"F1": (DEMANDED, 1), "F2": (DEMANDED, 1)}


def test_an_item_that_was_at_a_later_level_never_falls_back() -> None:
    assert parts(a_case(invoice(1, level=4)), 2) == {"F1": (DEMANDED, 4)}


def test_disputed_and_not_yet_due_items_are_left_out() -> None:
    case = a_case(invoice(1), invoice(2, disputed=True, demandable=False), invoice(3, demandable=False))
    assert parts(case, 1) == {"F1": (DEMANDED, 1)}


def test_credit_notes_are_listed_and_netted_and_have_no_level() -> None:
    case = a_case(invoice(1), credit_note(2, 30_000))
    assert parts(case, 1)["K2"] == (CREDIT, 0)
    assert figures(case, 1)["totals"] == {"EUR": 70_000}


def test_a_part_paid_item_asks_for_the_rest_only() -> None:
    assert figures(a_case(invoice(1, open=12_345)), 1)["demanded"] == {"EUR": 12_345}


def test_totals_are_kept_per_currency_and_demanded_leaves_out_what_is_only_named() -> None:
    case = a_case(invoice(1, level=2), invoice(2, level=0, open=5_000), invoice(3, level=2, currency="PLN", open=900))
    assert figures(case, 3)["demanded"] == {"EUR": 100_000, "PLN": 900}
    assert figures(case, 3)["totals"] == {"EUR": 105_000, "PLN": 900}


def test_nothing_is_demanded_where_nothing_has_earned_the_level() -> None:
    assert figures(a_case(invoice(1, level=0), credit_note(2, 10)), 3)["demanded"] == {}


def test_more_credit_than_debt_demands_nothing() -> None:
    assert figures(a_case(invoice(1), credit_note(2, 200_000)), 1)["demanded"] == {}


def test_items_stand_oldest_first() -> None:
    old, new = invoice(9, due_date=date(2026, 1, 1)), invoice(1, due_date=date(2026, 5, 1))
    assert [each.item.number for each in listed_items(a_case(new, old), 1)] == ["F9", "F1"]


def test_figures_survive_json() -> None:
    case = a_case(invoice(1), credit_note(2, 10))
    stored = json.loads(json.dumps(figures(case, 1)))
    assert stored == figures(case, 1)
    assert figures_agree(stored, case)


def test_a_payment_a_dispute_or_a_new_credit_note_makes_a_letter_wrong() -> None:
    one, two = invoice(1), invoice(2)
    stated = figures(a_case(one, two), 1)
    assert figures_agree(stated, a_case(one, two))
    assert not figures_agree(stated, a_case(one, replace(two, open=99_999)))
    assert not figures_agree(stated, a_case(one))
    assert not figures_agree(stated, a_case(one, replace(two, disputed=True, demandable=False)))
    assert not figures_agree(stated, a_case(one, two, credit_note(3, 1)))
    assert not figures_agree(stated, a_case(one, replace(two, currency="PLN")))


def test_an_invoice_that_fell_due_since_does_not() -> None:
    stated = figures(a_case(invoice(1)), 1)
    assert figures_agree(stated, a_case(invoice(1, days_overdue=47), invoice(2)))


def test_a_letter_that_stated_nothing_never_agrees() -> None:
    assert not figures_agree(figures(a_case(), 1), a_case())


opens = st.lists(st.tuples(st.integers(1, 10**12), st.sampled_from(["EUR", "PLN"]), st.integers(0, 4)), max_size=20)


@given(opens, st.integers(1, 4))
def test_what_is_demanded_and_also_open_is_all_that_is_open(amounts: list[tuple[int, str, int]], level: int) -> None:
    items = [invoice(n, open=amount, currency=currency, level=at) for n, (amount, currency, at) in enumerate(amounts)]
    case = a_case(*items)
    assert figures(case, level)["totals"] == case.total_open
    assert all(each.level <= max(level, each.item.level) for each in listed_items(case, level))
    assert all(each.level <= each.item.level + 1 for each in listed_items(case, level))
