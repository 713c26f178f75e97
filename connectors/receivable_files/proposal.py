"""Propose a profile from a file's header and first rows, for a person to correct."""

import re
import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from itertools import islice

from rapidfuzz import fuzz, process

from connectors.receivable_files.cells import text_of
from connectors.receivable_files.fields import REQUIRED
from connectors.receivable_files.layout import header_of
from connectors.receivable_files.profile import Profile
from connectors.receivable_files.reading import open_table
from connectors.receivable_files.synonyms import SYNONYMS
from connectors.receivable_files.table import TITLE_ROWS, Table
from receivables.errors import UnusableFile

LIKENESS = 82  # percent from which a column's name is taken for a synonym
SAMPLE_ROWS = 10
LIKELY = tuple(synonym for synonyms in SYNONYMS.values() for synonym in synonyms)


@dataclass(frozen=True)
class Proposal:
    """Carry a mapping that a person may correct; `Profile(columns=..., ...)` then checks it."""

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]
    """The first rows under the header, as texts."""
    columns: Mapping[str, str]
    missing: tuple[str, ...]
    """The fields that are needed and for which no column was found."""
    format: str
    delimiter: str | None

    def profile(self, defaults: Mapping[str, str]) -> Profile:
        """Return the proposed mapping as a profile; raise UnusableFile while something needed is missing."""
        return Profile(columns=self.columns, defaults=defaults)


def propose_profile(data: bytes, file_name: str) -> Proposal:
    """Guess which column is which field; raise UnusableFile where the file is no table."""
    try:
        table = open_table(data, None, LIKELY)
    except UnusableFile as error:
        raise UnusableFile(f"{file_name}: {error}") from error
    line, header = _header(table)
    rows = islice(((at, cells) for at, cells in table.rows() if at > line), SAMPLE_ROWS)
    texts = tuple(tuple(text_of(cell) for cell in cells[: len(header)]) for _, cells in rows)
    columns = match_columns(header)
    missing = tuple(field for field in REQUIRED if field not in columns)
    return Proposal(header, texts, columns, missing, table.format, table.delimiter)


def match_columns(header: Sequence[str]) -> dict[str, str]:
    """Return the likeliest column of each field; each column serves one field, doubled names none."""
    times = Counter(header)
    scores = sorted(
        (
            (_likeness(column, field), field, column)
            for column in header
            if column and times[column] == 1
            for field in SYNONYMS
        ),
        key=lambda score: -score[0],
    )
    found: dict[str, str] = {}
    for score, field, column in scores:
        if score >= LIKENESS and field not in found and column not in found.values():
            found[field] = column
    return {field: found[field] for field in SYNONYMS if field in found}


def _header(table: Table) -> tuple[int, tuple[str, ...]]:
    top = [(line, header_of(cells)) for line, cells in islice(table.rows(), TITLE_ROWS)]
    if not top:
        raise UnusableFile("The file holds no rows")
    return max(top, key=lambda row: len(match_columns(row[1][:200])))


def _likeness(column: str, field: str) -> float:
    name = plain_name(column)
    names = _plain_synonyms()[field]
    if name in names:
        return 200 - names.index(name)  # the likelier name of two fields wins
    return process.extractOne(name, names, scorer=fuzz.ratio)[1]


@cache
def _plain_synonyms() -> dict[str, list[str]]:
    return {field: [plain_name(synonym) for synonym in synonyms] for field, synonyms in SYNONYMS.items()}


def plain_name(name: str) -> str:
    """Return a column's name in small letters without accents, underscores and camel case."""
    spaced = re.sub(r"(?<=[a-z])(?=[A-Z])", " ", name)
    bare = "".join(letter for letter in unicodedata.normalize("NFKD", spaced) if not unicodedata.combining(letter))
    return " ".join(re.sub(r"[\W_]+", " ", bare.casefold().replace("ł", "l")).split())
