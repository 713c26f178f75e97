"""Write logs of road fines as the office's system exports them: by case, at local midnight, amounts with a point."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterable
from datetime import date

COLUMNS = ("case_id", "event_idx", "activity", "timestamp", "amount", "expense", "paymentAmount", "dismissal")
ACTIVITIES = {
    "made": ("Create Fine", "amount"),
    "sent": ("Send Fine", "expense"),
    "notified": ("Insert Fine Notification", ""),
    "penalty": ("Add penalty", "amount"),
    "paid": ("Payment", "paymentAmount"),
    "lodged": ("Insert Date Appeal to Prefecture", ""),
    "sent_on": ("Send Appeal to Prefecture", "dismissal"),
    "answered": ("Receive Result Appeal from Prefecture", ""),
    "told": ("Notify Result Appeal to Offender", ""),
    "judged": ("Appeal to Judge", "dismissal"),
    "handed_over": ("Send for Credit Collection", ""),
}


class Fine:
    """One case: `Fine("A").made("2001-01-10", "50.0").notified("2001-02-01")`; days are local."""

    def __init__(self, case: str) -> None:
        self.case = case
        self.events: list[tuple[str, str, str]] = []

    def __getattr__(self, kind: str) -> Callable[..., Fine]:
        if kind not in ACTIVITIES:
            raise AttributeError(kind)

        def add(day: str, value: str = "") -> Fine:
            self.events.append((kind, day, value))
            return self

        return add

    def rows(self) -> Iterable[dict[str, str]]:
        for number, (kind, day, value) in enumerate(self.events):
            activity, attribute = ACTIVITIES[kind]
            row = {"case_id": self.case, "event_idx": str(number), "activity": activity, "timestamp": midnight(day)}
            yield row | ({attribute: value} if attribute else {})


def midnight(day: str) -> str:
    """Write local midnight as Italy has it: an hour ahead of UTC in winter, two in summer."""
    summer = 4 <= date.fromisoformat(day).month <= 9
    return f"{day}T00:00:00+0{1 + summer}:00"


def as_csv(*fines: Fine) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.DictWriter(text, COLUMNS, restval="")
    writer.writeheader()
    for fine in fines:
        writer.writerows(fine.rows())
    return text.getvalue().encode()


def as_xes(*fines: Fine) -> bytes:
    traces = "".join(map(_trace, fines))
    return f'<?xml version="1.0"?><log xmlns="http://www.xes-standard.org/">{traces}</log>'.encode()


def _trace(fine: Fine) -> str:
    return f"<trace>{_strings({'concept:name': fine.case})}{''.join(map(_event, fine.rows()))}</trace>"


def _event(row: dict[str, str]) -> str:
    names = {"activity": "concept:name", "timestamp": "time:timestamp"}
    return f"<event>{_strings({names.get(key, key): value for key, value in row.items() if key != 'case_id'})}</event>"


def _strings(pairs: dict[str, str]) -> str:
    return "".join(f'<string key="{key}" value="{value}"/>' for key, value in pairs.items())
