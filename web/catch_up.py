"""After a gap: notice it, hold what fell due, let it go as a person says; one way for workers, pages and commands.

A gap is a pause of due work that is longer than the setting says, weekends not counted; or messages that could not
leave for so long because sending was off.
"""

from __future__ import annotations

import logging
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from sqlalchemy import func, select
from sqlalchemy.orm import Session

from engine import gaps, holds
from engine.errors import Conflict, Unusable
from engine.gaps import Gap, IsGap
from engine.tables import OutboxRow
from receivables.calendars import SATURDAY
from web.clock import is_demo
from web.context import Context
from web.day_run import begin_today, resting_since
from web.heartbeat import beat, keep_up
from web.sending import Mode, Sending, sending, switch
from web.settings import Settings

log = logging.getLogger("duly.catch_up")
DAY = timedelta(days=1)
BEAT_EVERY = timedelta(minutes=1)


def watch(parts: Context) -> bool:
    """Notice a gap before anything is done; say whether due work may be done at all: not after a long rest.

    The demo's clock goes on while nobody looks, and is moved by people: its jumps are no gaps.
    """
    if resting_since(parts.database, parts.today()):
        return False
    now, pauses = parts.now(), is_gap(parts.settings)
    with parts.reading() as session:
        last = gaps.last_beat(session)
    if last is not None and pauses(last, now) and not is_demo(parts.database):
        _begin_day(parts, now)
        with parts.unit_of_work() as session:
            _tell(gaps.notice(session, now=now, is_gap=pauses))
    return True


def worked(parts: Context) -> None:
    """Put on record, once a minute, that due work was done; a machine that slept in the middle of it is noticed."""
    if not watch(parts):
        return
    now = parts.now()
    with parts.reading() as session:
        last = gaps.last_beat(session)
    if last is None or abs(now - last) >= BEAT_EVERY:
        with parts.unit_of_work() as session:
            beat(session, parts.today(), now)


def wake(parts: Context) -> None:
    """Begin today after a long rest with everything held that fell due in it; raises Conflict where Duly is awake."""
    since = resting_since(parts.database, parts.today())
    if since is None:
        raise Conflict("Duly is awake: what is due is done by itself, or held where there was a gap.")
    now = parts.now()
    with parts.reading() as session:
        last = gaps.last_beat(session) or datetime.combine(since, time(), tzinfo=parts.settings.zone)
    with parts.unit_of_work() as session:
        gap = Gap(last, now)
        gaps.stood_still(session, gap)
        _tell(gap)
    begin_today(parts.database, parts.today(), now)


def release(parts: Context, *, by: str, per_day: int | None = None) -> None:
    """Let go what is held: all of it now, or so many cases and messages each business day.

    Raises Conflict where nothing is held, Unusable for no number of cases.
    """
    if per_day is not None and per_day < 1:
        raise Unusable(f"{per_day} a day would never end: let at least 1 go a day.")
    with parts.unit_of_work() as session:
        _demand_holds(session)
        holds.release(session, by=by, now=parts.now(), per_day=per_day)
        keep_up(session, parts.today(), parts.now())


def hold_again(parts: Context, *, by: str) -> int:
    """Keep back again what was let go and is not done yet; gives how many cases and messages are held now."""
    with parts.unit_of_work() as session:
        _demand_holds(session)
        return holds.hold_again(session, by=by, now=parts.now())


def turn_sending(parts: Context, mode: Mode, *, address: str = "", by: str) -> tuple[Sending, int]:
    """Turn the switch; give it, and how many messages are held because they waited for too long to leave at once."""
    now = parts.now()
    with parts.unit_of_work() as session:
        was_off = sending(session).mode is Mode.OFF
        found = switch(session, mode, address=address, by=by, now=now)
        if not (was_off and mode is not Mode.OFF and parts.settings.smtp_url):
            return found, 0
        waiting = (OutboxRow.status == "waiting", OutboxRow.not_before <= now)
        oldest = session.scalar(select(func.min(OutboxRow.not_before)).where(*waiting))
        if oldest is None or not is_gap(parts.settings)(oldest, now):
            return found, 0
        return found, holds.count(session, holds.hold_back(session, holds.MESSAGES, since=oldest, until=now))


def is_gap(settings: Settings) -> IsGap:
    """Give what judges a pause."""
    longest = timedelta(hours=int(settings.longest_pause_hours))
    return lambda since, until: until - since > longest and time_on_weekdays(since, until, settings.zone) > longest


def time_on_weekdays(since: datetime, until: datetime, zone: ZoneInfo) -> timedelta:
    """Give how much time passed, weekends of the business time zone left out."""
    passed, moment = timedelta(), since
    while moment < until:
        midnight = datetime.combine(moment.astimezone(zone).date() + DAY, time(), tzinfo=zone)
        if moment.astimezone(zone).weekday() < SATURDAY:
            passed += min(midnight, until).astimezone(since.tzinfo) - moment.astimezone(since.tzinfo)
        moment = midnight
    return passed


def _begin_day(parts: Context, now: datetime) -> None:
    """Open the cases of what fell overdue in the gap before it is noticed: so they are held with the rest."""
    try:
        begin_today(parts.database, parts.today(), now)
    except Exception:
        log.exception("the day could not be begun; it is tried again in a moment")


def _tell(gap: Gap | None) -> None:
    if gap is not None:
        text = "nothing was done from %s to %s: what fell due is held until somebody lets it go (`duly catch-up`)"
        log.warning(text, gap.since, gap.until)


def _demand_holds(session: Session) -> None:
    if not holds.open_holds(session):
        raise Conflict("Nothing is held: there was no gap, or all of it is done.")
