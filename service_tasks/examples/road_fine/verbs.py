"""What the road fine's diagram may do."""

from __future__ import annotations

from sqlalchemy import Table

from engine.catalogue import Call, operator
from service_tasks.examples.road_fine.ledger import HANDED_OVER, PENALTY, Deed

DEED: Table = Deed.__table__  # type: ignore[assignment]


@operator("add_penalty", title="Add the penalty")
def add_penalty(call: Call) -> None:
    """Add the penalty, whatever was paid: whether it is asked for is the diagram's to decide."""
    _do(call, PENALTY, call.domain.amount + call.domain.penalty)


@operator("hand_over", title="Hand over for collection")
def hand_over(call: Call, *, amount: int) -> None:
    """Hand the fine over for collection with the `amount` that is owed, in cents."""
    _do(call, HANDED_OVER, amount)


@operator("close_fine", title="Close the fine")
def close_fine(call: Call, *, outcome: str) -> None:
    """Close the fine with a named outcome: paid or dismissed."""
    _do(call, outcome, None)


def _do(call: Call, deed: str, amount: int | None) -> None:
    call.write.insert(DEED, {"key": call.key, "deed": deed, "day": call.today, "amount": amount})
    call.write.history(kind=deed, detail={"amount": amount}, element=call.element, stage=call.stage)
