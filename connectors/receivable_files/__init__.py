"""Import receivables from CSV and XLSX files; know nothing of cases' processes and of HTTP."""

import hashlib
from collections.abc import Callable, Collection
from datetime import date, datetime
from pathlib import Path

from sqlalchemy.orm import Session

from connectors.receivable_files.layout import Layout
from connectors.receivable_files.profile import Profile, parse_profile, profile_from, read_profile
from connectors.receivable_files.proposal import Proposal, propose_profile
from connectors.receivable_files.reading import read_bytes, read_file
from connectors.receivable_files.refused_file import write_refused
from receivables.import_run import ImportRun
from receivables.imports.applying import apply_import
from receivables.imports.incoming import ImportOrder, RefusedRow
from receivables.imports.result import ImportResult

__all__ = [
    "ImportResult",
    "Profile",
    "Proposal",
    "RefusedRow",
    "import_file",
    "parse_profile",
    "profile_from",
    "propose_profile",
    "read_profile",
]


def _silent(_done: int, _total: int) -> None:
    """Tell nobody."""


def import_file(
    session: Session,
    path_or_bytes: Path | bytes,
    file_name: str,
    profile: Profile,
    *,
    as_of: date | None,
    today: date,
    by: str,
    now: datetime,
    dry_run: bool = False,
    accept_vanished: bool = False,
    progress: Callable[[int, int], None] = _silent,
    refused_folder: Path | None = None,
    known_stages: Collection[str] | None = None,
) -> ImportResult:
    """Bring a file of receivables into the ledger, or with `dry_run` only count what would change.

    What is open is judged as of `as_of`, else `today`. Refused rows go into a new file in `refused_folder` where one
    is given. `progress(done, total)` hears of rows. A row at a stage that is not among `known_stages`, where they are
    given, is refused. Raise UnusableFile, before any change, where the file cannot be used as a whole.
    """
    data = read_bytes(path_or_bytes)
    day = as_of or today
    layout, incoming = read_file(data, profile, day, known_stages)
    order = ImportOrder(
        file_name=file_name,
        sha256=hashlib.sha256(data).hexdigest(),
        profile=profile.as_dict(),
        as_of=day,
        by=by,
        now=now,
        snapshot=profile.mode == "snapshot",
        max_vanished=profile.max_vanished,
        accept_vanished=accept_vanished,
        dry_run=dry_run,
    )
    del data
    result = apply_import(session, incoming, order, progress)
    if refused_folder and result.refused:
        _keep_refused(session, result, layout, order, refused_folder)
    return result


def _keep_refused(session: Session, result: ImportResult, layout: Layout, order: ImportOrder, folder: Path) -> None:
    path = write_refused(folder, order.file_name, layout.header, result.refused, order.now)
    result.rejected_file = str(path)
    run = session.get(ImportRun, result.run_id) if result.run_id is not None else None
    if run:
        run.refused_file, run.counts = str(path), result.as_json()
        session.flush()
