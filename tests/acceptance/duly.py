"""Drive Duly as its users do, through the command line, on a folder of its own; read what it left behind."""

from __future__ import annotations

import csv
import json
import os
import subprocess
import sys
from collections.abc import Sequence
from datetime import date, timedelta
from pathlib import Path
from typing import Any

from tests import databases
from web.composition import build_context
from web.context import Context
from web.settings import Settings

DULY = (sys.executable, "-c", "from web.commands import main; main()")
BEGIN = date(2020, 5, 31)
PROFILE = """mode = "delta"
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


def command(home: Path, *arguments: str) -> tuple[list[str], dict[str, str]]:
    """Give the words and the environment of a command on a home folder."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("DULY_")}
    return [*DULY, *arguments], {**kept, **databases.environment(home)}


def duly(home: Path, *arguments: str) -> Any:
    """Run a command that prints JSON; give what it printed."""
    words, environment = command(home, *arguments)
    ended = subprocess.run(words, env=environment, capture_output=True, text=True, check=False)
    assert ended.returncode == 0, ended.stderr
    return json.loads(ended.stdout) if "--json" in arguments else ended.stdout


def parts_of(home: Path) -> Context:
    """Give the parts of the system on a home folder, to look into it."""
    return build_context(Settings(home=str(home), database_url=databases.option(home / "duly.sqlite")))


def begin(home: Path, file: Path) -> Any:
    """Make a database and import a file of receivables; give the import's report."""
    databases.ensure(home / "duly.sqlite")
    duly(home, "init")
    return bring_in(home, file)


def bring_in(home: Path, file: Path, *options: str, as_of: date = BEGIN, profile: str = PROFILE) -> Any:
    """Import a file of receivables as of a day; give the import's report."""
    written = home / "profile.toml"
    written.write_text(profile, encoding="utf-8")
    day = ("--as-of", as_of.isoformat())
    return duly(home, "import", "receivables", str(file), "--profile", str(written), *day, "--json", *options)


def run_arguments(last: date, *options: str) -> Sequence[str]:
    """Give the words of a run up to a day."""
    return ("run", "--as-of", BEGIN.isoformat(), "--until", last.isoformat(), "--json", *options)


def write_invoices(path: Path, debtors: int) -> Path:
    """Write a small portfolio: each debtor owes one to three invoices, overdue for one to thirty days."""
    with path.open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file)
        out.writerow(("doc_id", "cust_number", "name_customer", "posting_date", "due_in_date", "converted_usd"))
        for number in range(debtors):
            for item in range(1 + number % 3):
                due = BEGIN - timedelta(days=1 + (7 * number + 3 * item) % 30)
                issued = due - timedelta(days=30)
                name = f"Debtor {number}"
                out.writerow((f"INV-{number}-{item}", f"D{number:03}", name, issued, due, f"{40 + 311 * number}.5"))
    return path
