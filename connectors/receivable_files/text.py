"""Turn the bytes of a text file into text, whatever its encoding; knows no columns."""

import re

from charset_normalizer import from_bytes

from receivables.errors import UnusableFile

MARKS = (
    (b"\xef\xbb\xbf", "utf-8-sig"),
    (b"\xff\xfe\x00\x00", "utf-32"),
    (b"\x00\x00\xfe\xff", "utf-32"),
    (b"\xff\xfe", "utf-16"),
    (b"\xfe\xff", "utf-16"),
)
NOT_TEXT = (
    (b"%PDF", "a PDF; ask for the data as CSV or XLSX"),
    (b"\xd0\xcf\x11\xe0", "an old or encrypted Excel file; save it as .xlsx without a password"),
    (b"\x89PNG", "a picture"),
    (b"\xff\xd8\xff", "a picture"),
    (b"\x1f\x8b", "a compressed file; unpack it first"),
    (b"7z\xbc\xaf", "a compressed file; unpack it first"),
    (b"Rar!", "a compressed file; unpack it first"),
)
SINGLE_BYTE = ["cp1250", "cp1252", "cp1251", "cp1253", "cp1254", "cp1257", "iso8859_2", "iso8859_15", "cp852", "cp850"]
SAMPLE = 65_536  # bytes of lines with special letters: enough to tell the encoding
CONTROL = re.compile(r"[\x00-\x08\x0b\x0c\x0e-\x1f\x7f]")
TOLERATED = 0.001  # share of control characters from which a "text" is junk


def decode(data: bytes, encoding: str | None) -> str:
    """Return the text of a file; raise UnusableFile for what is empty or no text."""
    if not data.strip():
        raise UnusableFile("The file is empty")
    for magic, what in NOT_TEXT:
        if data.startswith(magic):
            raise UnusableFile(f"The file is {what}")
    name = encoding or find_encoding(data)
    try:
        text = data.decode("utf-8-sig" if name.lower() in ("utf-8", "utf8") else name)
    except (UnicodeError, LookupError) as error:
        raise UnusableFile(f"The file is not text in {name}: {error}; set `encoding` in the profile") from error
    return _checked(text.removeprefix("\ufeff"))


def _checked(text: str) -> str:
    nul = text.find("\0")
    if nul >= 0:
        line = text.count("\n", 0, nul) + 1
        raise UnusableFile(f"The file holds a NUL character on line {line}: it is binary or damaged")
    controls = sum(1 for _ in CONTROL.finditer(text))
    if controls > max(len(text) * TOLERATED, 5):
        raise UnusableFile(f"The file is not text: it holds {controls} control characters")
    if not text.strip():
        raise UnusableFile("The file is empty")
    return CONTROL.sub(" ", text) if controls else text


def find_encoding(data: bytes) -> str:
    """Return the encoding of a text's bytes; raise UnusableFile where none fits."""
    for mark, name in MARKS:
        if data.startswith(mark):
            return name
    if b"\0" in data[:SAMPLE]:
        return _wide(data[:SAMPLE])
    try:
        data.decode("utf-8")
    except UnicodeDecodeError:
        return _narrow(data)
    return "utf-8"


def _wide(sample: bytes) -> str:
    """Tell UTF-16 without a mark by where the zeros stand; half of plain Latin text are zeros on one side."""
    for name, start in (("utf-16-le", 1), ("utf-16-be", 0)):
        side = sample[start::2]
        if side.count(0) > len(side) * 0.6 and not sample[1 - start :: 2].count(0):
            return name
    raise UnusableFile("The file is binary, not text: it holds NUL bytes")


def _narrow(data: bytes) -> str:
    telling = b"\n".join(line for line in data[: SAMPLE * 64].splitlines() if not line.isascii())[:SAMPLE]
    best = from_bytes(telling or data[-SAMPLE:], cp_isolation=SINGLE_BYTE).best()
    if best is None:
        raise UnusableFile("The file is not readable as text in any usual encoding; set `encoding` in the profile")
    return best.encoding
