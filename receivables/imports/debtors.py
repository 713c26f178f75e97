"""Take over what an import says about debtors; names that change are kept as former ones."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from sqlalchemy import select

from receivables.debtor import Debtor, FormerName
from receivables.imports.contacts import take_contacts
from receivables.imports.incoming import Incoming, IncomingDebtor
from receivables.imports.writing import Writer, chunks

FIELDS = ("name", "type", "tax_id", "country", "language", "segment", "risk_rating")


def take_debtors(writer: Writer, incoming: Incoming) -> tuple[dict[str, int], set[str]]:
    """Create and update debtors; return their ids by reference and the references of those that changed."""
    ids: dict[str, int] = {}
    changed: set[str] = set()
    since = incoming.first_invoices()
    for chunk in chunks(incoming.debtors.items()):
        found, differing = _take(writer, dict(chunk), since)
        ids |= {ref: row_id if row_id > 0 else row_id - len(ids) for ref, row_id in found.items()}
        changed |= differing
    return ids, changed


def _take(
    writer: Writer, debtors: Mapping[str, IncomingDebtor], since: Mapping[str, date]
) -> tuple[dict[str, int], set[str]]:
    query = select(Debtor.reference, Debtor.id, *(getattr(Debtor, name) for name in FIELDS))
    known = {row.reference: row._asdict() for row in writer.session.execute(query.where(Debtor.reference.in_(debtors)))}
    made = _create(writer, {ref: new for ref, new in debtors.items() if ref not in known})
    ids = {ref: row["id"] for ref, row in known.items()} | made
    changes = {ref: _difference(debtors[ref], row) for ref, row in known.items()}
    changes = {ref: new for ref, new in changes.items() if new}
    before = {row["id"]: row for row in known.values()}
    writer.update(Debtor, "debtor", {ids[ref]: new for ref, new in changes.items()}, before)
    _keep_names(writer, {ids[ref]: known[ref]["name"] for ref, new in changes.items() if "name" in new})
    as_of = writer.order.as_of
    begun = {row_id: min(as_of, since.get(ref, as_of)) for ref, row_id in made.items()}
    reached = take_contacts(writer, {ids[ref]: new for ref, new in debtors.items()}, begun)
    return ids, set(changes) | {ref for ref in known if ids[ref] in reached}


def _create(writer: Writer, debtors: Mapping[str, IncomingDebtor]) -> dict[str, int]:
    rows = [
        {name: getattr(new, name) for name in FIELDS}
        | {
            "reference": ref,
            "name": new.name or ref,
            "type": new.type or "business",
            "do_not_contact": False,
            "created_at": writer.order.now,
        }
        for ref, new in debtors.items()
    ]
    made = writer.create(Debtor, Debtor.reference, rows)
    writer.journal("debtor", dict.fromkeys(made.values()))
    return made


def _difference(new: IncomingDebtor, old: Mapping[str, Any]) -> dict[str, Any]:
    said = {name: getattr(new, name) for name in FIELDS}
    return {name: value for name, value in said.items() if value is not None and value != old[name]}


def _keep_names(writer: Writer, names: Mapping[int, str]) -> None:
    rows = [{"debtor_id": debtor, "name": name, "until": writer.order.as_of} for debtor, name in names.items()]
    writer.insert_noted(FormerName, "former_name", rows)
