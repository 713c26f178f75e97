"""What a later file does to the ledger: only what differs is posted, debtors keep their history."""

from datetime import date, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from receivables.debtor import Contact, Debtor, FormerName
from receivables.dispute import Dispute
from receivables.posting import Posting
from receivables.product import Product, ProductGroup
from receivables.receivable import Receivable
from tests.imports.importer import Importer

OPEN = "number,debtor_ref,amount,open_amount"
SETTLED = "number,debtor_ref,issue_date,amount,settled_date"
JUNE, JULY = date(2024, 6, 1), date(2024, 7, 1)


def test_an_invoice_is_posted_when_issued_and_its_settlement_when_settled(importer: Importer) -> None:
    result = importer.rows("F1,D1,2024-01-10,100,2024-03-01", "F2,D1,2024-09-01,50,2024-09-09", header=SETTLED)
    assert (result.created, result.settled) == (2, 1)
    assert [(each.kind, each.booked_on, each.amount, each.source) for each in importer.all(Posting)] == [
        ("invoice", date(2024, 1, 10), 10_000, "erp"),
        ("settlement", date(2024, 3, 1), -10_000, "erp"),
        ("invoice", JUNE, 5_000, "erp"),
    ]


def test_what_a_file_says_is_open_is_reached_by_a_settlement_that_day(importer: Importer) -> None:
    importer.rows("F1,D1,100,100", "F2,D1,80,30", header=OPEN)
    assert importer.open() == {"F1": 10_000, "F2": 3_000}
    result = importer.rows("F1,D1,100,40", "F2,D1,80,0", header=OPEN, as_of=JULY)
    assert (result.updated, result.settled) == (2, 1)
    assert importer.open(JULY) == {"F1": 4_000, "F2": 0}
    assert importer.open(JUNE) == {"F1": 10_000, "F2": 3_000}


def test_what_was_settled_may_be_open_again(importer: Importer) -> None:
    importer.rows("F1,D1,100,0", header=OPEN)
    assert importer.rows("F1,D1,100,70", header=OPEN, as_of=JULY).updated == 1
    assert importer.open(JULY) == {"F1": 7_000}
    assert importer.all(Posting)[-1].kind == "reversal"


def test_an_older_file_does_not_disturb_what_is_known_of_later_days(importer: Importer) -> None:
    importer.rows("F1,D1,100,100", header=OPEN, as_of=date(2024, 5, 1))
    importer.rows("F1,D1,100,0", header=OPEN, as_of=JULY)
    importer.rows("F1,D1,100,60", header=OPEN, as_of=JUNE)
    assert [importer.open(day)["F1"] for day in (date(2024, 5, 1), JUNE, JULY)] == [10_000, 6_000, 0]


def test_a_new_amount_or_due_date_is_an_update(importer: Importer) -> None:
    importer.rows("F1,D1,2024-01-01,2024-02-01,100")
    result = importer.rows("F1,D1,2024-01-01,2024-03-01,90")
    assert (result.updated, result.created) == (1, 0)
    item = importer.one(Receivable)
    assert (item.due_date, item.amount, importer.open()) == (date(2024, 3, 1), 9_000, {"F1": 9_000})
    assert [each.kind for each in importer.all(Posting)] == ["invoice", "correction"]


def test_a_currency_does_not_change(importer: Importer) -> None:
    importer.rows("F1,D1,,,100")
    result = importer.rows("F1,D1,,,100", settings={"defaults": {"currency": "USD"}})
    assert (result.accepted, result.rejected) == (0, 1)
    assert "cannot become USD" in result.refused[0].reason


def test_credit_notes_lower_what_is_owed(importer: Importer) -> None:
    header = "number,debtor_ref,amount,kind"
    result = importer.rows("F1,D1,100,invoice", "C1,D1,-30,Credit Note", "C2,D1,20,CN", "F2,D1,-1,", header=header)
    assert (result.created, result.rejected) == (3, 1)
    assert importer.open() == {"F1": 10_000, "C1": -3_000, "C2": -2_000}
    assert importer.one(Receivable, number="C2").kind == "credit_note"
    assert result.as_json()["total_amount"] == {"EUR": "50.00"}


def test_amounts_are_rounded_half_up_and_counted_per_currency(importer: Importer) -> None:
    header = "number,debtor_ref,amount,currency"
    result = importer.rows("F1,D1,0.005,EUR", "F2,D1,2.5,JPY", "F3,D1,1.0005,KWD", "F4,D1,1.1000,EUR", header=header)
    assert result.rounded == 3
    assert result.as_json()["total_amount"] == {"EUR": "1.11", "JPY": "3", "KWD": "1.001"}


def test_a_debtor_keeps_former_names_and_contacts(importer: Importer) -> None:
    header = "number,debtor_ref,amount,debtor_name,email,city"
    importer.rows("F1,D1,5,Old Ltd,a@b.test,Brno", "F2,D1,5,Old Ltd,a@b.test,Brno", header=header)
    result = importer.rows("F1,D1,5,New Ltd,c@b.test,Brno", "F2,D1,5,,,", header=header, as_of=JULY)
    assert (result.updated, result.unchanged) == (1, 1)
    assert importer.one(Debtor).name == "New Ltd"
    assert (importer.one(FormerName).name, importer.one(FormerName).until) == ("Old Ltd", JULY)
    mails = importer.all(Contact, channel="email")
    assert [(each.value, each.source, each.valid_from, each.valid_until) for each in mails] == [
        ("a@b.test", "import", JUNE, date(2024, 6, 30)),
        ("c@b.test", "import", JULY, None),
    ]
    assert importer.one(Contact, channel="postal").city == "Brno"
    before = importer.contents()
    again = importer.rows("F1,D1,5,New Ltd,c@b.test,Brno", "F2,D1,5,,,", header=header, as_of=JULY)
    assert (again.updated, importer.contents()) == (0, before)


def test_a_new_debtors_contacts_are_as_old_as_the_first_invoice(importer: Importer) -> None:
    header = "number,debtor_ref,issue_date,amount,email"
    rows = ("F1,D1,2024-03-05,5,a@b.test", "F2,D1,2024-02-01,5,a@b.test", "F3,D2,,5,d@b.test")
    importer.rows(*rows, header=header, as_of=JULY)
    begun = {each.value: each.valid_from for each in importer.all(Contact)}
    assert begun == {"a@b.test": date(2024, 2, 1), "d@b.test": JULY}
    importer.rows("F1,D1,2024-03-05,5,b@b.test", header=header, as_of=JULY + timedelta(days=1))
    assert importer.one(Contact, value="b@b.test").valid_from == JULY + timedelta(days=1)


def test_debtors_are_described_in_many_words(importer: Importer) -> None:
    header = "number,debtor_ref,amount,debtor_type,tax_id,country,language,segment,postcode"
    importer.rows("F1,7.0,5,B2C,123.0,Słowacja,Slovak,A,1234.0", header=header)
    debtor = importer.one(Debtor)
    assert (debtor.reference, debtor.type, debtor.tax_id, debtor.country) == ("7", "consumer", "123", "SK")
    assert (debtor.language, debtor.segment, debtor.name) == ("sk", "A", "7")
    assert importer.one(Contact).postcode == "1234"


def test_defaults_fill_what_is_empty(importer: Importer) -> None:
    defaults = {"email": "{debtor_ref}+{number}@x.test", "country": "PL", "debtor_name": "Customer {debtor_ref}"}
    header = "number,debtor_ref,amount,country"
    importer.rows("F1,D1,5,", "F2,D1,5,DE", header=header, settings={"defaults": defaults})
    debtor = importer.one(Debtor)
    assert (debtor.name, debtor.country) == ("Customer D1", "DE")
    assert importer.one(Contact).value == "D1+F1@x.test"


def test_disputes_open_and_close_with_the_file(importer: Importer) -> None:
    header = "number,debtor_ref,amount,disputed"
    importer.rows("F1,D1,5,Yes", "F2,D1,5,no", header=header)
    assert importer.one(Dispute).reason == "reported by the accounting system"
    assert importer.rows("F1,D1,5,yes", "F2,D1,5,no", header=header).updated == 0
    assert importer.rows("F1,D1,5,no", "F2,D1,5,no", header=header, as_of=JULY).updated == 1
    assert importer.one(Dispute).closed_on == JULY


def test_own_words_for_true(importer: Importer) -> None:
    importer.rows(
        "F1,D1,5,klar", "F2,D1,5,yes", header="number,debtor_ref,amount,disputed", settings={"true": ("klar",)}
    )
    assert importer.one(Dispute).receivable_id == importer.one(Receivable, number="F1").id


def test_products_and_groups_are_made_when_unknown(importer: Importer) -> None:
    importer.rows(
        "F1,D1,5,gas,energy", "F2,D1,5,,energy", "F3,D1,5,,", header="number,debtor_ref,amount,product,product_group"
    )
    assert {each.key for each in importer.all(Product)} == {"gas", "energy", "general"}
    assert {each.key for each in importer.all(ProductGroup)} == {"energy", "general"}
    importer.rows("F3,D1,5,gas", header="number,debtor_ref,amount,product")
    assert importer.one(Receivable, number="F3").product_id == importer.one(Product, key="gas").id


def test_a_trial_counts_the_same_and_changes_nothing(importer: Importer) -> None:
    importer.rows("F1,D1,100,100", "F2,D2,5,5", header=OPEN)
    before = importer.contents()
    rows = ("F1,D1,90,0", "F2,D9,5,5", "F3,D3,7,7", "F4,D1,x,1")
    tried = importer.rows(*rows, header=OPEN, as_of=JULY, dry_run=True)
    assert (importer.contents(), tried.run_id) == (before, None)
    done = importer.rows(*rows, header=OPEN, as_of=JULY)
    assert tried.as_json() | {"rejected_file": ""} == done.as_json() | {"rejected_file": ""}


@pytest.mark.parametrize("rows", [0, 1, 7])
def test_progress_is_told(importer: Importer, rows: int) -> None:
    heard: list[tuple[int, int]] = []
    lines = [f"F{place},D1,,,5" for place in range(rows)] + ["X,D1,,,bad"]
    importer.rows(*lines, progress=lambda done, total: heard.append((done, total)))
    assert heard == ([(rows, rows)] if rows else [])


amounts = st.integers(0, 10**9)


@settings(max_examples=10, suppress_health_check=[HealthCheck.function_scoped_fixture], deadline=None)
@given(st.lists(st.tuples(amounts, amounts), min_size=1, max_size=5))
def test_whatever_files_say_is_what_is_open(importer: Importer, reports: list[tuple[int, int]]) -> None:
    for place, (amount, still_open) in enumerate(reports, 1):
        day = date(2024, 1, place)
        row = f"F1,D1,{amount / 100:.2f},{still_open / 100:.2f}"
        importer.rows(row, header=OPEN, as_of=day)
        assert importer.open(day)["F1"] == still_open
        assert importer.rows(row, header=OPEN, as_of=day).updated == 0
