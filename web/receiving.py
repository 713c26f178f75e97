"""Take in receivables: one import in one unit of work, and the cases told what it means for them."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path

from sqlalchemy.orm import Session

from connectors.receivable_files import Profile, import_file
from receivables.imports.result import ImportResult
from service_tasks.events import announce, announce_paid
from service_tasks.taking_over import known_stages
from web.context import Context


def take_in(
    parts: Context,
    session: Session,
    data: Path | bytes,
    file_name: str,
    profile: Profile,
    *,
    as_of: date,
    by: str,
    accept_vanished: bool = False,
    progress: Callable[[int, int], None] = lambda _done, _total: None,
) -> ImportResult:
    """Import a file and tell its cases; raises UnusableFile before any change."""
    result = import_file(
        session,
        data,
        file_name,
        profile,
        as_of=as_of,
        today=as_of,
        by=by,
        now=parts.now(),
        accept_vanished=accept_vanished,
        progress=progress,
        refused_folder=parts.settings.kept("refused"),
        known_stages=known_stages(session),
    )
    tell(session, result, parts, today=as_of)
    return result


def tell(session: Session, result: ImportResult, parts: Context, *, today: date) -> None:
    """Tell open cases what an import means for them: paid, less owed, or more owed again."""
    now, unique = parts.now(), f"import-{result.run_id}"
    announce_paid(session, result.paid_cases, today=today, now=now)
    for number in result.lowered_cases:
        announce(session, "payment_received", number, {}, unique=unique, now=now)
    for number in result.raised_cases:
        announce(session, "payment_reversed", number, {}, unique=unique, now=now)
