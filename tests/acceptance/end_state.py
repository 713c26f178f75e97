"""The end state of a run as plain data that does not depend on the numbers a database happened to give."""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path

from sqlalchemy import Executable, select
from sqlalchemy.orm import Session

from engine.tables import HistoryRow, InboxRow, Instance, OutboxRow, TaskRow
from receivables.case import Case, CaseItem
from receivables.debtor import Debtor
from receivables.letter import Letter
from receivables.notice import Notice
from receivables.posting import Posting
from receivables.promise import Promise
from receivables.receivable import Receivable
from tests.acceptance.duly import parts_of

QUERIES: Mapping[str, Executable] = {
    "cases": select(
        *(Case.number, Debtor.reference, Case.strategy, Case.opened_on, Case.closed_on, Case.outcome),
        *(Case.owner, Case.priority),
    ).join(Debtor),
    "items": select(Case.number, Receivable.number, CaseItem.joined_on, CaseItem.left_on)
    .join(Case, Case.id == CaseItem.case_id)
    .join(Receivable, Receivable.id == CaseItem.receivable_id),
    "instances": select(
        *(Instance.business_key, Instance.status, Instance.stage, Instance.element, Instance.due_at),
        *(Instance.outcome, Instance.history_seq, Instance.lease_token, Instance.ended_at),
    ),
    "tasks": select(
        *(TaskRow.token, TaskRow.element, TaskRow.status, TaskRow.assignee, TaskRow.due_at, TaskRow.created_at),
        *(TaskRow.done_at, TaskRow.done_by, TaskRow.result, TaskRow.instructions),
    ),
    "letters": select(
        *(Case.number, Letter.template, Letter.drafted_at, Letter.status, Letter.sha256, Letter.figures),
        *(Letter.decided_by, Letter.decided_at, Letter.sent_at, Letter.channel),
    ).join(Case),
    "notices": select(Receivable.number, Notice.level, Notice.sent_on, Notice.key).join(
        Receivable, Receivable.id == Notice.receivable_id
    ),
    "postings": select(Receivable.number, Posting.kind, Posting.booked_on, Posting.amount).join(
        Receivable, Receivable.id == Posting.receivable_id
    ),
    "promises": select(Case.number, Promise.promised_on, Promise.amount, Promise.verdict, Promise.judged_on).join(
        Case, Case.id == Promise.case_id
    ),
    "outbox": select(OutboxRow.key, OutboxRow.status, OutboxRow.delivery, OutboxRow.sent_at, OutboxRow.lease_token),
    "inbox": select(InboxRow.unique_key, InboxRow.name, InboxRow.at, InboxRow.handled_at, InboxRow.result),
    "history": select(
        *(HistoryRow.business_key, HistoryRow.seq, HistoryRow.at, HistoryRow.who, HistoryRow.kind),
        *(HistoryRow.element, HistoryRow.stage, HistoryRow.text),
    ),
}


def end_state(home: Path) -> dict[str, list[str]]:
    """Give by kind a sorted list with a line for each thing that a run left behind."""
    parts = parts_of(home)
    with parts.reading() as session:
        state = {kind: _lines(session, query) for kind, query in QUERIES.items()}
    parts.database.dispose()
    files = sorted((home / "mail").iterdir())
    return {**state, "mail": [f"{file.name} {hashlib.sha256(file.read_bytes()).hexdigest()}" for file in files]}


def differences(one: Mapping[str, list[str]], other: Mapping[str, list[str]]) -> list[str]:
    """Give the lines that only one of two end states has."""
    found = []
    for kind in one:
        found += [f"{kind}: only the first has {line}" for line in one[kind] if line not in set(other[kind])]
        found += [f"{kind}: only the second has {line}" for line in other[kind] if line not in set(one[kind])]
        if len(one[kind]) != len(other[kind]):
            found.append(f"{kind}: {len(one[kind])} and {len(other[kind])} lines")
    return found


def _lines(session: Session, query: Executable) -> list[str]:
    return sorted(" | ".join(map(str, row)) for row in session.execute(query))
