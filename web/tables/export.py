"""Tables as files: XLSX with real numbers and dates, CSV that no spreadsheet takes for formulas."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from decimal import Decimal
from typing import Any

import xlsxwriter
from flask import Response

from web.context import context
from web.formats import Money, local
from web.tables.column import Badge, Column, Kind, Table

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
FORMULA_STARTS = ("=", "+", "-", "@", "\t", "\r")
WIDEST = 60

Cell = str | int | Decimal | date | datetime | None


@dataclass(frozen=True)
class Field:
    """One column of the file."""

    title: str
    read: Callable[[Any], Cell]


def export(table: Table, rows: Sequence[Any], kind: str) -> Response:
    """Give all rows as a download, `kind` xlsx or csv."""
    fields = [field for column in table.columns for field in _fields(column, rows)]
    body = _xlsx(fields, rows) if kind == "xlsx" else _csv(fields, rows)
    name = f"{table.name}-{context().today().isoformat()}.{kind}"
    mimetype = XLSX if kind == "xlsx" else "text/csv; charset=utf-8"
    return Response(body, mimetype=mimetype, headers={"Content-Disposition": f'attachment; filename="{name}"'})


def _fields(column: Column, rows: Sequence[Any]) -> list[Field]:
    title = str(column.title)
    if column.kind is Kind.MONEY:
        return [
            Field(title, lambda row: (money := column.exported(row)) and money.amount),
            Field(f"{title} (currency)", lambda row: (money := column.exported(row)) and money.currency),
        ]
    if column.kind is Kind.MONEYS:
        currencies = sorted({money.currency for row in rows for money in column.exported(row) or ()})
        return [_in_currency(column, title, currency) for currency in currencies]
    return [Field(title, lambda row: _plain(column.exported(row)))]


def _in_currency(column: Column, title: str, currency: str) -> Field:
    def read(row: Any) -> Cell:
        found: list[Money] = [money for money in column.exported(row) or () if money.currency == currency]
        return found[0].amount if found else None

    return Field(f"{title} ({currency})", read)


def _plain(value: Any) -> Cell:
    if isinstance(value, Badge):
        return str(value.text)
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, datetime):
        return local(value).replace(tzinfo=None)
    return value if isinstance(value, int | Decimal | date | None) else str(value)


def _csv(fields: Sequence[Field], rows: Sequence[Any]) -> bytes:
    out = io.StringIO()
    writer = csv.writer(out)
    writer.writerow([_harmless(field.title) for field in fields])
    writer.writerows([_harmless(field.read(row)) for field in fields] for row in rows)
    return out.getvalue().encode("utf-8-sig")  # spreadsheets need the mark to see UTF-8


def _harmless(value: Cell) -> str:
    if isinstance(value, datetime):
        return value.isoformat(sep=" ", timespec="seconds")
    text = "" if value is None else str(value)
    return f"'{text}" if isinstance(value, str) and text.startswith(FORMULA_STARTS) else text


def _xlsx(fields: Sequence[Field], rows: Sequence[Any]) -> bytes:
    out = io.BytesIO()
    book = xlsxwriter.Workbook(out, {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False})
    sheet = book.add_worksheet()
    write = _Writer(book, sheet)
    for place, field in enumerate(fields):
        sheet.write_string(0, place, field.title, write.bold)
        values = [field.read(row) for row in rows]
        for line, value in enumerate(values, start=1):
            write.cell(line, place, value)
        sheet.set_column(place, place, min(max([len(field.title), *(len(str(v)) for v in values)]) + 2, WIDEST))
    sheet.freeze_panes(1, 0)
    sheet.autofilter(0, 0, max(len(rows), 1), max(len(fields) - 1, 0))
    book.close()
    return out.getvalue()


class _Writer:
    """Writes cells of one sheet in the format of their type."""

    def __init__(self, book: Any, sheet: Any) -> None:
        self.sheet = sheet
        self.bold = book.add_format({"bold": True})
        self.money = book.add_format({"num_format": "#,##0.00"})
        self.day = book.add_format({"num_format": "yyyy-mm-dd"})
        self.moment = book.add_format({"num_format": "yyyy-mm-dd hh:mm"})

    def cell(self, line: int, place: int, value: Cell) -> None:
        if isinstance(value, Decimal):
            self.sheet.write_number(line, place, value, self.money)
        elif isinstance(value, int):
            self.sheet.write_number(line, place, value)
        elif isinstance(value, datetime):
            self.sheet.write_datetime(line, place, value, self.moment)
        elif isinstance(value, date):
            self.sheet.write_datetime(line, place, value, self.day)
        elif value is not None:
            self.sheet.write_string(line, place, value)
