"""Gather what a file's rows say about each debtor."""

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from operator import itemgetter

from connectors.receivable_files.cells import filled, text_of
from connectors.receivable_files.table import Cell
from connectors.receivable_files.words import country_code, debtor_type, identifier, language_code, tidy
from receivables.imports.incoming import IncomingDebtor

FIELDS = IncomingDebtor._fields
COLUMNS = tuple({"name": "debtor_name", "type": "debtor_type"}.get(name, name) for name in FIELDS)
NUMERIC = ("tax_id", "segment", "risk_rating", "phone", "postcode")  # identifiers that may be printed as floats
LONGEST = 1_000  # characters
NOTHING = IncomingDebtor()


def _email(text: str) -> str | None:
    local, _, domain = text.rpartition("@")
    return text if local and "." in domain and " " not in text else None


MEANINGS: Mapping[str, Callable[[str], str | None]] = {
    "type": debtor_type,
    "country": country_code,
    "language": language_code,
    "email": _email,
}


def picker(places: Sequence[int]) -> Callable[[Sequence[Cell]], tuple[Cell, ...]]:
    """Return what takes the cells at some places out of a row, quickly."""
    if len(places) > 1:
        return itemgetter(*places)
    return lambda cells: tuple(cells[place] for place in places)


class DebtorReader:
    """Collect debtors from rows: the last row that says something about a debtor wins."""

    def __init__(self, positions: Mapping[str, int], defaults: Mapping[str, str]) -> None:
        self._names = [name for name, column in zip(FIELDS, COLUMNS, strict=True) if column in positions]
        self._pick = picker([positions[column] for column in COLUMNS if column in positions])
        self._defaults = [(name, defaults.get(column, "")) for name, column in zip(FIELDS, COLUMNS, strict=True)]
        self._found: dict[str, tuple[IncomingDebtor, str]] = {}
        self._last: dict[str, tuple[Cell, ...]] = {}
        self._not_understood: Counter[str] = Counter()

    def add(self, ref: str, number: str, cells: Sequence[Cell]) -> None:
        """Take note of one row's debtor."""
        raw = self._pick(cells)
        if self._last.get(ref) == raw:
            return
        self._last[ref] = raw
        older, first = self._found.get(ref, (NOTHING, number))
        said = {name: self._read(name, cell) for name, cell in zip(self._names, raw, strict=True)}
        new = IncomingDebtor(**said)
        self._found[ref] = new.over(older), first

    def debtors(self) -> dict[str, IncomingDebtor]:
        """Return every debtor, defaults filled in."""
        return {ref: self._completed(found, number, ref) for ref, (found, number) in self._found.items()}

    def warnings(self) -> tuple[str, ...]:
        """Say which cells were left out because nobody understood them."""
        return tuple(f"{what} ({times} times)" for what, times in self._not_understood.most_common(20))

    def _completed(self, found: IncomingDebtor, number: str, ref: str) -> IncomingDebtor:
        defaults = IncomingDebtor(
            *(
                self._read(name, filled(template, number, ref)) if template else None
                for name, template in self._defaults
            )
        )
        return found.over(defaults)

    def _read(self, name: str, cell: Cell) -> str | None:
        text = text_of(cell)[:LONGEST] if cell != "" else ""
        if not text:
            return None
        if name in NUMERIC:
            return identifier(text)
        if name not in MEANINGS:
            return tidy(text)
        meaning = MEANINGS[name](text)
        if meaning is None:
            self._not_understood[f"{name} {text[:60]!r} is not understood and was left out"] += 1
        return meaning
