"""Find out once per file how its amounts and dates are written; an honest doubt is an error."""

from collections import Counter
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass

from connectors.receivable_files.dates import (
    BY_CUSTOM,
    DAY_FIRST,
    MONTH_FIRST,
    TWO_DIGITS,
    UNSETTLED,
    YEAR_AHEAD,
    date_order,
)
from connectors.receivable_files.fields import AMOUNTS, DATES
from connectors.receivable_files.layout import Layout
from connectors.receivable_files.numbers import AMBIGUOUS, decimal_sign
from connectors.receivable_files.profile import Profile
from connectors.receivable_files.table import Table
from receivables.errors import UnusableFile

OVERRULED = 10  # a way of writing so many times rarer than the other is a slip, refused by its line
ENOUGH = 5_000  # cells that settle how a column is written
SETTLING = (".", ",", DAY_FIRST, MONTH_FIRST, YEAR_AHEAD)
REMEMBERED = 20_000  # dates repeat: so many different texts are looked at once only


@dataclass(frozen=True)
class Conventions:
    """Say per field which decimal sign amounts have and in which order dates stand."""

    decimals: Mapping[str, str]
    orders: Mapping[str, str | None]


class Evidence:
    """Count what the cells of one column give away, and keep an example of each."""

    def __init__(self) -> None:
        self.counts: Counter[str] = Counter()
        self.examples: dict[str, str] = {}
        self._known: dict[str, str | None] = {}

    def look(self, line: int, text: str, judge: Callable[[str], str | None]) -> None:
        """Count what one cell gives away."""
        if text not in self._known:
            if len(self._known) > REMEMBERED:
                self._known.clear()
            self._known[text] = judge(text)
        sign = self._known[text]
        if sign is not None:
            self.counts[sign] += 1
            if sign not in self.examples:
                self.examples[sign] = f"{text!r} on line {line}"

    def is_settled(self) -> bool:
        """Tell whether enough cells agree, so that what follows cannot overturn them."""
        doubtful = self.counts[UNSETTLED] + self.counts[TWO_DIGITS]
        return max((self.counts[sign] for sign in SETTLING), default=0) >= max(ENOUGH, doubtful)

    def winner(self, one: str, other: str) -> str | None:
        """Return the sign that clearly prevails, None without evidence; raise KeyError where both have some."""
        ranked = sorted((one, other), key=lambda sign: self.counts[sign])
        if self.counts[ranked[0]] * OVERRULED > self.counts[ranked[1]]:
            raise KeyError(*ranked)
        return ranked[1] if self.counts[ranked[1]] else None


def find_conventions(table: Table, layout: Layout, profile: Profile) -> Conventions:
    """Look at every row once; raise UnusableFile where the amounts or dates could mean two things."""
    amounts = {} if profile.decimal else {name: Evidence() for name in AMOUNTS if name in layout.positions}
    dates = {} if profile.date_format else {name: Evidence() for name in DATES if name in layout.positions}
    _gather(table, layout, amounts, dates)
    return Conventions(
        {name: profile.decimal or _decimal(name, amounts) for name in AMOUNTS if name in layout.positions},
        {name: _date_order(name, dates) for name in DATES if name in dates},
    )


def _gather(table: Table, layout: Layout, amounts: Mapping[str, Evidence], dates: Mapping[str, Evidence]) -> None:
    """Go through the rows until every column has given away enough."""
    columns = [(layout.positions[name], found, decimal_sign) for name, found in amounts.items()]
    columns += [(layout.positions[name], found, date_order) for name, found in dates.items()]
    for count, (line, cells) in enumerate(layout.rows(table), 1):
        if count % ENOUGH == 0:
            columns = [column for column in columns if not column[1].is_settled()]
            if not columns:
                return
        for place, found, judge in columns:
            if place < len(cells) and isinstance(cells[place], str):
                found.look(line, str(cells[place]).strip(), judge)


def _winner(name: str, found: Evidence, one: str, other: str, setting: str) -> str | None:
    try:
        return found.winner(one, other)
    except KeyError:
        raise UnusableFile(
            f"The column for {name} is written in two ways: {found.examples[one]} and {found.examples[other]}; "
            f"set `{setting}` in the profile"
        ) from None


def _decimal(name: str, amounts: Mapping[str, Evidence]) -> str:
    for candidate in (name, *amounts):
        sign = _winner(candidate, amounts[candidate], ".", ",", "decimal")
        if sign:
            return sign
    if example := amounts[name].examples.get(AMBIGUOUS):
        raise UnusableFile(
            f"The amounts are ambiguous: {example} could be a thousand or a fraction, and no row settles it; "
            "set `decimal` in the profile"
        )
    return "."


def _date_order(name: str, dates: Mapping[str, Evidence]) -> str | None:
    found = dates[name]
    if example := found.examples.get(TWO_DIGITS):
        raise UnusableFile(f"The dates are ambiguous: {example} has a two-digit year; set `date_format` in the profile")
    order = _winner(name, found, DAY_FIRST, MONTH_FIRST, "date_format")
    example = found.examples.get(UNSETTLED)
    if order or not example:
        return order or (DAY_FIRST if BY_CUSTOM in found.counts else None)
    if found.counts[YEAR_AHEAD] > found.counts[UNSETTLED] * OVERRULED:
        return None  # the few that stand out are refused by their lines
    return _settled_elsewhere(dates.values()) or _refuse(example)


def _settled_elsewhere(dates: Iterable[Evidence]) -> str | None:
    orders = {sign for found in dates for sign in (DAY_FIRST, MONTH_FIRST) if found.counts[sign]}
    return orders.pop() if len(orders) == 1 else None


def _refuse(example: str) -> str:
    raise UnusableFile(
        f"The dates are ambiguous: {example} could be day/month or month/day, and no row settles it; "
        'set `date_format` in the profile, such as "%d/%m/%Y" or "%m/%d/%Y"'
    )
