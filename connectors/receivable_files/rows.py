"""Turn one row's cells into a receivable, or say why not."""

from collections.abc import Callable, Collection, Sequence
from datetime import date
from typing import TypeVar

from connectors.receivable_files.cells import AmountColumn, DateColumn, RowRefused, TextColumn, text_of
from connectors.receivable_files.conventions import Conventions
from connectors.receivable_files.layout import Layout
from connectors.receivable_files.profile import Profile
from connectors.receivable_files.table import Cell
from connectors.receivable_files.words import CREDIT_NOTE, TRUE, identifier, is_cut
from receivables.imports.incoming import IncomingReceivable
from receivables.money import known_currency

LONGEST = 200  # characters of an identifier

T = TypeVar("T")


class RowReader:
    """Read rows of one file with one profile; dates after `as_of` that say 'settled' are not yet known."""

    def __init__(
        self,
        profile: Profile,
        layout: Layout,
        conventions: Conventions,
        as_of: date,
        known_stages: Collection[str] | None = None,
    ) -> None:
        self._profile = profile
        self._places = layout.positions
        self._as_of = as_of
        self._true = TRUE if profile.true is None else frozenset(word.casefold().strip() for word in profile.true)
        self._ref = self._texts("debtor_ref", lambda text: _identifier("debtor", text))
        self._currency = self._texts("currency", _currency)
        self._is_credit = self._texts("kind", lambda text: text.casefold() in CREDIT_NOTE or self._is_true(text))
        self._disputed = self._texts("disputed", self._is_true)
        self._knows_disputes = "disputed" in {*layout.positions, *profile.defaults}
        self._product = self._texts("product", lambda text: _short("product", text))
        self._product_group = self._texts("product_group", lambda text: _short("product_group", text))
        self._amount, self._open_amount = (self._amounts(name, conventions) for name in ("amount", "open_amount"))
        self._stages = {_folded(theirs): ours for theirs, ours in profile.stages.items()}
        self._known_stages = known_stages
        self._stage = self._texts("stage", self._ours)
        self._issued, self._due, self._settled, self._since = (
            self._dates(name, conventions) for name in ("issue_date", "due_date", "settled_date", "stage_since")
        )

    def number(self, cells: Sequence[Cell]) -> str:
        """Return the row's number, or nothing."""
        place = self._places["number"]
        return identifier(text_of(cells[place])) if place < len(cells) else ""

    def read(self, line: int, cells: Sequence[Cell]) -> IncomingReceivable:
        """Return the row as a receivable; raise RowRefused with the reason."""
        number = _identifier("number", self.number(cells))
        ref = self._ref.read(cells, number)
        currency = self._currency.read(cells, number, ref)
        is_credit = self._is_credit.read(cells, number, ref)
        amount, rounded = self._amount.read(cells, currency, is_credit=is_credit)
        if amount is None:
            raise RowRefused("no amount")
        stated, also_rounded = self._open_amount.read(cells, currency, is_credit=is_credit)
        settled_on = self._settled.read(cells)
        open_amount = self._open(amount, stated, settled_on)
        return IncomingReceivable(
            line,
            number,
            ref,
            "credit_note" if is_credit else "invoice",
            self._issued.read(cells),
            self._due.read(cells),
            -amount if is_credit else amount,
            -open_amount if is_credit else open_amount,
            settled_on if settled_on and settled_on <= self._as_of else None,
            currency,
            self._disputed.read(cells, number, ref) if self._knows_disputes else None,
            self._product.read(cells, number, ref),
            self._product_group.read(cells, number, ref),
            rounded + also_rounded,
            stage := self._stage.read(cells, number, ref),
            self._since_when(cells) if stage else None,
        )

    def _since_when(self, cells: Sequence[Cell]) -> date | None:
        since = self._since.read(cells)
        if since is not None and since > self._as_of:
            raise RowRefused(f"stage_since {since} lies after the day of the file, {self._as_of}")
        return since

    def _ours(self, text: str) -> str | None:
        """Give a stage as the strategies name it."""
        if not text:
            return None
        stage = self._stages.get(_folded(text), _folded(text))
        if self._known_stages is not None and stage not in self._known_stages:
            known = ", ".join(sorted(self._known_stages))
            raise RowRefused(f"no strategy has the stage {text[:80]!r}; they have {known}")
        return stage

    def _open(self, amount: int, stated: int | None, settled_on: date | None) -> int:
        is_settled = settled_on is not None and settled_on <= self._as_of
        if stated is None:
            return 0 if is_settled else amount
        return amount if stated == 0 and settled_on and not is_settled else stated

    def _texts(self, name: str, meaning: Callable[[str], T]) -> TextColumn[T]:
        return TextColumn(self._places.get(name), self._profile.defaults.get(name, ""), meaning)

    def _amounts(self, name: str, conventions: Conventions) -> AmountColumn:
        default = self._profile.defaults.get(name, "")
        return AmountColumn(name, self._places.get(name), default, conventions.decimals.get(name, "."))

    def _dates(self, name: str, conventions: Conventions) -> DateColumn:
        default = self._profile.defaults.get(name, "")
        order, date_format = conventions.orders.get(name), self._profile.date_format
        return DateColumn(name, self._places.get(name), default, order, date_format)

    def _is_true(self, text: str) -> bool:
        return identifier(text.casefold()) in self._true


def _folded(stage: str) -> str:
    return "_".join(stage.casefold().replace("-", " ").replace("_", " ").split())


def _identifier(what: str, text: str) -> str:
    found = _short(what, text)
    if found is None:
        raise RowRefused(f"no {what}")
    if is_cut(found):
        raise RowRefused(f"the {what} {found} was cut short by a spreadsheet; export it as text")
    return found


def _short(what: str, text: str) -> str | None:
    if len(text) > LONGEST:
        raise RowRefused(f"the {what} is longer than {LONGEST} characters")
    return identifier(text) or None


def _currency(text: str) -> str:
    code = text.upper()
    if not code:
        raise RowRefused("no currency")
    if not known_currency(code):
        raise RowRefused(f"unknown currency {text[:20]!r}")
    return code
