"""What every installation begins with, whether a person or a demo made it."""

from __future__ import annotations

from sqlalchemy.orm import Session

from receivables.seed import seed
from web import people


def first_rows(session: Session) -> None:
    """Add what every installation has: the roles, a staff group and the product of what names none."""
    seed(session)
    people.ensure_roles(session)
