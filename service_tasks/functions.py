"""Offer diagrams what FEEL does not know."""

from __future__ import annotations

from datetime import date

from receivables import calendars


def add_business_days(day: date, n: int) -> date:
    """Return the n-th weekday after a day. Staff deadlines know no country's holidays: theirs differ by place."""
    return calendars.add_business_days(day, int(n), None)


FUNCTIONS = {"add business days": add_business_days}
