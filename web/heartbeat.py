"""Say that due work goes on, and with that let go what today's portion is of work that was held back."""

from __future__ import annotations

from datetime import date, datetime

from sqlalchemy.orm import Session

from engine import gaps, holds
from receivables.calendars import is_business_day


def beat(session: Session, today: date, now: datetime) -> None:
    """Put on record that due work was done up to now, and do what the day brings to what is held."""
    gaps.beat(session, now)
    keep_up(session, today, now)


def keep_up(session: Session, today: date, now: datetime) -> None:
    """Let today's portion go, on business days, and end the holds of which nothing is left."""
    if is_business_day(today, None):
        holds.let_go_portion(session, today)
    holds.finish(session, now)
