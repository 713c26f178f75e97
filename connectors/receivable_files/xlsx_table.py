"""Read a sheet of a workbook as a table; guards against archives made to exhaust memory."""

import io
import lzma
import re
import struct
import zipfile
import zlib
from collections.abc import Collection, Iterator

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, SheetTypeEnum, SheetVisibleEnum

from connectors.receivable_files.table import MAX_CELL, MAX_COLUMNS, TITLE_ROWS, Row, Table, is_blank
from receivables.errors import UnusableFile

MAX_UNPACKED = 512 * 1024 * 1024
MAX_PARTS = 10_000
MAX_CELLS = 30_000_000
BLOCK = 1 << 20
OVERLAP = 64  # bytes kept of the block before, so that no reference is cut in two
REFERENCE = re.compile(rb"""\br\s*=\s*["']([A-Za-z]+)?([0-9]+)["']""")
WHITE = re.compile(rb"\s{2,}")
PACKED = frozenset({zipfile.ZIP_STORED, zipfile.ZIP_DEFLATED})
BROKEN = (
    *(zipfile.BadZipFile, zlib.error, lzma.LZMAError, struct.error),  # what unpacking a damaged archive raises
    *(EOFError, NotImplementedError, RuntimeError, OSError, ValueError, LookupError),
)
SHEETS = re.compile(r"/?xl/worksheets/", re.IGNORECASE)


def is_archive(data: bytes) -> bool:
    """Tell whether the bytes begin like a ZIP archive, as every XLSX does."""
    return data[:2] == b"PK"


def xlsx_table(data: bytes, wanted: Collection[str]) -> Table:
    """Return the visible sheet with most wanted names near its top; raise UnusableFile where none holds anything."""
    _guard(data)
    names = {" ".join(name.split()).casefold() for name in wanted}
    sheet = max(_sheets(data), key=lambda sheet: _merit(sheet, names))
    first = (sheet.start or (0, 0))[0]
    return Table(lambda: _rows(sheet, first), "xlsx")


def _merit(sheet: CalamineSheet, names: Collection[str]) -> int:
    top = sheet.to_python(skip_empty_area=True, nrows=TITLE_ROWS)
    return max(sum(" ".join(str(cell).split()).casefold() in names for cell in cells) for cells in top)


def _rows(sheet: CalamineSheet, first: int) -> Iterator[Row]:
    for line, cells in enumerate(sheet.to_python(skip_empty_area=True), first + 1):
        if is_blank(cells):
            continue
        if any(isinstance(cell, str) and len(cell) > MAX_CELL for cell in cells):
            raise UnusableFile(f"Row {line} has a cell of more than {MAX_CELL} characters")
        yield line, cells


def _sheets(data: bytes) -> list[CalamineSheet]:
    try:
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(data))
        visible = [
            workbook.get_sheet_by_name(meta.name)
            for meta in workbook.sheets_metadata
            if meta.typ == SheetTypeEnum.WorkSheet and meta.visible == SheetVisibleEnum.Visible
        ]
    except (CalamineError, OSError, ValueError) as error:
        raise UnusableFile(f"The workbook cannot be read: {error}") from error
    except BaseException as error:
        if type(error).__name__ != "PanicException":  # what the reader raises on a broken file is no Exception
            raise
        raise UnusableFile("The workbook cannot be read: it is damaged") from None
    filled = [sheet for sheet in visible if sheet.height]
    if not filled:
        raise UnusableFile("The workbook has no visible sheet with anything on it")
    return filled


def _guard(data: bytes) -> None:
    """Unpack every part once, counting, before a reader that trusts the archive sees it."""
    try:
        with zipfile.ZipFile(io.BytesIO(data)) as archive:
            parts = archive.infolist()
            if len(parts) > MAX_PARTS or sum(part.file_size for part in parts) > MAX_UNPACKED:
                raise UnusableFile(
                    f"The workbook unpacks to more than {MAX_UNPACKED >> 20} MB; split it or save it as CSV"
                )
            if not any(SHEETS.match(part.filename) for part in parts):
                raise UnusableFile("The file is a ZIP archive but no XLSX workbook; unpack it first")
            if sum(_guarded(archive, part) for part in parts) > MAX_CELLS:
                raise UnusableFile("The sheets have too many cells together; keep the one to be imported")
    except BROKEN as error:
        raise UnusableFile(f"The workbook is damaged or encrypted: {error}") from error


def _guarded(archive: zipfile.ZipFile, part: zipfile.ZipInfo) -> int:
    """Return how many cells a part spans, whatever its path: the workbook itself says where its sheets lie."""
    if part.compress_type not in PACKED:
        raise UnusableFile("The workbook is packed in a way no spreadsheet uses; save it anew")
    rows = columns = 1
    tail = b""
    with archive.open(part) as stream:
        while block := stream.read(BLOCK):
            text = WHITE.sub(b" ", tail + block)  # else a reference could be longer than what is kept of a block
            rows, columns = _extent(text, rows, columns)
            tail = text[-OVERLAP:]
    if columns > MAX_COLUMNS or rows * columns > MAX_CELLS:
        raise UnusableFile(f"A sheet reaches to row {rows} and column {columns}; delete what stands far outside")
    return rows * columns


def _extent(block: bytes, rows: int, columns: int) -> tuple[int, int]:
    found = set(REFERENCE.findall(block))
    rows = max([rows, *(int(row) for _, row in found)])
    names = {name for name, _ in found if name}
    return rows, max([columns, *map(_column, names)])


def _column(name: bytes) -> int:
    number = 0
    for letter in name.upper():
        number = number * 26 + letter - 64
    return number
