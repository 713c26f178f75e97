"""Import texts and workbooks into a database, in the words of the tests."""

import os
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from io import BytesIO
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select
from xlsxwriter import Workbook

from connectors.receivable_files import ImportResult, Profile, import_file
from engine.unit_of_work import Database
from receivables.balance import open_amounts
from receivables.base import ReceivablesBase
from receivables.imports.undo import Undone, undo
from receivables.imports.writing import table
from receivables.receivable import Receivable

NOW = datetime(2024, 6, 1, 12, tzinfo=UTC)
TODAY = date(2024, 6, 1)
HEADER = "number,debtor_ref,issue_date,due_date,amount"
LOG = ("import_run", "import_change")


def shared_data() -> Path:
    folder = Path(os.environ.get("DULY_SHARED_DATA", Path(__file__).parents[3] / "shared" / "data"))
    if not folder.is_dir():
        pytest.skip("the shared data is not here; say where with DULY_SHARED_DATA")
    return folder


def profile(header: str = HEADER, **settings: Any) -> Profile:
    """Map columns that bear our own names."""
    defaults = {"currency": "EUR"} | settings.pop("defaults", {})
    columns = settings.pop("columns", {name: name for name in header.split(",")})
    return Profile(columns=columns, defaults=defaults, **settings)


def workbook(*rows: list[Any]) -> bytes:
    return sheets(rows)


def sheets(*contents: Iterable[list[Any]]) -> bytes:
    stream = BytesIO()
    with Workbook(stream, {"in_memory": True, "default_date_format": "yyyy-mm-dd"}) as book:
        for rows in contents:
            sheet = book.add_worksheet()
            for place, row in enumerate(rows):
                sheet.write_row(place, 0, row)
    return stream.getvalue()


@dataclass
class Importer:
    database: Database
    folder: Path | None = None

    def rows(
        self, *rows: str, header: str = HEADER, settings: Mapping[str, Any] | None = None, **how: Any
    ) -> ImportResult:
        """Import comma-separated rows under a header of our own field names."""
        text = "\n".join([header, *rows]) + "\n"
        return self.file(text.encode(), profile(header, **settings or {}), **how)

    def file(self, data: bytes | Path, how: Profile, **order: Any) -> ImportResult:
        given: dict[str, Any] = {"as_of": TODAY, "today": TODAY, "by": "anna", "now": NOW}
        given |= {"refused_folder": self.folder} | order
        with self.database.unit_of_work() as session:
            return import_file(session, data, "receivables.csv", how, **given)

    def undo(self, run_id: int | None, *, sent: Collection[int] = ()) -> Undone:
        assert run_id is not None
        with self.database.unit_of_work() as session:
            return undo(session, run_id, by="anna", now=NOW, sent_on=lambda cases: bool(set(cases) & set(sent)))

    def open(self, as_of: date = TODAY) -> dict[str, int]:
        """What is open of each receivable, in minor units."""
        with self.database.reading() as session:
            amounts = open_amounts(session, as_of)
            numbers = session.execute(select(Receivable.number, Receivable.id))
            return {number: amounts[row_id] for number, row_id in numbers if row_id in amounts}

    def contents(self) -> dict[str, list[Any]]:
        """Every row of every table, the log of imports left out."""
        with self.database.reading() as session:
            return {
                each.name: [tuple(row) for row in session.execute(select(each).order_by(*each.primary_key.columns))]
                for each in ReceivablesBase.metadata.sorted_tables
                if each.name not in LOG
            }

    def one(self, model: type[ReceivablesBase], **where: Any) -> Any:
        with self.database.reading() as session:
            return session.scalars(select(model).filter_by(**where)).one()

    def all(self, model: type[ReceivablesBase], **where: Any) -> list[Any]:
        with self.database.reading() as session:
            return list(session.scalars(select(model).filter_by(**where).order_by(table(model).c.id)))
