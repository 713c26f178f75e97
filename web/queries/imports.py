"""What was imported, what an undo would take back, and the mappings that were kept for the next file."""

from __future__ import annotations

import csv
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import ColumnElement, func, or_, select
from sqlalchemy.orm import Session

from connectors.receivable_files import Profile, profile_from
from connectors.receivable_files.formulas import unmarked
from engine.errors import NotFound
from engine.settings_table import get_setting, set_setting
from engine.tables import OutboxRow
from receivables.case import Case, CaseItem
from receivables.closing import cases_now_paid
from receivables.creditor import CreditorAccount
from receivables.import_run import ImportRun
from receivables.imports.applying import KIND
from receivables.imports.undo import Undone, undo
from receivables.posting import Posting
from receivables.receivable import Receivable
from service_tasks.events import announce, announce_paid
from service_tasks.keys import key_of

PROFILES = "import_profiles"
CHUNK = 500
MOST_REFUSED = 5_000
"""Refused rows shown on a page; the file to download has all of them."""


@dataclass(frozen=True, slots=True)
class RefusedLine:
    """A row that did not get in: its line in the file, why, and its cells."""

    line: int
    reason: str
    cells: str


@dataclass(frozen=True, slots=True)
class Taken:
    """What an undo would take back."""

    receivables: int
    postings: int
    cases: int


def find_run(session: Session, number: int) -> ImportRun:
    """Give an import; raises NotFound."""
    run = session.get(ImportRun, number)
    if run is None or run.kind != KIND:
        raise NotFound(f"There is no import {number}.")
    return run


def last_run(session: Session) -> ImportRun | None:
    """Give the newest import that was not taken back: the only one that can be undone."""
    query = select(ImportRun).where(ImportRun.kind == KIND, ImportRun.undone_at.is_(None))
    return session.scalar(query.order_by(ImportRun.id.desc()).limit(1))


def refused_path(run: ImportRun, folder: Path) -> Path | None:
    """Give the file of an import's refused rows; None where there is none (any more)."""
    path = Path(run.refused_file).resolve() if run.refused_file else None
    return path if path is not None and path.is_relative_to(folder.resolve()) and path.is_file() else None


def refused_lines(path: Path | None) -> list[RefusedLine]:
    """Read the refused rows of an import."""
    if path is None:
        return []
    with path.open(encoding="utf-8-sig", newline="") as stream:
        rows = csv.reader(stream)
        next(rows, None)
        found = [row for row, _ in zip(rows, range(MOST_REFUSED), strict=False)]
    return [
        RefusedLine(int(row[0]), unmarked(row[1]), " · ".join(filter(None, map(unmarked, row[2:])))) for row in found
    ]


def taken_back(session: Session, run: ImportRun) -> Taken:
    """Count what an undo would take back."""
    created = select(Receivable.id).where(Receivable.import_id == run.id)
    postings = session.scalar(select(func.count()).where(Posting.import_id == run.id)) or 0
    held = select(func.count(CaseItem.case_id.distinct())).where(_touched(run.id), CaseItem.left_on.is_(None))
    receivables = session.scalar(select(func.count()).select_from(created.subquery())) or 0
    return Taken(receivables, postings, session.scalar(held) or 0)


def sent_on_it(session: Session, run: ImportRun) -> bool:
    """Say whether something was sent since for a case that an import concerns: then it stays."""
    numbers = session.scalars(
        select(Case.number).join(CaseItem, CaseItem.case_id == Case.id).where(_touched(run.id)).distinct()
    )
    return _sent_since(session, sorted(numbers), run.started_at)


def _touched(run_id: int) -> ColumnElement[bool]:
    created = select(Receivable.id).where(Receivable.import_id == run_id)
    posted = select(Posting.receivable_id).where(Posting.import_id == run_id)
    return or_(CaseItem.receivable_id.in_(created), CaseItem.receivable_id.in_(posted))


def take_back(session: Session, number: int, *, by: str, now: datetime, today: date) -> Undone:
    """Undo the last import and tell its cases; raises Refused once something was sent on it."""
    run = find_run(session, number)
    began = run.started_at

    def sent_on(numbers: Collection[int]) -> bool:
        return _sent_since(session, sorted(numbers), began)

    undone = undo(session, number, by=by, now=now, sent_on=sent_on)
    open_ones = set(session.scalars(select(Case.number).where(Case.closed_on.is_(None))))
    concerned = open_ones & set(undone.cases)
    paid = concerned & set(cases_now_paid(session, today))
    announce_paid(session, sorted(paid), today=today, now=now)
    for case in sorted(concerned - paid):
        announce(session, "payment_reversed", case, {}, unique=f"undo-{number}", now=now)
    return undone


def _sent_since(session: Session, numbers: Sequence[int], moment: datetime) -> bool:
    leaving = or_(OutboxRow.status.in_(("sending", "handed")), OutboxRow.sent_at >= moment)
    keys = [key_of(number) for number in numbers]
    chunks = (keys[first : first + CHUNK] for first in range(0, len(keys), CHUNK))
    queries = (select(OutboxRow.id).where(OutboxRow.business_key.in_(some), leaving).limit(1) for some in chunks)
    return any(session.scalar(query) is not None for query in queries)


def named_profiles(session: Session) -> dict[str, Profile]:
    """Give the mappings that people kept, by name; what this version of Duly cannot read is left out."""
    stored: dict[str, Any] = get_setting(session, PROFILES) or {}
    return {name: profile_from(values) for name, values in sorted(stored.items())}


def keep_profile(session: Session, name: str, profile: Profile, *, by: str, now: datetime) -> None:
    """Keep a mapping for the next file under a name; one of that name is replaced."""
    stored = get_setting(session, PROFILES) or {}
    set_setting(session, PROFILES, {**stored, name: profile.as_dict()}, by=by, now=now)


def fitting(profiles: dict[str, Profile], header: Collection[str]) -> dict[str, Profile]:
    """Give the mappings whose columns all stand in a file's header, those that use most of it first."""
    fits = {name: each for name, each in profiles.items() if set(each.columns.values()) <= set(header)}
    return dict(sorted(fits.items(), key=lambda pair: -len(pair[1].columns)))


def main_currency(session: Session) -> str:
    """Give the currency of the creditor's first account, else nothing."""
    return session.scalar(select(CreditorAccount.currency).order_by(CreditorAccount.id).limit(1)) or ""
