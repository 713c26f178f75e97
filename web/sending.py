"""Whether mail may leave: with SMTP set nothing does before an administrator turned sending on."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum

from email_validator import EmailNotValidError, validate_email
from sqlalchemy.orm import Session

from engine.errors import Unusable
from engine.settings_table import get_setting, set_setting
from engine.unit_of_work import Database
from web.settings import Settings

SETTING = "sending"


class Mode(StrEnum):
    """OFF: everything waits; ON: mail leaves; REDIRECT: all of it goes to one address."""

    OFF = "off"
    ON = "on"
    REDIRECT = "redirect"


@dataclass(frozen=True, slots=True)
class Sending:
    """The switch as it was set, by whom; `address` is where redirected mail goes."""

    mode: Mode = Mode.OFF
    address: str = ""


def sending(session: Session) -> Sending:
    """Read the switch; off until somebody turned it."""
    stored = get_setting(session, SETTING) or {}
    return Sending(Mode(stored.get("mode", Mode.OFF)), stored.get("address", ""))


def switch(session: Session, mode: Mode, *, address: str = "", by: str, now: datetime) -> Sending:
    """Turn the switch; raises Unusable for an address that is none."""
    if mode is Mode.REDIRECT:
        address = _checked(address)
    set_setting(session, SETTING, {"mode": mode.value, "address": address}, by=by, now=now)
    return Sending(mode, address)


def _checked(address: str) -> str:
    try:
        return validate_email(address, check_deliverability=False, test_environment=True).normalized
    except EmailNotValidError as wrong:
        raise Unusable(f"{address!r} is no e-mail address: {wrong}") from wrong


def gate(settings: Settings) -> Callable[[Session], bool]:
    """Give the dispatcher's gate; the mail folder is always open."""
    return lambda session: not settings.smtp_url or sending(session).mode is not Mode.OFF


def sending_by_smtp(settings: Settings, database: Database) -> bool:
    """Say whether mail leaves the house now."""
    if not settings.smtp_url:
        return False
    with database.reading() as session:
        return sending(session).mode is not Mode.OFF
