"""The demo's people, one account per role, and the company they work for."""

from __future__ import annotations

from pathlib import Path

from sqlalchemy import select
from sqlalchemy.orm import Session

from receivables.creditor import Creditor, CreditorAccount
from receivables.seed import COLLECTIONS
from receivables.staff import StaffGroup
from web import people

PEOPLE = (
    ("anna", "Anna Collector", "collector"),
    ("ben", "Ben Collector", "collector"),
    ("cyril", "Cyril Collector", "collector"),
    ("sue", "Sue Supervisor", "supervisor"),
    ("sam", "Sam Supervisor", "supervisor"),
    ("alan", "Alan Analyst", "analyst"),
    ("ada", "Ada Administrator", "administrator"),
    ("oto", "Oto Auditor", "auditor"),
)
ACCOUNTS = "demo-accounts.txt"


def hire(session: Session) -> dict[str, str]:
    """Add the people and their group; gives the passwords by username (needs an application context)."""
    passwords = {username: people.new_password() for username, _, _ in PEOPLE}
    hired = {
        username: people.add(
            session,
            username=username,
            name=name,
            email=f"{username}@borealis.example",
            roles=[role],
            password=passwords[username],
        )
        for username, name, role in PEOPLE
    }
    group = session.scalars(select(StaffGroup).where(StaffGroup.key == COLLECTIONS)).one()
    group.supervisor = "sue"
    group.members = [hired[name] for name in ("anna", "ben", "cyril")]
    return passwords


def found_company(session: Session) -> None:
    """Set the creditor in whose name letters go out."""
    creditor = session.scalars(select(Creditor)).first() or Creditor(name="")
    creditor.name, creditor.street, creditor.city = "Borealis Trading a.s.", "Nábrežná 12", "Bratislava"
    creditor.postcode, creditor.country, creditor.tax_id = "811 02", "SK", "SK2020202020"
    creditor.email, creditor.reply_to = "receivables@borealis.example", "receivables@borealis.example"
    creditor.phone, creditor.signature = "+421 2 5555 0100", "Sue Supervisor, Head of Receivables"
    creditor.accounts = [
        CreditorAccount(iban="SK3112000000198742637541", bic="TATRSKBX", bank="Demo Bank", currency="EUR"),
        CreditorAccount(iban="PL61109010140000071219812874", bic="WBKPPLPP", bank="Demo Bank", currency="PLN"),
    ]
    session.add(creditor)


def keep_accounts(folder: Path, passwords: dict[str, str]) -> None:
    """Keep the accounts in a file that only its owner reads, so that they can be shown again."""
    path = folder / ACCOUNTS
    path.touch(mode=0o600)
    roles = {username: role for username, _, role in PEOPLE}
    lines = [f"{roles[name]:14} {name:8} {password}" for name, password in passwords.items()]
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
