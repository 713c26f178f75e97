"""Apply an import to the ledger in one go: debtors, products, receivables, postings."""

from collections.abc import Callable
from typing import TypeAlias

from sqlalchemy.orm import Session

from receivables.import_run import ImportRun
from receivables.imports.cases import tell_cases
from receivables.imports.debtors import take_debtors
from receivables.imports.incoming import ImportOrder, Incoming
from receivables.imports.products import take_products
from receivables.imports.receivables import Taking
from receivables.imports.result import ImportResult
from receivables.imports.vanished import Vanished, find_vanished, settle_vanished
from receivables.imports.writing import Writer, chunks

KIND = "receivables"
Progress: TypeAlias = Callable[[int, int], None]
"""Hears how many of how many rows are done."""


def apply_import(session: Session, incoming: Incoming, order: ImportOrder, progress: Progress) -> ImportResult:
    """Bring the ledger to what the file says; with `dry_run` only count. Raise UnusableFile before any change."""
    session.flush()
    gone = find_vanished(session, incoming, order) if order.snapshot else []
    run = None if order.dry_run else _begin(session, order)
    writer = Writer(session, order, run.id if run else 0)
    debtor_ids, changed = take_debtors(writer, incoming)
    products = take_products(writer, incoming.receivables)
    result = ImportResult(rows=incoming.rows, refused=list(incoming.refused), warnings=incoming.warnings)
    taking = Taking(writer, result, incoming.fields, debtor_ids, products, changed)
    done = 0
    for chunk in chunks(incoming.receivables):
        taking.take(chunk)
        done += len(chunk)
        progress(done, len(incoming.receivables))
    _settle(taking, gone)
    result.unchanged += incoming.repeated
    result.refused.sort()
    if run:
        tell_cases(writer, result, taking.affected)
        _finish(session, run, result, order)
    return result


def _begin(session: Session, order: ImportOrder) -> ImportRun:
    run = ImportRun(
        kind=KIND,
        file_name=order.file_name,
        sha256=order.sha256,
        profile=dict(order.profile),
        as_of=order.as_of,
        started_at=order.now,
        by=order.by,
    )
    session.add(run)
    session.flush()
    return run


def _settle(taking: Taking, gone: list[Vanished]) -> None:
    settle_vanished(taking.writer, gone)
    taking.result.settled += len(gone)
    taking.result.vanished = len(gone)
    taking.affected.lowered |= {each.receivable_id for each in gone if each.open > 0}
    taking.affected.raised |= {each.receivable_id for each in gone if each.open < 0}


def _finish(session: Session, run: ImportRun, result: ImportResult, order: ImportOrder) -> None:
    result.run_id = run.id
    run.finished_at = order.now
    run.counts = result.as_json()
    session.flush()
    session.expire_all()
