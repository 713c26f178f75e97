"""Understand the Road Traffic Fine Management log: which of its activities says what, and in which attribute."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation
from pathlib import Path

from connectors.event_logs.event import LogEvent
from connectors.event_logs.reading import read_events
from engine.errors import Unusable

LARGEST = Decimal(10_000_000)  # no fine is higher; a wrong column may be
OF_THE_PREFECTURE, OF_THE_JUDGE = "#", "G"
"""The codes in `dismissal` by which prefecture and judge accept an appeal."""


@dataclass(frozen=True, slots=True)
class FineEvent:
    """One thing that happened to a fine on a day; `amount` in cents where the kind has one.

    Kinds: made, sent (its postage), notified, penalty (the new total), paid, appeal_lodged, appeal_accepted,
    appeal_rejected, handed_over.
    """

    case: str
    kind: str
    day: date
    amount: int | None = None


Reading = Callable[[LogEvent], tuple[str, int | None]]


def read_road_fines(path: Path) -> Iterator[FineEvent]:
    """Give what happened, in the order of the file; raises Unusable with the place and the attribute at fault."""
    for event in read_events(path):
        reading = ACTIVITIES.get(event.activity)
        if reading is None:
            raise Unusable(f"{event.place}: the log of road fines knows no activity {event.activity!r}.")
        kind, amount = reading(event)
        yield FineEvent(event.case, kind, _day(event), amount)


def _day(event: LogEvent) -> date:
    """Give the local day: moments are local midnight, which in UTC is the day before."""
    try:
        return date.fromisoformat(event.timestamp[:10])
    except ValueError:
        raise Unusable(f"{event.place}: {event.timestamp!r} is no time such as 2001-05-05T00:00:00+02:00.") from None


def _cents(event: LogEvent, attribute: str) -> int:
    text = _given(event, attribute)
    try:
        value = Decimal(text)
    except InvalidOperation:
        value = Decimal("NaN")
    if not value.is_finite() or not 0 <= value <= LARGEST:
        raise Unusable(f"{event.place}: {attribute!r} of {event.activity!r} is {text!r}, which is no amount.")
    return int((value * 100).to_integral_value())


def _given(event: LogEvent, attribute: str) -> str:
    if attribute not in event.attributes:
        raise Unusable(f"{event.place}: {event.activity!r} of case {event.case} lacks {attribute!r}.")
    return event.attributes[attribute]


def _with(kind: str, attribute: str) -> Reading:
    return lambda event: (kind, _cents(event, attribute))


def _just(kind: str) -> Reading:
    return lambda _event: (kind, None)


def _appeal(accepting: str, otherwise: str) -> Reading:
    return lambda event: ("appeal_accepted" if _given(event, "dismissal") == accepting else otherwise, None)


ACTIVITIES: Mapping[str, Reading] = {
    "Create Fine": _with("made", "amount"),
    "Send Fine": _with("sent", "expense"),
    "Insert Fine Notification": _just("notified"),
    "Add penalty": _with("penalty", "amount"),
    "Payment": _with("paid", "paymentAmount"),
    "Insert Date Appeal to Prefecture": _just("appeal_lodged"),
    "Send Appeal to Prefecture": _appeal(OF_THE_PREFECTURE, "appeal_lodged"),
    "Receive Result Appeal from Prefecture": _just("appeal_answered"),
    "Notify Result Appeal to Offender": _just("appeal_rejected"),
    "Appeal to Judge": _appeal(OF_THE_JUDGE, "judged"),
    "Send for Credit Collection": _just("handed_over"),
}
