"""Imports as background work: first tried without changing anything, then done."""

from __future__ import annotations

from typing import Any

from connectors.receivable_files import ImportResult, import_file
from receivables.errors import UnusableFile
from service_tasks.taking_over import known_stages
from web.context import Context
from web.import_drafts import Draft, data_path, drop, find
from web.jobs.kind import Order
from web.jobs.progress import Progress
from web.queries.imports import keep_profile
from web.receiving import take_in

SHOWN = 100
"""Refused rows and warnings that a preview lists."""


def try_import(parts: Context, order: Order, progress: Progress) -> dict[str, Any]:
    """Say what an import would change; `arguments` name the upload by its token."""
    draft = find(parts.settings, order.arguments["token"])
    result, many = _tried(parts, draft, progress)
    return {
        "text": f"{result.rows:,} rows read; nothing was changed yet.",
        "href": f"/imports/new/{draft.token}/preview?job={order.id}",
        "counts": result.as_json(),
        "vanished": result.vanished,
        "too_many_vanish": many,
        "cases": [len(result.paid_cases), len(result.lowered_cases), len(result.raised_cases)],
        "refused": [[row.line, row.number or "", row.reason] for row in result.refused[:SHOWN]],
        "warnings": list(result.warnings[:SHOWN]),
        "all_warnings": len(result.warnings),
    }


def _tried(parts: Context, draft: Draft, progress: Progress) -> tuple[ImportResult, bool]:
    """Try strictly; a snapshot that is refused is tried again with all that vanishes: then that was the reason."""
    try:
        return _dry_run(parts, draft, progress, accept_vanished=False), False
    except UnusableFile:
        if draft.profile.get("mode") != "snapshot":
            raise
        return _dry_run(parts, draft, progress, accept_vanished=True), True


def _dry_run(parts: Context, draft: Draft, progress: Progress, *, accept_vanished: bool) -> ImportResult:
    with parts.reading() as session:
        return import_file(
            session,
            data_path(parts.settings, draft.token),
            draft.file_name,
            draft.read_profile(),
            as_of=draft.day,
            today=draft.day,
            by=draft.by,
            now=parts.now(),
            dry_run=True,
            known_stages=known_stages(session),
            accept_vanished=accept_vanished,
            progress=lambda done, total: progress(done, total, "Comparing rows with what is known"),
        )


def do_import(parts: Context, order: Order, progress: Progress) -> dict[str, Any]:
    """Import an upload, tell its cases, keep its mapping where a name was given for it."""
    draft = find(parts.settings, order.arguments["token"])
    profile = draft.read_profile()
    with parts.unit_of_work() as session:
        result = take_in(
            parts,
            session,
            data_path(parts.settings, draft.token),
            draft.file_name,
            profile,
            as_of=draft.day,
            by=order.by,
            accept_vanished=bool(order.arguments.get("accept_vanished")),
            progress=lambda done, total: progress(done, total, "Importing rows"),
        )
        if draft.save_as:
            keep_profile(session, draft.save_as, profile, by=order.by, now=parts.now())
    drop(parts.settings, draft.token)
    text = f"{result.accepted:,} of {result.rows:,} rows are in, {result.rejected:,} were refused."
    return {"text": text, "href": f"/imports/{result.run_id}"}
