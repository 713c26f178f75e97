from __future__ import annotations

import csv
import io
import zipfile

from python_calamine import load_workbook

from connectors.print_list.bundle import COLUMNS, PrintLetter, bundle

LETTERS = [
    PrintLetter("42", "demand.docx", b"one", "Łucja Żółć", ("Ring 5", "50667 Köln", "GERMANY"), "DE", "de"),
    PrintLetter("43", "../../demand.docx", b"two", "=cmd|' /C calc'!A1", ("a", "b", "c", "d", "e", "f"), "PL", "pl"),
]


def unpacked(letters: list[PrintLetter]) -> dict[str, bytes]:
    with zipfile.ZipFile(io.BytesIO(bundle(letters))) as archive:
        return {name: archive.read(name) for name in archive.namelist()}


def test_it_holds_each_letter_and_both_lists() -> None:
    files = unpacked(LETTERS)
    assert list(files) == ["0001-demand.docx", "0002-demand.docx", "addresses.csv", "addresses.xlsx"]
    assert files["0001-demand.docx"] == b"one"


def test_the_lists_say_the_same_and_nothing_of_an_address_is_lost() -> None:
    files = unpacked(LETTERS)
    rows = list(csv.reader(io.StringIO(files["addresses.csv"].decode("utf-8-sig"))))
    cells = load_workbook(io.BytesIO(files["addresses.xlsx"])).get_sheet_by_index(0).to_python()
    assert rows[0] == cells[0] == list(COLUMNS)
    assert rows[1] == cells[1]
    assert rows[1][1:7] == ["0001-demand.docx", "42", "Łucja Żółć", "Ring 5", "50667 Köln", "GERMANY"]
    assert rows[2][7] == "d / e / f"


def test_a_name_is_never_run_by_a_spreadsheet() -> None:
    files = unpacked(LETTERS)
    assert b"'=cmd" in files["addresses.csv"]
    cells = load_workbook(io.BytesIO(files["addresses.xlsx"])).get_sheet_by_index(0).to_python()
    assert cells[2][3] == "=cmd|' /C calc'!A1"  # a formula would have no value yet


def test_the_same_letters_give_the_same_bytes() -> None:
    assert bundle(LETTERS) == bundle(LETTERS)


def test_an_empty_list_is_a_list() -> None:
    assert list(unpacked([])) == ["addresses.csv", "addresses.xlsx"]
