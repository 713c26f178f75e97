"""A few receivables with their cases and the strategies that come with Duly."""

from datetime import date

from connectors.receivable_files import parse_profile
from service_tasks.events import begin_day
from web.bundles import deploy_bundle, read_bundle, shipped
from web.context import Context
from web.receiving import take_in

FILE = b"""invoice,customer,name,issued,due,amount,currency
A-1,C1,Novak,2025-12-20,2026-01-10,1000.50,EUR
A-2,C1,Novak,2026-01-06,2026-02-15,350.50,EUR
B-1,C2,Kowalski,2025-10-01,2025-11-01,400.00,PLN
"""
PROFILE = """
[columns]
number = "invoice"
debtor_ref = "customer"
debtor_name = "name"
issue_date = "issued"
due_date = "due"
amount = "amount"
currency = "currency"
[defaults]
country = "SK"
language = "en"
email = "{debtor_ref}@debtors.test"
"""


def deploy_all(parts: Context) -> None:
    """Deploy the strategies that come with Duly."""
    for folder in shipped():
        deploy_bundle(parts, read_bundle(folder), note="Comes with Duly", by="duly")


def bring_in(parts: Context, content: bytes = FILE) -> None:
    """Import receivables of two debtors and open their cases, of which no step was taken yet."""
    deploy_all(parts)
    with parts.unit_of_work() as session:
        profile, today = parse_profile(PROFILE), parts.today()
        take_in(parts, session, content, "open.csv", profile, as_of=today, by="supervisor")
    with parts.unit_of_work() as session:
        begin_day(session, today=date(2026, 3, 2), now=parts.now())
