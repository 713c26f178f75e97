import csv
import io
from dataclasses import dataclass
from datetime import date

import openpyxl
import pytest
from flask import Flask
from sqlalchemy import select

from receivables.staff import Person
from web.context import Context
from web.formats import Money
from web.tables import Badge, Column, Filter, Kind, Listed, Query, Table, view_of
from web.tables.export import export


@dataclass(frozen=True)
class Row:
    name: str
    amount: int
    due: date | None
    late: bool


ROWS = (
    Row("=HYPERLINK(1)", 123456, date(2026, 3, 1), late=True),
    Row("Novák", -50, None, late=False),
    Row("Kowalski", 99900, date(2026, 4, 1), late=False),
)
TABLE = Table(
    name="rows",
    columns=(
        Column(key="name", title="Name", value=lambda r: r.name, searched=True),
        Column(key="amount", title="Open", value=lambda r: Money(r.amount, "EUR"), kind=Kind.MONEY),
        Column(key="due", title="Due", value=lambda r: r.due, kind=Kind.DUE),
        Column(key="state", title="State", value=lambda r: Badge("late" if r.late else "fine"), kind=Kind.BADGE),
    ),
    filters=(
        Filter(
            key="late", title="Late", choices=[("1", "late"), ("0", "fine")], keep=lambda r, v: r.late == (v == "1")
        ),
    ),
    size=2,
)


def names(app: Flask, address: str) -> list[str]:
    with app.test_request_context(address):
        return [row.name for row in view_of(TABLE, Listed(ROWS)).rows]


def test_a_list_is_sorted_with_the_unknown_last(app: Flask) -> None:
    assert names(app, "/?sort=due") == ["=HYPERLINK(1)", "Kowalski"]
    assert names(app, "/?sort=-due") == ["Kowalski", "=HYPERLINK(1)"]
    assert names(app, "/?sort=due&page=2") == ["Novák"]


def test_a_list_is_searched_and_filtered(app: Flask) -> None:
    assert names(app, "/?q=NOVÁK") == ["Novák"]
    assert names(app, "/?late=1") == ["=HYPERLINK(1)"]


def test_nonsense_in_the_address_is_left_out(app: Flask) -> None:
    assert names(app, "/?sort=password&page=-1&late=7") == ["=HYPERLINK(1)", "Novák"]


def test_addresses_keep_what_the_reader_chose(app: Flask) -> None:
    with app.test_request_context("/list?tab=open&q=o&sort=name"):
        view = view_of(TABLE, Listed(ROWS))
        assert view.sort_address(TABLE.columns[0]) == "/list?tab=open&q=o&sort=-name"
        assert view.cleared() == "/list?tab=open"


def test_csv_holds_no_formula(app: Flask) -> None:
    with app.test_request_context("/"):
        text = export(TABLE, ROWS, "csv").get_data().decode("utf-8-sig")
    lines = list(csv.reader(io.StringIO(text)))
    assert lines[0] == ["Name", "Open", "Open (currency)", "Due", "State"]
    assert lines[1] == ["'=HYPERLINK(1)", "1234.56", "EUR", "2026-03-01", "late"]
    assert lines[2][1] == "-0.50"


def test_xlsx_holds_numbers_and_dates(app: Flask) -> None:
    with app.test_request_context("/"):
        book = openpyxl.load_workbook(io.BytesIO(export(TABLE, ROWS, "xlsx").get_data()))
    sheet = book.active
    assert sheet is not None
    assert sheet["A2"].data_type == "s"
    assert sheet["B2"].value == pytest.approx(1234.56)
    assert sheet["D2"].is_date


def test_amounts_in_several_currencies_get_a_column_each(app: Flask) -> None:
    columns = (Column(key="open", title="Open", value=lambda r: r, kind=Kind.MONEYS),)
    rows = [[Money(100, "EUR")], [Money(200, "PLN"), Money(300, "EUR")]]
    with app.test_request_context("/"):
        text = export(Table(name="t", columns=columns), rows, "csv").get_data().decode("utf-8-sig")
    assert text.splitlines() == ["Open (EUR),Open (PLN)", "1.00,", "3.00,2.00"]


def test_the_database_sorts_searches_and_pages(app: Flask, parts: Context) -> None:
    table = Table(
        name="people",
        size=2,
        columns=(
            Column(key="name", title="", value=lambda p: p.name, sort=Person.name, search=Person.name),
            Column(key="email", title="", value=lambda p: p.email, search=Person.email),
        ),
    )
    with app.test_request_context("/?sort=-name&q=or&page=1"), parts.reading() as session:
        view = view_of(table, Query(session, select(Person)))
        assert ([person.name for person in view.rows], view.total) == (["Supervisor", "Collector"], 4)
        assert view.pages == 2
