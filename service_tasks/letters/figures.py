"""Decide which items a message of a level names and how, and tell later whether that still holds."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from typing import Any

from receivables.balance import Amounts
from receivables.facts import CaseFacts, ItemFacts

DEMANDED, ALSO_OPEN, CREDIT = "demanded", "also_open", "credit"


@dataclass(frozen=True, slots=True)
class Listed:
    """One item as a message names it; `level` is the reminder that this message is for it (0: a credit note)."""

    item: ItemFacts
    part: str
    level: int


def listed_items(case: CaseFacts, level: int) -> tuple[Listed, ...]:
    """Return what a message of a level lists, oldest first, credit notes last.

    An item is demanded where its last reminder was the one before; what joined later has not earned this level yet
    and is only named, one level above its own. Disputed items and those not yet due are left out.
    """
    demandable = sorted((item for item in case.items if item.demandable and item.open > 0), key=_oldest_first)
    credit_notes = sorted((item for item in case.items if item.netted), key=_oldest_first)
    return (
        *(_listed(item, level) for item in demandable),
        *(Listed(item, CREDIT, 0) for item in credit_notes),
    )


def _oldest_first(item: ItemFacts) -> tuple[str, int]:
    return (str(item.due_date or item.issue_date or ""), item.receivable_id)


def _listed(item: ItemFacts, level: int) -> Listed:
    reached = max(item.level, min(level, item.level + 1))
    return Listed(item, DEMANDED if reached >= level else ALSO_OPEN, reached)


def totals_of(listed: Iterable[Listed]) -> Amounts:
    """Return the open amounts per currency, in minor units, sorted by currency."""
    totals: Amounts = {}
    for each in listed:
        totals[each.item.currency] = totals.get(each.item.currency, 0) + each.item.open
    return dict(sorted(totals.items()))


def figures(case: CaseFacts, level: int) -> dict[str, Any]:
    """Return as JSON what a message of a level states: `items`, and in minor units `totals` and `demanded` by currency.

    `demanded` leaves out what is only also open; empty, there is nothing that has earned this level.
    """
    listed = listed_items(case, level)
    demanded = [each for each in listed if each.part != ALSO_OPEN]
    return {
        "level": level,
        "totals": totals_of(listed),
        "demanded": {currency: amount for currency, amount in totals_of(demanded).items() if amount > 0}
        if any(each.part == DEMANDED for each in listed)
        else {},
        "items": [_figure(each) for each in listed],
    }


def _figure(each: Listed) -> dict[str, Any]:
    return {
        "receivable_id": each.item.receivable_id,
        "number": each.item.number,
        "open": each.item.open,
        "currency": each.item.currency,
        "level": each.level,
        "part": each.part,
    }


def figures_agree(figures: Mapping[str, Any], case: CaseFacts) -> bool:
    """Tell whether everything that a message states is still so: each item listed, its open amount, its credit notes.

    An invoice that fell due since does not make the message wrong; were it to, a debtor with a new invoice a day would
    never be written to. It is named in the next one.
    """
    stated = {(each["receivable_id"], each["open"], each["currency"]) for each in figures["items"]}
    now = listed_items(case, int(figures["level"]))
    holding = {(each.item.receivable_id, each.item.open, each.item.currency): each.part for each in now}
    credit_notes = {fact for fact, part in holding.items() if part == CREDIT}
    return bool(stated) and stated <= holding.keys() and credit_notes <= stated
