"""The two real files of the acceptance, with the profiles a user would write."""

from datetime import date

from connectors.receivable_files import Profile, parse_profile, propose_profile
from tests.imports.importer import Importer, shared_data

OPEN_ITEMS = """
mode = "delta"
[columns]
number = "doc_id"
debtor_ref = "cust_number"
debtor_name = "name_customer"
issue_date = "posting_date"
due_date = "due_in_date"
amount = "converted_usd"
[defaults]
currency = "USD"
country = "US"
email = "{debtor_ref}@debtors.test"
"""
US_DATES = """
date_format = "%m/%d/%Y"
[columns]
number = "invoiceNumber"
debtor_ref = "customerID"
issue_date = "InvoiceDate"
due_date = "DueDate"
amount = "InvoiceAmount"
settled_date = "SettledDate"
disputed = "Disputed"
[defaults]
currency = "USD"
"""


def us_dates() -> Profile:
    return parse_profile(US_DATES)


def test_open_items_come_in_whole_and_a_second_time_change_nothing(importer: Importer) -> None:
    path = shared_data() / "invoices/open_items.csv"
    how = parse_profile(OPEN_ITEMS)
    first = importer.file(path, how, as_of=date(2020, 5, 31))
    assert first.as_json() == {
        "rows": 9681,
        "accepted": 9681,
        "rejected": 0,
        "created": 9681,
        "updated": 0,
        "unchanged": 0,
        "settled": 0,
        "debtors": 694,
        "rounded": 631,
        "total_amount": {"USD": "310427859.02"},
        "open_amount": {"USD": "310427859.02"},
        "rejected_file": None,
    }
    before = importer.contents()
    second = importer.file(path, how, as_of=date(2020, 6, 30))
    assert (second.created, second.updated, second.settled, second.unchanged) == (0, 0, 0, 9681)
    assert importer.contents() == before
    assert "2960623488" in importer.open()


def test_settled_invoices_are_not_open_at_the_end(importer: Importer) -> None:
    result = importer.file(shared_data() / "invoices/accounts_receivable.csv", us_dates(), as_of=date(2014, 12, 31))
    assert (result.rows, result.rejected, result.debtors, result.settled) == (2466, 0, 100, 2466)
    assert result.as_json()["total_amount"] == {"USD": "147703.18"}
    assert result.as_json()["open_amount"] == {"USD": "0.00"}


def test_what_is_settled_later_is_open_until_then(importer: Importer) -> None:
    path = shared_data() / "invoices/accounts_receivable.csv"
    early = importer.file(path, us_dates(), as_of=date(2013, 6, 30))
    assert early.open_amount["USD"] == sum(importer.open(date(2013, 6, 30)).values()) == 3_737_844
    late = importer.file(path, us_dates(), as_of=date(2014, 12, 31))
    assert (late.updated, late.settled) == (620, 620)
    assert sum(importer.open(date(2014, 12, 31)).values()) == 0
    before = importer.contents()
    assert importer.file(path, us_dates(), as_of=date(2013, 6, 30)).updated == 0  # looking back changes nothing
    assert importer.contents() == before


def test_a_profile_is_proposed_for_both() -> None:
    folder = shared_data() / "invoices"
    proposed = propose_profile((folder / "open_items.csv").read_bytes(), "open_items.csv")
    assert proposed.missing == ()
    wanted = parse_profile(OPEN_ITEMS).columns
    assert {name: proposed.columns[name] for name in wanted} == wanted
    proposed = propose_profile((folder / "accounts_receivable.csv").read_bytes(), "accounts_receivable.csv")
    wanted = us_dates().columns
    assert {name: proposed.columns.get(name) for name in wanted} == wanted
    assert len(proposed.rows) == 10
