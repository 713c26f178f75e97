"""What must hold of a portfolio after any run: each check asserts one promise and names what breaks it."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator
from datetime import UTC, date, datetime, time
from email import message_from_bytes
from email.message import Message
from email.utils import parsedate_to_datetime
from itertools import pairwise
from pathlib import Path
from typing import Any, TypeVar
from zoneinfo import ZoneInfo

import holidays
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from engine import history, instances
from engine.tables import HistoryRow, Incident, Instance, OutboxRow
from receivables.case import Case
from receivables.debtor import Debtor
from receivables.letter import Letter
from receivables.notice import Notice
from receivables.posting import Posting
from receivables.receivable import Receivable
from service_tasks.stages import stage_order
from web.context import Context
from web.queries.case_list import case_list
from web.queries.reports import portfolio

T = TypeVar("T")
NEW_YORK = ZoneInfo("America/New_York")
OPENS, CLOSES = time(8), time(18)
SATURDAY = 5
NEVER = datetime.max.replace(tzinfo=UTC)


def by(key: Callable[[T], Any], rows: Iterable[T]) -> dict[Any, list[T]]:
    """Group rows by a key, keeping their order."""
    found = defaultdict(list)
    for row in rows:
        found[key(row)].append(row)
    return found


def check_everything(parts: Context, as_of: date) -> None:
    """Check all of it on the portfolio as it stands at the end of a day."""
    with parts.reading() as session:
        check_cases(session)
        check_stages(session)
        check_letters(session)
        check_messages(session)
        check_levels(session)
        check_sums(session, as_of, parts.settings.zone)
        assert not session.scalars(select(Incident)).all(), "there are incidents"
        findings = [each for key in instances.keys(session) for each in history.verify(session, key)]
        assert not findings, findings
        sent = {row.delivery for row in session.scalars(select(OutboxRow).where(OutboxRow.status == "sent"))}
    check_mails(parts.settings.folder / "mail", sent, parts.settings.zone)


def check_cases(session: Session) -> None:
    """Every debtor has a case and never two at once; each case has one process, which ended with it."""
    cases = session.scalars(select(Case).order_by(Case.opened_on, Case.id)).all()
    assert {case.debtor_id for case in cases} == set(session.scalars(select(Debtor.id)))
    for some in by(lambda case: case.debtor_id, cases).values():
        for earlier, later in pairwise(some):
            assert earlier.closed_on, f"cases {earlier.number} and {later.number} are open at once"
            assert earlier.closed_on <= later.opened_on, f"cases {earlier.number} and {later.number} overlap"
    running = by(lambda each: each.business_key, session.scalars(select(Instance)))
    for case in cases:
        (instance,) = running[f"case:{case.number}"]
        assert instance.stage, f"case {case.number} is in no stage"
        assert (instance.status == "ended") == (case.closed_on is not None), f"case {case.number}"


def check_stages(session: Session) -> None:
    """A case enters its stages in their order, none twice."""
    rows = session.scalars(select(HistoryRow).where(HistoryRow.kind == "stage").order_by(HistoryRow.id))
    for key, some in by(lambda row: row.business_key, rows).items():
        stages = [row.stage for row in sorted(some, key=lambda row: row.seq)]
        assert stages == sorted(set(stages), key=stage_order), f"{key} went through {stages}"


def check_letters(session: Session) -> None:
    """A letter that was sent had been drafted and then approved, and not by its last editor."""
    for letter in session.scalars(select(Letter).where(Letter.status == "sent")):
        assert letter.decided_at, f"letter {letter.id} was sent unapproved"
        assert letter.sent_at, f"letter {letter.id} was sent at no time"
        assert letter.drafted_at <= letter.decided_at <= letter.sent_at, f"letter {letter.id}"
        assert letter.decided_by != letter.edited_by, f"letter {letter.id} was approved by its editor"


def check_messages(session: Session) -> None:
    """A case is sent each of its texts once, the next only after the one before was sent, and on another day."""
    rows = session.scalars(select(OutboxRow).where(OutboxRow.sent_at.is_not(None)).order_by(OutboxRow.sent_at))
    for key, some in by(lambda row: row.business_key, rows).items():
        twice = Counter((row.payload["template"], row.payload["level"]) for row in some)
        assert max(twice.values()) == 1, f"{key} was sent {twice}"
        for earlier, later in pairwise(some):
            left, next_left = earlier.sent_at or NEVER, later.sent_at or NEVER
            assert earlier.payload["level"] < later.payload["level"], f"{key}: {later.key} after {earlier.key}"
            assert left < later.created_at, f"{key}: {later.key} was written before {earlier.key} left"
            assert left.date() < next_left.date(), f"{key}: two levels on {next_left}"


def check_levels(session: Session) -> None:
    """An item rises level by level, one a day at most."""
    rows = session.scalars(select(Notice).order_by(Notice.sent_on, Notice.id))
    for item, some in by(lambda row: row.receivable_id, rows).items():
        assert some[0].level == 1, f"item {item} began at level {some[0].level}"
        for earlier, later in pairwise(some):
            assert later.level - earlier.level <= 1, f"item {item} rose from {earlier.level} to {later.level}"
            assert earlier.sent_on < later.sent_on, f"item {item} was named twice on {later.sent_on}"


def check_sums(session: Session, as_of: date, zone: ZoneInfo) -> None:
    """The ledger, the portfolio report and the list of cases agree to the cent (no item is outside of a case)."""
    report, lines = portfolio(session, as_of, zone), case_list(session, as_of, zone)
    ledger = select(Receivable.currency, func.sum(Posting.amount)).join(
        Receivable, Receivable.id == Posting.receivable_id
    )
    owed = {currency: minor for currency, minor in session.execute(ledger.group_by(Receivable.currency)) if minor}
    assert {currency: _minor(text) for currency, text in report["open_amount"].items()} == owed
    by_stage = _added(stage["open_amount"] for stage in report["by_stage"])
    assert by_stage == _added(line.open_amount for line in lines if line.status != "closed")
    assert sum(stage["cases"] for stage in report["by_stage"]) == sum(line.status != "closed" for line in lines)
    assert _added(bucket["open_amount"] for bucket in report["aging"]) == owed


def check_mails(folder: Path, sent: set[str | None], zone: ZoneInfo) -> None:
    """Each delivery is one file, each file another message, none on a weekend or holiday or at night."""
    mails = list(read_mails(folder))
    assert {mail["X-Duly-Key"] for mail in mails} == sent
    assert len({mail["Message-ID"] for mail in mails}) == len(mails) == len(sent)
    closed = holidays.country_holidays("US", years=range(2019, 2023))
    for mail in mails:
        at = parsedate_to_datetime(mail["Date"])
        there, here = at.astimezone(NEW_YORK), at.astimezone(zone)
        assert there.weekday() < SATURDAY, f"{mail['X-Duly-Key']} left at {there}"
        assert here.weekday() < SATURDAY, f"{mail['X-Duly-Key']} left at {here}"
        assert there.date() not in closed, f"{mail['X-Duly-Key']} left on a holiday, {there}"
        assert OPENS <= there.time() < CLOSES, f"{mail['X-Duly-Key']} left at {there}"


def read_mails(folder: Path) -> Iterator[Message]:
    """Give the mails of a folder, by name."""
    for path in sorted(folder.glob("*.eml")):
        yield message_from_bytes(path.read_bytes())


def _minor(text: str) -> int:
    return int(text.replace(".", ""))


def _added(parts: Iterable[dict[str, str]]) -> Counter[str]:
    total: Counter[str] = Counter()
    for part in parts:
        total.update({currency: _minor(text) for currency, text in part.items()})
    return total
