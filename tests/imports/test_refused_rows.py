"""Rows that are refused: by line and reason, and the rest goes in."""

import csv
from datetime import UTC, datetime
from pathlib import Path

import pytest

from connectors.receivable_files.formulas import marked, unmarked
from connectors.receivable_files.refused_file import write_refused
from receivables.imports.incoming import RefusedRow
from tests.imports.importer import HEADER, Importer

GOOD = "F9,D1,2024-01-01,2024-02-01,5"


@pytest.mark.parametrize(
    ("row", "reason"),
    [
        (",D1,,,5", "no number"),
        ("F1,,,,5", "no debtor"),
        ("F1,D1,,,", "no amount"),
        ("F1,D1,,,five", "amount 'five' is not readable"),
        ("F1,D1,,,1.2.3", "not readable"),
        ("F1,D1,,,-5", "negative, but the row is no credit note"),
        ("F1,D1,,,99999999999999999999", "larger than"),
        ("F1,D1,2024-02-30,,5", "issue_date '2024-02-30' is not readable"),
        ("F1,D1,,soon,5", "due_date 'soon' is not readable"),
        ("2.96062E+09,D1,,,5", "cut short by a spreadsheet"),
        ("F" * 300 + ",D1,,,5", "longer than 200"),
        ("F1,D1,,5", "4 columns where the header has 5"),
        ("F1,D1,,,5,6", "6 columns"),
        ("F9,D1,2024-01-01,2024-02-01,6", "F9 stands already on line 2 with other content"),
    ],
)
def test_a_bad_row_is_refused_and_the_rest_goes_in(importer: Importer, row: str, reason: str) -> None:
    result = importer.rows(GOOD, row, "F10,D1,,,7")
    assert (result.rows, result.accepted, result.rejected, result.created) == (3, 2, 1, 2)
    assert result.refused[0].line == 3
    assert reason in result.refused[0].reason
    assert importer.open() == {"F9": 500, "F10": 700}


@pytest.mark.parametrize("code", ["XXQ", "euros", "DEM"])
def test_an_unknown_currency_is_refused(importer: Importer, code: str) -> None:
    result = importer.rows(f"F1,D1,5,{code}", "F2,D1,5,usd", "F3,D1,5,", header="number,debtor_ref,amount,currency")
    assert [row.reason for row in result.refused] in ([f"unknown currency {code!r}"], [])
    assert result.total_amount["USD"] == 500


def test_a_word_for_word_repetition_is_no_error(importer: Importer) -> None:
    result = importer.rows(GOOD, GOOD, "F10,D1,,,7,")
    assert (result.rows, result.created, result.unchanged, result.rejected) == (3, 2, 1, 0)
    assert result.total_amount["EUR"] == 1_200


def test_a_missing_due_date_is_accepted(importer: Importer) -> None:
    assert importer.rows("F1,D1,00.00.0000,,5").created == 1


def test_refused_rows_are_kept_ready_to_be_corrected(importer: Importer) -> None:
    result = importer.rows(GOOD, 'F1,"Quoted, D",,,x', "F2,D1,,,")
    assert result.rejected_file is not None
    with Path(result.rejected_file).open(encoding="utf-8-sig", newline="") as stream:
        lines = list(csv.reader(stream))
    assert lines[0] == ["line", "reason", *HEADER.split(",")]
    assert lines[1][0] == "3"
    assert lines[1][2:] == ["F1", "Quoted, D", "", "", "x"]
    corrected = Path(result.rejected_file).read_text("utf-8-sig").replace(",x\n", ",8\n").replace(",x\r\n", ",8\r\n")
    again = importer.rows(
        *corrected.splitlines()[1:],
        header="line,reason," + HEADER,
        settings={"columns": {name: name for name in HEADER.split(",")}},
    )
    assert (again.created, again.rejected) == (1, 1)
    assert again.rejected_file not in {None, result.rejected_file}


def test_what_is_not_understood_about_a_debtor_is_left_out_and_said(importer: Importer) -> None:
    header = "number,debtor_ref,amount,country,language,email"
    result = importer.rows("F1,D1,5,Atlantis,Klingon,nobody", "F2,D2,5,Niemcy,de-AT,a@b.test", header=header)
    assert result.rejected == 0
    assert len(result.warnings) == 3
    assert "country 'Atlantis' is not understood" in " ".join(result.warnings)


@pytest.mark.parametrize("cell", ["=1+1", "@SUM(A1)", "+cmd|' /C calc'!A0", "-2+3+cmd", "'=1"])
def test_a_refused_cell_is_no_formula_and_comes_back_as_it_was(cell: str, tmp_path: Path) -> None:
    path = write_refused(
        tmp_path, "a.csv", ["number"], [RefusedRow(2, None, "bad", (cell,))], datetime(2026, 3, 2, tzinfo=UTC)
    )
    with path.open(encoding="utf-8-sig", newline="") as stream:
        written = list(csv.reader(stream))[1][2]
    assert written.startswith("'")
    assert unmarked(written) == cell


@pytest.mark.parametrize("cell", ["-5", "-1,234.50", "+48 22 123 45 67", "'s-Hertogenbosch", "x=1"])
def test_numbers_and_names_stay_as_they_were(cell: str) -> None:
    assert marked(cell) == cell
    assert unmarked(cell) == cell
