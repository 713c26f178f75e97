"""Whatever bytes come: a clear refusal or a result, never a crash."""

from contextlib import suppress
from datetime import date

from hypothesis import example, given, settings
from hypothesis import strategies as st

from connectors.receivable_files import propose_profile
from connectors.receivable_files.reading import read_file
from receivables.errors import UnusableFile
from tests.imports.importer import HEADER, profile, workbook

TEXT = f'{HEADER}\nF1,D1,2024-01-01,2024-02-01,"1,234.50"\nF2,D2,13.1.2024,,7\n'.encode()
BOOK = workbook(HEADER.split(","), ["F1", "D1", "2024-01-01", None, 5.5], [2.0, 3.0, None, date(2024, 1, 1), 7])
places = st.lists(st.tuples(st.floats(0, 1, exclude_max=True), st.binary(max_size=4)), min_size=1, max_size=6)


def damaged(data: bytes, wounds: list[tuple[float, bytes]]) -> bytes:
    for where, what in wounds:
        at = int(where * len(data))
        data = data[:at] + what + data[at + 2 :]
    return data


def read(data: bytes) -> None:
    with suppress(UnusableFile):
        propose_profile(data, "x")
    with suppress(UnusableFile):
        _, incoming = read_file(data, profile(), date(2024, 6, 1))
        assert incoming.rows == len(incoming.receivables) + len(incoming.refused) + incoming.repeated


@settings(deadline=None, max_examples=60)
@given(places)
def test_damaged_text_is_read_or_refused(wounds: list[tuple[float, bytes]]) -> None:
    read(damaged(TEXT, wounds))


@settings(deadline=None, max_examples=60)
@given(places)
def test_damaged_workbooks_are_read_or_refused(wounds: list[tuple[float, bytes]]) -> None:
    read(damaged(BOOK, wounds))


@settings(deadline=None, max_examples=60)
@given(st.binary(max_size=200))
@example(b"PK")
@example(b"\xff\xfe")
def test_any_bytes_are_read_or_refused(data: bytes) -> None:
    read(data)


@settings(deadline=None, max_examples=60)
@given(st.lists(st.lists(st.text(max_size=12), min_size=3, max_size=6), max_size=5))
def test_any_cells_are_read_or_refused(rows: list[list[str]]) -> None:
    quoted = (",".join('"' + cell.replace('"', '""') + '"' for cell in row) for row in rows)
    read("\n".join([HEADER, *quoted]).encode("utf-8", "replace"))
