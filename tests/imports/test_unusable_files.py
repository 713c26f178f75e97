"""Files that cannot be used: each says why, and nothing changes."""

import io
import zipfile
from typing import Any

import pytest

from connectors.receivable_files import xlsx_table
from receivables.errors import UnusableFile
from tests.imports.importer import HEADER, Importer, profile, workbook

ROW = "F1,D1,2024-01-01,2024-02-01,12.50"
PLAIN = f"{HEADER}\n{ROW}\n".encode()


def archive(**parts: bytes) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as target:
        for name, data in parts.items():
            target.writestr(name, data)
    return stream.getvalue()


def with_sheet(sheet: bytes) -> bytes:
    """Return a real workbook whose sheet's XML is another."""
    stream = io.BytesIO()
    source = zipfile.ZipFile(io.BytesIO(workbook(["x"])))
    with zipfile.ZipFile(stream, "w", zipfile.ZIP_DEFLATED) as target:
        for name in source.namelist():
            target.writestr(name, sheet if name.startswith("xl/worksheets/") else source.read(name))
    return stream.getvalue()


def sheet(body: str) -> bytes:
    space = "http://schemas.openxmlformats.org/spreadsheetml/2006/main"
    return f'<worksheet xmlns="{space}"><sheetData>{body}</sheetData></worksheet>'.encode()


FAR = sheet('<row r="1"><c r="A1"><v>1</v></c></row><row r="1048576"><c r="XFD1048576"><v>1</v></c></row>')
DEEP = sheet('<row r="4294967295"><c r="A4294967295"><v>1</v></c></row><row r="1"><c r="A1"><v>1</v></c></row>')


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (b"", "empty"),
        (b" \n\r\n", "empty"),
        (b"\xef\xbb\xbf", "empty|no rows"),
        (b"%PDF-1.7 ...", "PDF"),
        (b"\x89PNG\r\n\x1a\n\0\0", "picture"),
        (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1", "old or encrypted Excel"),
        (bytes(range(256)) * 40, "binary|NUL"),
        (b"\x01\x02\x03\x04\x05\x06\x07\x08" * 99, "not text"),
        (PLAIN.replace(b"12.50", b"12\x0050"), "NUL"),
        (HEADER.encode() + b"\n", "no rows"),
        (ROW.encode(), "lacks the column 'number'"),
        (PLAIN.replace(b"due_date", b"due_dat"), "lacks the column 'due_date' .did you mean 'due_dat'"),
        (PLAIN.replace(b"due_date", b"amount"), "lacks the column 'due_date'"),
        (b"number," + PLAIN.replace(b"\n", b"\nF0,", 1), "2 columns named 'number' .columns 1 and 2"),
        (b"PK\x03\x04 broken", "damaged"),
        (archive(**{"a.csv": PLAIN}), "no XLSX"),
        (workbook(), "no visible sheet"),
        (with_sheet(b"<worksheet"), "cannot be read|no visible sheet"),
        (with_sheet(FAR), "row 1048576 and column 16384"),
        (with_sheet(DEEP), "row 4294967295"),
    ],
)
def test_an_unusable_file_changes_nothing(importer: Importer, data: bytes, says: str) -> None:
    before = importer.contents()
    with pytest.raises(UnusableFile, match=says):
        importer.file(data, profile())
    assert importer.contents() == before


def test_a_bomb_is_not_unpacked(importer: Importer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xlsx_table, "MAX_UNPACKED", 8 << 20)
    bomb = archive(**{"xl/worksheets/sheet1.xml": b"", "xl/media/x": bytes(9 << 20)})
    assert len(bomb) < 1 << 20
    with pytest.raises(UnusableFile, match="more than 8 MB"):
        importer.file(bomb, profile())


@pytest.mark.parametrize(
    ("data", "says"),
    [
        (PLAIN + b'F2,D1,,,"' + b"x" * (50 << 20) + b'"\n', "million characters|larger than|field"),
        (PLAIN + b'F2,"D1,,,5\n' + b"F3,D1,2024-01-01,2024-02-01,5\n" * 9_000, "quotation mark"),
        (b",".join(b"c%d" % place for place in range(1_000_000)) + b"\n1\n", "columns|lacks"),
        (PLAIN + b"," * 1_000_000 + b"1\n", "columns"),
    ],
)
def test_monstrous_cells_and_rows_are_refused_at_once(importer: Importer, data: bytes, says: str) -> None:
    with pytest.raises(UnusableFile, match=says):
        importer.file(data, profile())


@pytest.mark.parametrize(
    ("dates", "says"),
    [
        (["3/4/2013", "5/6/2013"], "ambiguous: '3/4/2013' on line 2"),
        (["03-04-2013"], "ambiguous"),
        (["3/4/13", "13/4/13"], "two-digit year"),
        (["13/4/2013", "4/13/2013"], "written in two ways.*line 2.*line 3"),
    ],
)
def test_ambiguous_dates_are_an_error(importer: Importer, dates: list[str], says: str) -> None:
    rows = [f"F{place},D1,,{day},5" for place, day in enumerate(dates)]
    with pytest.raises(UnusableFile, match=f"(?s){says}.*date_format"):
        importer.rows(*rows)
    settled = {"date_format": "%d/%m/%Y"}
    assert importer.rows(*rows, settings=settled).rows == len(dates)


def test_a_single_day_settles_the_order_for_all_columns(importer: Importer) -> None:
    importer.rows("F1,D1,3/4/2013,3/25/2013,5", "F2,D1,4/4/2013,,5")
    assert importer.rows("F1,D1,2013-03-04,2013-03-25,5", "F2,D1,2013-04-04,,5").unchanged == 2


def test_dots_are_day_first(importer: Importer) -> None:
    importer.rows("F1,D1,3.4.2013,,5")
    assert importer.rows("F1,D1,2013-04-03,,5").unchanged == 1


@pytest.mark.parametrize("amounts", [["1.234", "12.345"], ["1,5", "1.5"]])
def test_ambiguous_amounts_are_an_error(importer: Importer, amounts: list[str]) -> None:
    rows = [f"F{place};D1;{amount}" for place, amount in enumerate(amounts)]
    data = "\n".join(["number;debtor_ref;amount", *rows]).encode()
    header = "number,debtor_ref,amount"
    with pytest.raises(UnusableFile, match="set `decimal`"):
        importer.file(data, profile(header))
    assert importer.file(data, profile(header, decimal=".")).rows == 2


@pytest.mark.parametrize(
    "settings",
    [{"encoding": "ascii"}, {"format": "xlsx"}, {"delimiter": ";"}],
)
def test_a_profile_that_does_not_fit_says_so(importer: Importer, settings: dict[str, Any]) -> None:
    with pytest.raises(UnusableFile, match=r"encoding|format|lacks"):
        importer.file(PLAIN.replace(b"D1", "Dé".encode()), profile(**settings))
    with pytest.raises(UnusableFile, match="XLSX"):
        importer.file(workbook(["x"]), profile(format="csv"))


def moved(place: str, sheet: bytes, kind: int = zipfile.ZIP_DEFLATED) -> bytes:
    """Return a real workbook whose sheet lies elsewhere in the archive."""
    stream = io.BytesIO()
    source = zipfile.ZipFile(io.BytesIO(workbook(["x"])))
    with zipfile.ZipFile(stream, "w", kind) as target:
        for name in source.namelist():
            leads = name.endswith((".rels", "[Content_Types].xml"))
            data = source.read(name).replace(b"worksheets/sheet1.xml", place.encode()) if leads else source.read(name)
            target.writestr(name, data)
        target.writestr(f"xl/{place}", sheet)
    return stream.getvalue()


def test_a_sheet_elsewhere_in_the_archive_is_measured_too(importer: Importer) -> None:
    with pytest.raises(UnusableFile, match="row 1048576"):
        importer.file(moved("elsewhere/data.bin", FAR), profile())


def test_a_reference_cut_by_much_white_space_is_measured_too(importer: Importer) -> None:
    far = FAR.replace(b'c r="XFD1048576"', b"c r" + b" " * (3 << 20) + b'="XFD1048576"').replace(
        b'row r="1048576"', b"row"
    )
    with pytest.raises(UnusableFile, match="column 16384"):
        importer.file(with_sheet(far), profile())


def test_columns_beyond_three_letters_are_measured_too(importer: Importer) -> None:
    far = sheet('<row r="1"><c r="A1"><v>1</v></c><c r="ZZZZZ1"><v>1</v></c></row>')
    with pytest.raises(UnusableFile, match="column 1235"):
        importer.file(with_sheet(far), profile())


def test_many_large_sheets_are_refused_together(importer: Importer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(xlsx_table, "MAX_CELLS", 100)
    large = sheet('<row r="1"><c r="A1"><v>1</v></c></row><row r="6"><c r="J6"><v>1</v></c></row>')
    parts = {f"xl/worksheets/sheet{place}.xml": large for place in (1, 2)}
    with pytest.raises(UnusableFile, match="together"):
        importer.file(archive(**parts), profile())


def test_packing_without_a_bound_is_refused(importer: Importer) -> None:
    with pytest.raises(UnusableFile, match="packed in a way"):
        importer.file(moved("worksheets/sheet2.xml", b"", zipfile.ZIP_LZMA), profile())
