"""What differs between two versions of a decision table: columns, rules, and the cells of each changed rule."""

from __future__ import annotations

from bisect import bisect_left
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import SequenceMatcher

from web.queries.decision_sheets import EMPTY, Column, Rule, Sheet

ADDED, REMOVED, CHANGED, SAME = "added", "removed", "changed", "same"
ALIKE = 0.5
"""The share of equal cells from which two rules count as one that was changed."""


@dataclass(frozen=True, slots=True)
class ColumnChange:
    """A column by its place (from 0) in both versions; None where it is not there."""

    label: str
    before: int | None
    after: int | None
    output: bool
    was: str = ""
    """How it was called, or what it looked at, before."""

    @property
    def state(self) -> str:
        """Whether it was added, removed, changed or is the same."""
        if self.before is None:
            return ADDED
        return REMOVED if self.after is None else CHANGED if self.was else SAME


@dataclass(frozen=True, slots=True)
class CellChange:
    """A cell in both versions; None where there is none."""

    before: str | None
    after: str | None

    @property
    def changed(self) -> bool:
        """Whether it says something else now."""
        return _plain(self.before) != _plain(self.after)


@dataclass(frozen=True, slots=True)
class RuleChange:
    """A rule with its numbers in both versions, its cells by the columns of the difference, its note last."""

    state: str
    before: int | None
    after: int | None
    cells: tuple[CellChange, ...]
    note: CellChange
    moved: bool = False

    @property
    def told(self) -> bool:
        """Whether there is anything to tell."""
        return self.state != SAME or self.moved


@dataclass(frozen=True, slots=True)
class Changes:
    """All that differs; `facts` are (what: a key, before, after) of the table as a whole."""

    columns: tuple[ColumnChange, ...]
    rules: tuple[RuleChange, ...]
    facts: tuple[tuple[str, str, str], ...]

    @property
    def any(self) -> bool:
        """Whether the two differ at all."""
        columns = any(column.state != SAME for column in self.columns)
        return columns or bool(self.facts) or any(rule.told for rule in self.rules)

    def count(self, state: str) -> int:
        """Say how many rules are in that state."""
        return sum(rule.state == state for rule in self.rules)


def changes(before: Sheet, after: Sheet) -> Changes:
    """Compare two versions of a decision."""
    columns = (
        *_columns(before.inputs, after.inputs, output=False),
        *_columns(before.outputs, after.outputs, output=True),
    )
    common = [each for each in columns if each.before is not None and each.after is not None]
    old = [_said(rule, [_cell(rule, each, each.before) for each in common]) for rule in before.rules]
    new = [_said(rule, [_cell(rule, each, each.after) for each in common]) for rule in after.rules]
    pairs = _pairs(old, new)
    return Changes(columns, tuple(_rules(before, after, pairs, columns)), tuple(_facts(before, after)))


def _facts(before: Sheet, after: Sheet) -> Iterator[tuple[str, str, str]]:
    for what in ("name", "question", "policy", "aggregation", "expression"):
        was, now = str(getattr(before, what)), str(getattr(after, what))
        if was != now:
            yield what, was, now


def _columns(before: Sequence[Column], after: Sequence[Column], *, output: bool) -> Iterator[ColumnChange]:
    """Yield the columns of now in their order, then those that are gone; found again by what they say, else by name."""
    left = dict(enumerate(before))
    for place, column in enumerate(after):
        same = [old for old, each in left.items() if each.text == column.text]
        alike = [old for old, each in left.items() if each.label == column.label]
        old = next(iter(same or alike), None)
        was = left.pop(old) if old is not None else column
        yield ColumnChange(column.label, old, place, output, _was(was, column))
    yield from (ColumnChange(column.label, old, None, output) for old, column in left.items())


def _was(before: Column, after: Column) -> str:
    if before.label != after.label:
        return before.label
    if before.text != after.text:
        return before.text
    return " ".join(filter(None, (before.type, before.allowed))) if before != after else ""


def _plain(cell: str | None) -> str:
    return "-" if cell is None or cell.strip() in EMPTY else " ".join(cell.split())


def _cell(rule: Rule | None, column: ColumnChange, place: int | None) -> str | None:
    if rule is None or place is None:
        return None
    return (rule.outputs if column.output else rule.inputs)[place]


@dataclass(frozen=True, slots=True)
class _Said:
    """A rule as it is compared: its id, and what it says in the columns that both versions have."""

    id: str
    cells: tuple[str, ...]


def _said(rule: Rule, cells: Iterable[str | None]) -> _Said:
    return _Said(rule.id, (*map(_plain, cells), _plain(rule.note)))


def _pairs(old: Sequence[_Said], new: Sequence[_Said]) -> dict[int, int]:
    """Find by a rule's place now its place before: what says the same, then what has its id, then what is alike."""
    same = SequenceMatcher(None, [each.cells for each in old], [each.cells for each in new], autojunk=False)
    found = {block.b + step: block.a + step for block in same.get_matching_blocks() for step in range(block.size)}
    _match(found, old, new, lambda was, now: was.cells == now.cells)
    _match(found, old, new, lambda was, now: bool(was.id) and was.id == now.id)
    _match(found, old, new, lambda was, now: _likeness(was.cells, now.cells) >= ALIKE)
    return found


def _match(
    found: dict[int, int], old: Sequence[_Said], new: Sequence[_Said], fits: Callable[[_Said, _Said], bool]
) -> None:
    left = [place for place in range(len(old)) if place not in set(found.values())]
    for place, now in enumerate(new):
        if place not in found and (was := next((each for each in left if fits(old[each], now)), None)) is not None:
            found[place] = was
            left.remove(was)


def _likeness(was: Sequence[str], now: Sequence[str]) -> float:
    """Say how many of the cells in which either says something are equal; all notes and dashes tell little."""
    told = [(one, two) for one, two in zip(was, now, strict=True) if {one, two} != {"-"}]
    return sum(one == two for one, two in told) / len(told) if told else 0.0


def _rules(before: Sheet, after: Sheet, pairs: dict[int, int], columns: Sequence[ColumnChange]) -> Iterator[RuleChange]:
    """Yield the rules of now in their order, each that is gone where it stood."""
    gone = [place for place in range(len(before.rules)) if place not in pairs.values()]
    kept = _in_order([pairs[place] for place in range(len(after.rules)) if place in pairs])
    for place, rule in enumerate(after.rules):
        was = pairs.get(place)
        while gone and was is not None and gone[0] < was and was in kept:
            yield _change(before.rules[gone.pop(0)], None, columns)
        old = before.rules[was] if was is not None else None
        yield _change(old, rule, columns, moved=was is not None and was not in kept)
    yield from (_change(before.rules[place], None, columns) for place in gone)


def _change(old: Rule | None, new: Rule | None, columns: Sequence[ColumnChange], *, moved: bool = False) -> RuleChange:
    cells = tuple(CellChange(_cell(old, each, each.before), _cell(new, each, each.after)) for each in columns)
    note = CellChange(old.note if old else None, new.note if new else None)
    differs = note.changed or any(each.changed for each in cells)
    state = ADDED if old is None else REMOVED if new is None else CHANGED if differs else SAME
    return RuleChange(state, old.number if old else None, new.number if new else None, cells, note, moved)


def _in_order(places: Sequence[int]) -> set[int]:
    """Give the most of them that still follow each other as before: the others were moved."""
    ends: list[int] = []  # the smallest end of a run, by its length
    runs: list[list[int]] = []
    for place in places:
        length = bisect_left(ends, place)
        run = [*(runs[length - 1] if length else []), place]
        ends[length : length + 1] = [place]
        runs[length : length + 1] = [run]
    return set(runs[-1]) if runs else set()
