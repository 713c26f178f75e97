"""Live the demo's days: files come in, debtors pay, the staff works, the strategies go on."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, datetime, time, timedelta

from engine.clock import VirtualClock
from engine.settings_table import get_setting, set_setting
from web.beginnings import first_rows
from web.clock import StoredClock
from web.composition import build_context
from web.context import Context
from web.day_run import DayRun
from web.demo import behaviour
from web.demo.debtors import COUNT, debtors
from web.demo.invoices import PROFILE, Invoice, as_file, invoices
from web.receiving import take_in
from web.robot import staff_robot

SETTING = "demo"
DAYS = 90
BEFORE = 75  # days of invoices that the first file brings
STAFF_RESTS = 5  # days at the end that are left to whoever tries the demo
HOUR = time(17, 30)


class Demo:
    """The demo's world on a virtual clock, with the first `count` of its debtors."""

    def __init__(self, parts: Context, first: date, last: date, count: int = COUNT) -> None:
        self._count = count
        self.clock = VirtualClock(datetime.combine(first, HOUR, tzinfo=parts.settings.zone))
        self.parts = build_context(parts.settings, clock=self.clock)
        self._robot = staff_robot(self.parts)
        self._files = _weekly(first, last, count)

    def prepare(self, first: date) -> None:
        """Remember the demo's first day: its invoices depend on it."""
        with self.parts.unit_of_work() as session:
            first_rows(session)
            stored = {"first": first.isoformat(), "debtors": self._count, "ready": False}
            set_setting(session, SETTING, stored, by="duly", now=self.clock.now())

    def ready(self) -> None:
        """Mark the replay as complete and let the installation's clock go on from here."""
        with self.parts.unit_of_work() as session:
            stored = {**(get_setting(session, SETTING) or {}), "ready": True}
            set_setting(session, SETTING, stored, by="duly", now=self.clock.now())
        StoredClock(self.parts.database).move_to(self.clock.now())

    def live(self, first: date, last: date, staff_until: date, progress: Callable[[date], None]) -> None:
        """Live through the days; the stand-in works for the staff up to `staff_until`."""
        for number in range((last - first).days + 1):
            day = first + timedelta(days=number)
            self.clock.set(datetime.combine(day, time(6), tzinfo=self.parts.settings.zone))
            self._morning(day)
            staff = self._robot if day <= staff_until else None
            DayRun(self.parts.database, self.clock, self.parts.worker, self.parts.dispatcher, staff).run(day, day)
            progress(day)
        self.clock.set(datetime.combine(last, HOUR, tzinfo=self.parts.settings.zone))

    def _morning(self, day: date) -> None:
        with self.parts.unit_of_work() as session:
            if some := self._files.get(day):
                name = f"invoices-{day}.csv"
                take_in(self.parts, session, as_file(some), name, PROFILE, as_of=day, by="ada")
        with self.parts.unit_of_work() as session:
            behaviour.live(session, today=day, now=self.clock.now())


def _weekly(first: date, last: date, count: int) -> dict[date, list[Invoice]]:
    """Give the accounting system's files by the day they come: all before the first day, then each Monday's."""
    files: dict[date, list[Invoice]] = {}
    for invoice in invoices(debtors(count), first - timedelta(days=BEFORE), last):
        monday = invoice.issued + timedelta(days=7 - invoice.issued.weekday())
        files.setdefault(max(monday, first), []).append(invoice)
    return files


def is_ready(parts: Context) -> bool | None:
    """Say whether the demo was replayed to its end; None where this home holds no demo."""
    with parts.reading() as session:
        stored = get_setting(session, SETTING)
    return None if stored is None else bool(stored["ready"])


def advance(parts: Context, days: int, progress: Callable[[int, int, str], None]) -> date:
    """Move the demo's clock on, day by day; its debtors go on living, its staff is whoever tries it."""
    with parts.reading() as session:
        stored = get_setting(session, SETTING)
    today = parts.today()
    last = today + timedelta(days=days)
    demo = Demo(parts, date.fromisoformat(stored["first"]), last, stored.get("debtors", COUNT))
    for number in range(1, days + 1):
        day = today + timedelta(days=number)
        demo.live(day, day, staff_until=date.min, progress=lambda _day: None)
        StoredClock(parts.database).move_to(demo.clock.now())
        progress(number, days, day.isoformat())
    return last
