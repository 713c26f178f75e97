"""The record of a case: append-only, each row sealed by a salted digest, the digests chained into the instance's head.

A row's digest covers its salt and content; the head covers all digests in order. Erasing a row's text, detail and salt
(personal data) leaves its digest, and so the chain, intact; what is left of the row is sealed by the record that says
who erased it and why. Changing or losing a row, or emptying it by hand, does not go unseen.
"""

from __future__ import annotations

import hashlib
import secrets
from collections.abc import Mapping, Sequence
from datetime import datetime
from typing import Any

import orjson
from sqlalchemy import select
from sqlalchemy.orm import Session

from engine.errors import NotFound
from engine.tables import HistoryRow, Instance

ERASED = "erased"
IMPERSONAL = frozenset({"started", "timer", "placed", "stage", ERASED})  # kinds that tell steps and moments, no person
LEFT = ("seq", "who", "kind", "element", "stage", "digest")  # beside the moment, of a row that was erased
CONTENT = ("seq", "who", "kind", "element", "stage", "text", "detail")


def seal(row: Mapping[str, Any]) -> str:
    """Give the digest of a row's salt and content."""
    content = [row["salt"], row["at"].isoformat(), *(row[name] for name in CONTENT)]
    return hashlib.blake2b(orjson.dumps(content, option=orjson.OPT_SORT_KEYS), digest_size=16).hexdigest()


def link(head: str, digest: str) -> str:
    """Give the chain's new head after a row."""
    return hashlib.blake2b(f"{head}{digest}".encode(), digest_size=16).hexdigest()


def chained(
    rows: Sequence[Mapping[str, Any]], *, key: str, instance_id: int, seq: int, head: str
) -> tuple[list[dict[str, Any]], int, str]:
    """Number, salt and seal rows that follow after `seq`; give (rows ready to insert, new seq, new head)."""
    ready = []
    for number, row in enumerate(rows, start=seq + 1):
        whole = {**row, "business_key": key, "instance_id": instance_id, "seq": number, "salt": secrets.token_hex(8)}
        whole["digest"] = seal(whole)
        head = link(head, whole["digest"])
        ready.append(whole)
    return ready, seq + len(rows), head


def latest_instance(session: Session, key: str, *, lock: bool = False) -> Instance:
    """Give the case's newest instance; raises NotFound."""
    query = select(Instance).where(Instance.business_key == key).order_by(Instance.id.desc()).limit(1)
    fresh = query.with_for_update().execution_options(populate_existing=True)
    instance = session.scalars(fresh if lock else query).first()
    if instance is None:
        message = f"{key} has no process"
        raise NotFound(message)
    return instance


def record(
    session: Session,
    key: str,
    *,
    who: str,
    kind: str,
    now: datetime,
    text: str = "",
    detail: Mapping[str, Any] | None = None,
    element: str = "",
) -> None:
    """Put on record what a person or another part of the system did to a case."""
    instance = latest_instance(session, key, lock=True)
    append(session, instance, who=who, kind=kind, now=now, text=text, detail=detail, element=element)


def append(
    session: Session,
    instance: Instance,
    *,
    who: str,
    kind: str,
    now: datetime,
    text: str = "",
    detail: Mapping[str, Any] | None = None,
    element: str = "",
) -> None:
    """Put something on record of a process that the caller holds already: locked, or just started."""
    row = {"at": now, "who": who, "kind": kind, "text": text, "element": element, "stage": instance.stage}
    row["detail"] = dict(detail) if detail else None
    rows, seq, head = chained(
        [row], key=instance.business_key, instance_id=instance.id, seq=instance.history_seq, head=instance.history_head
    )
    session.add(HistoryRow(**rows[0]))
    instance.history_seq, instance.history_head = seq, head
    instance.revision += 1  # a worker that computed on the older state must redo it
    session.flush()


def read(session: Session, key: str) -> list[HistoryRow]:
    """Give the case's record, oldest first."""
    return list(session.scalars(select(HistoryRow).where(HistoryRow.business_key == key).order_by(HistoryRow.seq)))


def erase(session: Session, key: str, *, by: str, reason: str, now: datetime) -> int:
    """Empty what the case's record may hold of a person: texts, details, salts; the chain holds. Give how many rows.

    Who did what kind of thing when, and the steps taken, stay; who erased, when and why is put on record.
    """
    latest_instance(session, key, lock=True)
    rows = [row for row in read(session, key) if row.kind not in IMPERSONAL and (row.text or row.detail)]
    for row in rows:
        row.text, row.detail, row.salt = "", None, ""
    if rows:
        left = {str(row.seq): _remainder(row) for row in rows}
        record(session, key, who=by, kind=ERASED, text=reason, detail={"rows": left}, now=now)
    return len(rows)


def verify(session: Session, key: str) -> list[str]:
    """Check the chain; give one sentence per finding, none when all is as it was written."""
    rows, head, findings = read(session, key), "", []
    erased = _erased(rows)
    for expected, row in enumerate(rows, start=1):
        if row.seq != expected:
            findings.append(f"{key}: record {expected} is missing")
            break
        if not (_intact(row) or _emptied(row, erased)):
            findings.append(f"{key}: record {row.seq} was changed")
        head = link(head, row.digest)
    if not findings and head != latest_instance(session, key).history_head:
        findings.append(f"{key}: the last records are missing or were added by hand")
    return findings


def _intact(row: HistoryRow) -> bool:
    return bool(row.salt) and seal({**_content(row), "at": row.at, "salt": row.salt}) == row.digest


def _emptied(row: HistoryRow, erased: Mapping[str, Any]) -> bool:
    return not (row.salt or row.text or row.detail) and erased.get(str(row.seq)) == _remainder(row)


def _erased(rows: Sequence[HistoryRow]) -> dict[str, Any]:
    """Give what is on record as erased, with the seals of what was left."""
    records = (row.detail or {} for row in rows if row.kind == ERASED)
    return {seq: left for detail in records for seq, left in detail.get("rows", {}).items()}


def _remainder(row: HistoryRow) -> str:
    """Seal what is left of an erased row."""
    left = [row.at.isoformat(), *(getattr(row, name) for name in LEFT)]
    return hashlib.blake2b(orjson.dumps(left), digest_size=16).hexdigest()


def _content(row: HistoryRow) -> dict[str, Any]:
    return {name: getattr(row, name) for name in CONTENT}
