"""The blueprint that the files of the case pages share."""

from __future__ import annotations

from flask import Blueprint
from flask_babel import gettext as _
from sqlalchemy.orm import Session

from engine.errors import NotFound
from receivables.case import Case
from web.queries.cases import find_case

pages = Blueprint("cases", __name__, url_prefix="/cases")


def case_of(session: Session, number: int) -> Case:
    """Give a case; raise NotFound with words for people."""
    case = find_case(session, number)
    if case is None:
        raise NotFound(_("There is no case %(number)s.", number=number))
    return case
