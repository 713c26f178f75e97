"""Take the last import back, as long as nothing was sent or paid on it."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, TypeAlias

from sqlalchemy import Date, Table, delete, exists, or_, select
from sqlalchemy.orm import Session

from receivables.case import Case, CaseItem
from receivables.debtor import Contact, Debtor, FormerName
from receivables.dispute import Dispute
from receivables.errors import AlreadyDone, NotKnown, Refused
from receivables.import_run import ImportChange, ImportRun
from receivables.imports.applying import KIND
from receivables.imports.products import MODELS
from receivables.imports.writing import chunks, table, write_updates
from receivables.notice import Notice
from receivables.payment import Payment
from receivables.posting import Posting
from receivables.product import CaseGroup, Product, ProductGroup
from receivables.promise import Promise
from receivables.receivable import Receivable
from receivables.taking_over import KEY as TAKEN_OVER

Sent: TypeAlias = Callable[[Collection[int]], bool]
"""Tell whether anything was sent (or is being sent) for cases of these numbers."""
ENTITIES = MODELS | {
    "contact": Contact,
    "former_name": FormerName,
    "dispute": Dispute,
    "case_item": CaseItem,
    "receivable": Receivable,
    "debtor": Debtor,
}
REFERRING = {
    Product: (Receivable.product_id,),
    ProductGroup: (Product.product_group_id,),
    CaseGroup: (ProductGroup.case_group_id, Case.case_group_id),
    Debtor: (
        Receivable.debtor_id,
        Case.debtor_id,
        Payment.debtor_id,
        Promise.debtor_id,
        Contact.debtor_id,
        FormerName.debtor_id,
    ),
}


@dataclass(frozen=True)
class Undone:
    """Say what an undo took back; the processes of `cases` (open ones, by number) are to look at their facts again."""

    run_id: int
    receivables: int
    postings: int
    cases: tuple[int, ...]


def undo(session: Session, run_id: int, *, by: str, now: datetime, sent_on: Sent) -> Undone:
    """Leave the ledger as it was before an import; raise Refused where it is not the last or was acted upon."""
    session.flush()
    run = _undoable(session, run_id)
    created = session.scalars(select(Receivable.id).where(Receivable.import_id == run_id)).all()
    touched = {*created, *session.scalars(select(Posting.receivable_id).where(Posting.import_id == run_id))}
    cases = _cases(session, touched)
    _check_untouched(session, run_id, created, cases, sent_on)
    postings = _delete(session, table(Posting), Posting.import_id == run_id)
    for chunk in chunks(created):
        _delete(session, table(CaseItem), CaseItem.receivable_id.in_(chunk))
        _delete(session, table(Notice), Notice.receivable_id.in_(chunk))
        _delete(session, table(Dispute), Dispute.receivable_id.in_(chunk))
    changes = session.execute(_changes(run_id)).all()
    _restore(session, [(row[0], row[1], row[2]) for row in changes])
    _delete(session, table(Receivable), Receivable.import_id == run_id)
    _unmake(session, [(row[0], row[1]) for row in changes if row[2] is None])
    run.undone_at, run.undone_by = now, by
    session.flush()
    session.expire_all()
    return Undone(run_id, len(created), postings, tuple(sorted(cases)))


def _undoable(session: Session, run_id: int) -> ImportRun:
    run = session.get(ImportRun, run_id)
    if run is None or run.kind != KIND:
        raise NotKnown(f"There is no import of receivables with the number {run_id}")
    if run.undone_at:
        raise AlreadyDone(f"Import {run_id} was undone by {run.undone_by} on {run.undone_at:%Y-%m-%d %H:%M} UTC")
    later = select(ImportRun.id).where(ImportRun.kind == KIND, ImportRun.id > run_id, ImportRun.undone_at.is_(None))
    if last := session.scalar(later.order_by(ImportRun.id.desc()).limit(1)):
        raise Refused(f"Only the last import can be undone; import {last} came after {run_id}, so undo that one first")
    return run


def _cases(session: Session, receivable_ids: Collection[int]) -> set[int]:
    found: set[int] = set()
    for chunk in chunks(receivable_ids):
        query = select(Case.number).join(CaseItem, CaseItem.case_id == Case.id)
        found |= set(session.scalars(query.where(CaseItem.receivable_id.in_(chunk)).distinct()))
    return found


def _check_untouched(session: Session, run_id: int, created: Sequence[int], cases: set[int], sent_on: Sent) -> None:
    if cases and sent_on(sorted(cases)):
        raise Refused(f"Import {run_id} cannot be undone: messages were sent on it")
    for chunk in chunks(created):
        if session.scalar(select(exists().where(Notice.receivable_id.in_(chunk), Notice.key != TAKEN_OVER))):
            raise Refused(f"Import {run_id} cannot be undone: messages were sent on its receivables")
        foreign = or_(Posting.import_id != run_id, Posting.import_id.is_(None))
        query = select(Receivable.number).join(Posting, Posting.receivable_id == Receivable.id)
        number = session.scalar(query.where(Receivable.id.in_(chunk), foreign).limit(1))
        if number is not None:
            raise Refused(f"Import {run_id} cannot be undone: a payment was booked on {number}; reverse it first")


def _changes(run_id: int) -> Any:
    query = select(ImportChange.entity, ImportChange.entity_id, ImportChange.before)
    return query.where(ImportChange.import_id == run_id).order_by(ImportChange.id)


def _restore(session: Session, changes: Sequence[tuple[str, int, dict[str, Any] | None]]) -> None:
    for entity, model in ENTITIES.items():
        before = {row_id: _typed(table(model), old) for name, row_id, old in changes if name == entity and old}
        write_updates(session, model, before)


def _typed(of: Table, values: dict[str, Any]) -> dict[str, Any]:
    return {
        name: date.fromisoformat(value) if isinstance(value, str) and isinstance(of.c[name].type, Date) else value
        for name, value in values.items()
    }


def _unmake(session: Session, made: Sequence[tuple[str, int]]) -> None:
    """Delete what the import made, unless something else refers to it by now."""
    for entity in ("dispute", "contact", "former_name", "debtor", "product", "product_group", "case_group"):
        model = ENTITIES[entity]
        for chunk in chunks(row_id for name, row_id in made if name == entity):
            unused = [~exists().where(column == table(model).c.id) for column in REFERRING.get(model, ())]
            _delete(session, table(model), table(model).c.id.in_(chunk), *unused)


def _delete(session: Session, of: Table, *conditions: Any) -> int:
    result: Any = session.connection().execute(delete(of).where(*conditions))
    return int(result.rowcount)
