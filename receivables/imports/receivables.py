"""Create and update receivables, a few thousand at a time."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from sqlalchemy import select

from receivables.imports.disputes import take_disputes
from receivables.imports.incoming import IncomingReceivable, RefusedRow
from receivables.imports.ledger import Bookkeeper, Reported, reported
from receivables.imports.products import product_key
from receivables.imports.result import ImportResult
from receivables.imports.writing import Writer
from receivables.posting import Posting
from receivables.receivable import Receivable

FIELDS = ("debtor_id", "product_id", "kind", "issue_date", "due_date", "amount", "stage", "stage_since")


@dataclass
class Affected:
    """Gather the ids of receivables of which less or more is open than before, or whose debtor is another."""

    lowered: set[int] = field(default_factory=set)
    raised: set[int] = field(default_factory=set)
    moved: set[int] = field(default_factory=set)


@dataclass
class Taking:
    """Take rows into the ledger, counting in `result`; ids of debtors and products are known by now."""

    writer: Writer
    result: ImportResult
    fields: frozenset[str]
    debtor_ids: Mapping[str, int]
    product_ids: Mapping[str, int]
    changed_debtors: set[str]
    affected: Affected = field(default_factory=Affected)
    seen_debtors: set[str] = field(default_factory=set)

    def take(self, rows: Sequence[IncomingReceivable]) -> None:
        """Take one chunk of rows."""
        known = self._known(rows)
        rows = [row for row in rows if self._accept(row, known.get(row.number))]
        created = self._create([row for row in rows if row.number not in known])
        ids = created | {number: old["id"] for number, old in known.items()}
        disputed = take_disputes(self.writer, [(ids[row.number], row) for row in rows], set(created.values()))
        changed = self._update([row for row in rows if row.number in known], known)
        self._count(rows, created, {row.number for row in rows if ids[row.number] in disputed} | changed)

    def _known(self, rows: Sequence[IncomingReceivable]) -> dict[str, dict[str, Any]]:
        columns = [getattr(Receivable, name) for name in FIELDS]
        query = select(Receivable.id, Receivable.number, Receivable.currency, *columns)
        query = query.where(Receivable.number.in_([row.number for row in rows]))
        return {row.number: row._asdict() for row in self.writer.session.execute(query)}

    def _accept(self, row: IncomingReceivable, old: Mapping[str, Any] | None) -> bool:
        if old is None or old["currency"] == row.currency:
            return True
        reason = f"number {row.number} is known in {old['currency']}; its currency cannot become {row.currency}"
        self.result.refused.append(RefusedRow(row.line, row.number, reason))
        return False

    def _create(self, rows: Sequence[IncomingReceivable]) -> dict[str, int]:
        new = [
            {"number": row.number, "currency": row.currency, "import_id": self.writer.run_id, **self._values(row)}
            for row in rows
        ]
        created = self.writer.create(Receivable, Receivable.number, new)
        books = Bookkeeper(self.writer.order, self.writer.run_id)
        self.writer.insert(Posting, [entry for row in rows for entry in books.first(created[row.number], row)])
        self.result.settled += sum(1 for row in rows if row.amount and not row.open_amount)
        return created

    def _values(self, row: IncomingReceivable) -> dict[str, Any]:
        return {
            "debtor_id": self.debtor_ids[row.debtor_ref],
            "product_id": self.product_ids[product_key(row)],
            "kind": row.kind,
            "issue_date": row.issue_date,
            "due_date": row.due_date,
            "amount": row.amount,
            "stage": row.stage,
            "stage_since": row.stage_since,
        }

    def _update(self, rows: Sequence[IncomingReceivable], known: Mapping[str, Mapping[str, Any]]) -> set[str]:
        """Bring known receivables up to date; return the numbers of those that changed."""
        before = {known[row.number]["id"]: known[row.number] for row in rows}
        changes = {known[row.number]["id"]: self._difference(row, known[row.number]) for row in rows}
        changes = {row_id: new for row_id, new in changes.items() if new}
        self.writer.update(Receivable, "receivable", changes, before)
        self.affected.moved |= {row_id for row_id, new in changes.items() if "debtor_id" in new}
        posted = self._post(rows, known)
        return {row.number for row in rows if known[row.number]["id"] in {*changes, *posted}}

    def _difference(self, row: IncomingReceivable, old: Mapping[str, Any]) -> dict[str, Any]:
        new = self._values(row)
        if row.product is None and row.product_group is None:
            del new["product_id"]
        for name in ("issue_date", "due_date", "stage", "stage_since"):
            if new[name] is None and name not in self.fields:
                del new[name]
        return {name: value for name, value in new.items() if value != old[name]}

    def _post(self, rows: Sequence[IncomingReceivable], known: Mapping[str, Mapping[str, Any]]) -> set[int]:
        books = Bookkeeper(self.writer.order, self.writer.run_id)
        by_id = {known[row.number]["id"]: row for row in rows}
        past = reported(self.writer.session, list(by_id), self.writer.order.as_of)
        entries: list[Mapping[str, Any]] = []
        for row_id, row in by_id.items():
            before = past.get(row_id, Reported())
            raised = row.amount - known[row.number]["amount"]
            entries += books.correction(row_id, row, raised)
            entries += books.difference(row_id, row, row.open_amount - before.open - raised, before)
            self._sort(row_id, before.open, row.open_amount)
        self.writer.insert(Posting, entries)
        return {entry["receivable_id"] for entry in entries}

    def _sort(self, row_id: int, before: int, after: int) -> None:
        if after == 0 and before:
            self.result.settled += 1
        if after < before:
            self.affected.lowered.add(row_id)
        elif after > before:
            self.affected.raised.add(row_id)

    def _count(self, rows: Sequence[IncomingReceivable], created: Mapping[str, int], changed: set[str]) -> None:
        """Count rows; the first unchanged one of a debtor who changed stands for the debtor."""
        self.seen_debtors |= {row.debtor_ref for row in rows}
        self.result.debtors = len(self.seen_debtors)
        for row in rows:
            if row.number in created:
                self.result.created += 1
            elif row.number in changed:
                self.result.updated += 1
            elif row.debtor_ref in self.changed_debtors:
                self.changed_debtors.discard(row.debtor_ref)
                self.result.updated += 1
            else:
                self.result.unchanged += 1
            self.result.rounded += row.rounded
            self.result.total_amount[row.currency] += row.amount
            self.result.open_amount[row.currency] += row.open_amount
