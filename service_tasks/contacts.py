"""Keep how a debtor is reached, as it was found."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

from engine.catalogue import Call, operator
from receivables.case_facts import DebtorFacts
from receivables.debtor import Contact
from service_tasks.rows import add, change, person_of

DAY = timedelta(days=1)
COLUMNS = ("value", "street", "city", "postcode", "country")
Place = dict[str, Any]


@operator("record_contact", title="Record contact details")
def record_contact(
    call: Call,
    *,
    email: str | None = None,
    phone: str | None = None,
    street: str | None = None,
    city: str | None = None,
    postcode: str | None = None,
    country: str | None = None,
    email_failed: bool | None = None,
) -> None:
    """Keep what was found with the debtor; what was known for the same channel ends the day before.

    `email_failed` says that the known e-mail address is of no use: it ends even where no new one was found.
    """
    debtor: DebtorFacts = call.domain.debtor
    if email_failed and debtor.email and not email:
        _end(call, "email", _place(debtor.email))
    found = {"email": email and _place(email), "phone": phone and _place(phone), "postal": None}
    if street or city:
        found["postal"] = _place(debtor.name, street, city, postcode, country or debtor.country)
    for channel, place in found.items():
        known = _known(debtor, channel)
        if isinstance(place, dict) and place != known:
            _replace(call, channel, known, place)


def _place(
    value: str,
    street: str | None = None,
    city: str | None = None,
    postcode: str | None = None,
    country: str | None = None,
) -> Place:
    return dict(zip(COLUMNS, (value, street, city, postcode, country), strict=True))


def _known(debtor: DebtorFacts, channel: str) -> Place | None:
    if channel != "postal":
        value = debtor.email if channel == "email" else debtor.phone
        return _place(value) if value else None
    postal = debtor.postal
    return _place(postal.name, postal.street, postal.city, postal.postcode, postal.country) if postal else None


def _replace(call: Call, channel: str, known: Place | None, place: Place) -> None:
    if known is not None:
        _end(call, channel, known)
    contact = {"debtor_id": call.domain.debtor.id, "channel": channel}
    add(call, Contact, **contact, **place, source="hand", valid_from=call.today, valid_until=None)
    text = ", ".join(str(part) for part in place.values() if part)
    call.write.history(kind="contact_recorded", text=f"{channel}: {text}", detail={"by": person_of(call)})


def _end(call: Call, channel: str, known: Place) -> None:
    """End a contact; it is named in full, for a batch writes its new rows before it changes old ones."""
    contact = {"debtor_id": call.domain.debtor.id, "channel": channel, **known, "valid_until": None}
    change(call, Contact, contact, valid_until=call.today - DAY)
