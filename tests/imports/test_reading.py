"""Files as they come: delimiters, encodings, workbooks, titles, blank lines."""

from datetime import date, datetime

import pytest

from connectors.receivable_files import propose_profile
from receivables.debtor import Debtor
from receivables.receivable import Receivable
from tests.imports.importer import HEADER, Importer, profile, sheets, workbook

NAMED = "number,debtor_ref,debtor_name,amount"


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_any_usual_delimiter_is_found(importer: Importer, delimiter: str) -> None:
    text = f"{HEADER}\nF1,D1,2024-01-01,2024-02-01,12.50\n".replace(",", delimiter)
    assert importer.file(text.encode(), profile()).created == 1


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16", "utf-16-le", "utf-16-be", "cp1250"])
def test_any_usual_encoding_is_found(importer: Importer, encoding: str) -> None:
    names = ["Żółta Łódź sp. z o.o.", "Spoločnosť Ľubovňa, a.s.", "Kraków Śródmieście"]
    rows = "".join(f'F{place},D{place},"{name}",1\n' for place, name in enumerate(names))
    importer.file(f"{NAMED}\n{rows}".encode(encoding), profile(NAMED))
    assert sorted(debtor.name for debtor in importer.all(Debtor)) == sorted(names)


def test_western_letters_are_found_too(importer: Importer) -> None:
    rows = "".join(f"F{place},D{place},Müller & Söhne Großhandel für Bücher,1\n" for place in range(9))
    importer.file(f"{NAMED}\n{rows}".encode("cp1252"), profile(NAMED))
    assert {debtor.name for debtor in importer.all(Debtor)} == {"Müller & Söhne Großhandel für Bücher"}


def test_quotes_line_breaks_and_blank_lines(importer: Importer) -> None:
    text = f'\ufeff{NAMED}\r\n\r\nF1,D1,"Two ""lines""\nAG",1\r\n,,,\r\nF2,D2,x,abc\r\n\r\n\r\n'
    result = importer.file(text.encode(), profile(NAMED))
    assert (result.rows, result.created) == (2, 1)
    assert importer.one(Debtor).name == 'Two "lines" AG'
    assert result.refused[0].line == 6


@pytest.mark.parametrize("end", ["\n", "\r\n", "\r"])
def test_any_line_end_will_do(importer: Importer, end: str) -> None:
    text = end.join([NAMED, 'F1,D1,"Two\rlines",1', "F2,D2,x,y", "F3,D3,x,2"])
    result = importer.file(text.encode(), profile(NAMED))
    assert (result.rows, result.created) == (3, 2)
    assert importer.one(Debtor, reference="D1").name == "Two lines"


def test_a_header_is_found_under_titles_whatever_its_case(importer: Importer) -> None:
    text = "Open items\nas of,2024-06-01\n\n NUMBER ,Debtor_Ref,issue_date,due_date,amount\nF1,D1,,,1\n"
    assert importer.file(text.encode(), profile()).created == 1


def test_amounts_with_commas_for_decimals(importer: Importer) -> None:
    text = "number;debtor_ref;amount\nF1;D1;1.234\nF2;D1;1.234,50\n"
    importer.file(text.encode(), profile("number,debtor_ref,amount"))
    assert importer.open() == {"F1": 123_400, "F2": 123_450}


def test_a_workbook_is_known_by_its_content(importer: Importer) -> None:
    data = workbook(
        ["Open items"],
        [],
        HEADER.split(","),
        [2960623488.0, 7.0, datetime(2024, 1, 2), date(2024, 2, 1), 2.345],  # noqa: DTZ001
        ["0007", "D2", "2024-01-02", None, "12.5"],
        [None, None, None, None, None],
    )
    result = importer.file(data, profile())
    assert (result.rows, result.created, result.rounded) == (2, 2, 1)
    assert importer.open() == {"2960623488": 235, "0007": 1_250}
    item = importer.one(Receivable, number="2960623488")
    assert (item.issue_date, item.due_date) == (date(2024, 1, 2), date(2024, 2, 1))


def test_the_sheet_with_the_columns_is_taken(importer: Importer) -> None:
    data = sheets([["Cover"], ["made by us"]], [], [HEADER.split(","), ["F1", "D1", None, None, 5]])
    assert importer.file(data, profile()).created == 1
    assert propose_profile(data, "x.xlsx").missing == ()


def test_a_workbook_row_is_refused_by_the_number_people_see(importer: Importer) -> None:
    data = workbook([], [], HEADER.split(","), [], ["F1", "D1", None, None, "twelve"])
    assert importer.file(data, profile()).refused[0].line == 5


def test_columns_are_proposed_in_other_languages() -> None:
    text = (
        "Belegnummer;Kunden-Nr.;Kundenname;Rechnungsdatum;Fälligkeit;Betrag;Währung\n1;2;x;1.1.2024;1.2.2024;5,00;EUR\n"
    )
    found = propose_profile(text.encode(), "offene-posten.csv")
    assert (found.format, found.delimiter, found.missing) == ("csv", ";", ())
    assert found.columns == {
        "number": "Belegnummer",
        "debtor_ref": "Kunden-Nr.",
        "debtor_name": "Kundenname",
        "issue_date": "Rechnungsdatum",
        "due_date": "Fälligkeit",
        "amount": "Betrag",
        "currency": "Währung",
    }
    polish = propose_profile(b"Nr faktury,Nr klienta,Termin p\xc5\x82atno\xc5\x9bci,Kwota brutto\n1,2,,3\n", "x")
    assert list(polish.columns) == ["number", "debtor_ref", "due_date", "amount"]


def test_a_proposal_says_what_is_missing() -> None:
    assert propose_profile(b"colour,weight\nred,7\n", "x.csv").missing == ("number", "debtor_ref", "amount")
