"""Take over e-mail, phone and postal addresses; one that changes ends the day before the new one begins."""

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Any

from sqlalchemy import select

from receivables.debtor import Contact
from receivables.imports.incoming import IncomingDebtor
from receivables.imports.writing import Writer

SOURCE = "import"
FIELDS = ("value", "street", "city", "postcode", "country")
NOWHERE = dict.fromkeys(FIELDS[1:])


def take_contacts(writer: Writer, debtors: Mapping[int, IncomingDebtor], begun: Mapping[int, date]) -> set[int]:
    """Add contacts and end those they replace; return the ids of the debtors whose contacts changed.

    `begun` are the debtors who were not known before, with the day of their first invoice: it went to these contacts
    already, on whatever later day the file is imported.
    """
    reachable = {debtor: dict(_said(new)) for debtor, new in debtors.items()}
    reachable = {debtor: said for debtor, said in reachable.items() if said}
    current = _current(writer, [debtor for debtor in reachable if debtor not in begun])
    rows: list[dict[str, Any]] = []
    ended: dict[int, dict[str, Any]] = {}
    as_of = writer.order.as_of
    for debtor, said in reachable.items():
        for channel, values in said.items():
            old = current.get((debtor, channel))
            if old and _same(old, values):
                continue
            if old:
                ended[old["id"]] = {"valid_until": as_of - timedelta(days=1)}
            rows.append({"debtor_id": debtor, "channel": channel, **values, **_validity(begun.get(debtor, as_of))})
    writer.update(Contact, "contact", ended, {contact: {"valid_until": None} for contact in ended})
    writer.insert_noted(Contact, "contact", rows)
    return {row["debtor_id"] for row in rows}


def _validity(since: date) -> dict[str, Any]:
    return {"source": SOURCE, "valid_from": since, "valid_until": None}


def _same(old: Mapping[str, Any], values: Mapping[str, Any]) -> bool:
    """Compare contacts; of a postal one the addressee's line follows the debtor's name and is no news by itself."""
    compared = FIELDS if old["channel"] != "postal" else FIELDS[1:]
    return all(old[name] == values[name] for name in compared)


def _said(new: IncomingDebtor) -> Iterator[tuple[str, dict[str, str | None]]]:
    if new.email:
        yield "email", {"value": new.email, **NOWHERE}
    if new.phone:
        yield "phone", {"value": new.phone, **NOWHERE}
    if new.street or new.city or new.postcode:
        place = {name: getattr(new, name) for name in FIELDS[1:]}
        yield "postal", {"value": new.name or "", **place}


def _current(writer: Writer, debtors: list[int]) -> dict[tuple[int, str], dict[str, Any]]:
    columns = [getattr(Contact, name) for name in FIELDS]
    query = (
        select(Contact.id, Contact.debtor_id, Contact.channel, *columns)
        .where(Contact.debtor_id.in_(debtors), Contact.source == SOURCE, Contact.valid_until.is_(None))
        .order_by(Contact.id)
    )
    return {(row.debtor_id, row.channel): row._asdict() for row in writer.session.execute(query)}
