"""The blueprint that the files of the debtor pages share."""

from __future__ import annotations

from flask import Blueprint
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from engine.errors import NotFound
from receivables.debtor import Debtor

pages = Blueprint("debtors", __name__, url_prefix="/debtors")


def debtor_of(session: Session, number: int) -> Debtor:
    """Give a debtor; raise NotFound with words for people."""
    debtor = session.get(Debtor, number)
    if debtor is None:
        raise NotFound(_("There is no debtor %(number)s.", number=number))
    return debtor
